"""Training data from a visitor's own signs: each drawing becomes about a hundred warped ones."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from mlp.class_names import checked_names, in_words
from mlp.images.augmentation import warp
from mlp.images.mnist import Dataset, Split
from mlp.images.signs.sign_set import SignsError, SignSet
from mlp.nn.reader import Reader
from mlp.seeds import rng_of
from mlp.training.data.sources import Mnist, split_of
from mlp.training.settings import Settings

COPIES = 100
"""Copies of each drawing, including itself."""
MAX_IMAGES = 20_000
"""Maximum number of images in a data set: with more than 200 drawings, each has fewer copies."""
STRENGTH = 1.2
"""Strength of the warps. Of 10 drawings of each digit by one writer, networks read 96% of the writer's others with
warps of 1.0, 97% with 1.2 and 1.4; of 20, 98.7%, 99.0% and 97.5%."""
MIN_TO_HOLD_BACK = 12
"""Minimum number of drawings of a sign for holding back every fourth."""
EVERY = 4
N_UNSEEN = 400
"""Approximate number of other warps for a threshold, and for validation if no drawing is held back."""
HELD_BACK_NOUN = ("held-back drawing", "drawings held back from training")
WARP_NOUN = ("warp", "other warps of your drawings")
N_OTHERS = 500
"""Number of MNIST's test images, from the first, that serve as other images for a threshold."""
KEPT, REFUSED = 0.8, 0.8
"""Fractions of unseen warps that `none_below` must accept, and of other images that it should refuse. Warps are harder
than drawings: a threshold that refuses one in five of them refuses one in twenty of a writer's other drawings."""


@dataclass(frozen=True)
class SignData:
    """Drawings for training and drawings held back, the same at every load; small enough to travel with a run.

    ``images`` are the bytes of (n, 784) uint8, ``labels`` of (n,) uint8, each the position of its name. See
    `sign_data`.
    """

    names: tuple[str, ...]
    images: bytes
    labels: bytes
    held_images: bytes = b""
    held_labels: bytes = b""

    def __post_init__(self) -> None:
        """Check that there are drawings, each with a name."""
        object.__setattr__(self, "names", checked_names(self.names))
        splits = [split_of(self.images, self.labels), split_of(self.held_images, self.held_labels)]
        if not len(splits[0]) or max(split.labels.max(initial=0) for split in splits) >= len(self.names):
            raise ValueError(f"a run on signs must have drawings of {in_words(self.names)}, and of no other sign")

    def load(self) -> Dataset:
        """Return the images; quick after the first time in a process."""
        return _load(self)

    @property
    def holds_back(self) -> bool:
        """Whether validation uses separate drawings; otherwise it uses other warps of the training drawings."""
        return bool(self.held_labels)


def split_data(signs: SignSet, held: np.ndarray, learned: np.ndarray | None = None) -> SignData:
    """Return a data set that trains on some drawings of a set and validates on others.

    Parameters
    ----------
    signs : SignSet
    held : bool array, shape (n,)
        The drawings to hold back.
    learned : bool array, shape (n,), optional
        The drawings to learn from, by default all others.

    Raises
    ------
    SignsError
        If there are fewer than two signs, or one has no drawing for training.
    """
    images, labels = signs.images, signs.labels.astype(np.uint8)
    if len(signs.names) < 2:
        raise SignsError(signs.missing or "")
    learned = ~held if learned is None else learned
    if lacking := [name for place, name in enumerate(signs.names) if not (labels[learned] == place).any()]:
        raise SignsError(f"each sign needs a drawing to learn from, and {in_words(lacking)} would have none")
    return SignData(
        signs.names,
        images[learned].tobytes(),
        labels[learned].tobytes(),
        images[held].tobytes(),
        labels[held].tobytes(),
    )


def sign_data(signs: SignSet) -> SignData:
    """Return the data set of a set of signs; every fourth drawing of signs with twelve or more is held back.

    Raises
    ------
    SignsError
        If there are fewer than two signs, or fewer than two drawings of one.
    """
    if signs.missing:
        raise SignsError(signs.missing.rstrip("."))
    return split_data(signs, held_back(signs))


def sign_settings(settings: Settings, names: tuple[str, ...]) -> Settings:
    """Return settings for signs of these names: without the fields that apply to digits only."""
    return replace(settings, names=names, images=None, synthetic=0, without_styles=())


def held_back(signs: SignSet) -> np.ndarray:
    """Return which drawings of a set are held back from training, (n,) bool."""
    if not len(signs):
        return np.zeros(0, bool)
    counts = np.array(signs.counts)
    return (signs.ranks % EVERY == EVERY - 1) & (counts[signs.labels] >= MIN_TO_HOLD_BACK)


def leave_one_out(signs: SignSet, most: int | None = None) -> list[SignData]:
    """Return data sets that each leave out one drawing of every sign, so that each drawing is left out once.

    Signs with fewer drawings than others lose none in the last data sets. With ``most``, there are at most so many
    data sets, at least two, and the first ones leave out several drawings of a sign.

    Raises
    ------
    SignsError
        As `sign_data` does.
    """
    if signs.missing:
        raise SignsError(signs.missing.rstrip("."))
    n = max(signs.counts) if most is None else max(2, min(most, max(signs.counts)))
    return [split_data(signs, signs.ranks % n == rank) for rank in range(n)]


def none_below(reader: Reader, unseen: np.ndarray) -> float:
    """Return the least probability of an answer: below it, a drawing shows none of the signs.

    MNIST's first 500 test images serve as other images: it refuses 80% of them, or as many as it can while accepting at
    least 80% of the unseen warps, (n, 784) uint8.
    """
    others = Mnist().load().test.images[:N_OTHERS]
    own, strange = (reader.predict_proba(images).max(axis=1) for images in (unseen, others))
    if not (np.isfinite(own).all() and np.isfinite(strange).all()):
        return 0.0
    return float(min(np.quantile(own, 1 - KEPT), np.quantile(strange, REFUSED)))


def warped_copies(images: np.ndarray, copies: int, rng: np.random.Generator) -> np.ndarray:
    """Return ``copies`` different warps of all images, (copies · n, 784); copy after copy."""
    warped = [warp(images, rng, strength=STRENGTH) for _ in range(copies)]
    return np.concatenate(warped) if warped else images[:0]


def with_warps(drawings: Split) -> Split:
    """Return drawings to learn from, followed by warped copies of all of them, copy after copy."""
    copies = max(2, min(COPIES, MAX_IMAGES // len(drawings)))
    more = warped_copies(drawings.images, copies - 1, rng_of("warps of own signs"))
    return Split(np.concatenate([drawings.images, more]), np.tile(drawings.labels, copies))


@lru_cache(maxsize=4)  # up to 16 MB each
def _load(data: SignData) -> Dataset:
    drawings = split_of(data.images, data.labels)
    images, labels = drawings.images, drawings.labels
    others = max(1, round(N_UNSEEN / len(labels)))
    unseen = Split(warped_copies(images, others, rng_of("unseen warps of own signs")), np.tile(labels, others))
    validation = split_of(data.held_images, data.held_labels) if data.holds_back else unseen
    held = f", {len(data.held_labels):,} held back" if data.holds_back else ""
    name = f"{len(labels)} drawings of {in_words(data.names)}{held}"
    noun = HELD_BACK_NOUN if data.holds_back else WARP_NOUN
    return Dataset(
        name, with_warps(drawings), validation, validation, names=data.names, unseen=unseen.images, validation_noun=noun
    )
