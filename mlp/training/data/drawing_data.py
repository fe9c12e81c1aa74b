"""Training data from a person's drawings: mixed with MNIST, or alone, each as about a hundred warped ones."""

from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, TypeGuard
from weakref import WeakKeyDictionary

import numpy as np

from mlp.checks import Number
from mlp.class_names import DIGITS, checked_names, listing
from mlp.images.augmentation import warp
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.images.mnist import Dataset, Split
from mlp.language import Later, mark
from mlp.learned import Learned
from mlp.nn.reader import Reader
from mlp.seeds import rng_of
from mlp.training.data.sources import Mnist, split_of
from mlp.training.settings import Settings

EVERY = 4
"""With enough drawings, one in four of each name is held back: memorized ones do not show what it has learned."""
MIN_TO_HOLD_BACK, MIN_MIXED_TO_HOLD_BACK = 12, 8
"""Minimum number of drawings for that: of the same name, or of all digits if they are mixed with MNIST."""

CLOSED = "closed"
"""In place of a room's code, once the room is closed."""

N_MIXED = 10_000
"""Training images in one epoch of a mixture: few enough for own digits to recur often, enough to keep the others in
memory."""
MAX_SHARE = 0.5
MIXED_STRENGTH, MIXED_GROUP = 0.7, 16
"""Strength of the warps of drawings in a mixture, and how many repeats in a row share one. MNIST's images, which the
network knows, stay as they are. models/README.md has what stronger ones teach, and what they cost."""

COPIES = 100
"""Copies of each drawing, including itself, if there is nothing else."""
MAX_IMAGES = 20_000
"""Maximum number of images in a data set: with more than 200 drawings, each has fewer copies."""
STRENGTH = 1.2
"""Strength of the warps. Of 10 drawings of each digit by one writer, networks read 96% of the writer's others with
warps of 1.0, 97% with 1.2 and 1.4; of 20, 98.7%, 99.0% and 97.5%."""
N_UNSEEN = 400
"""Approximate number of other warps for a threshold, and for validation if no drawing is held back."""
HELD_BACK_NOUN = (Later("held-back drawing"), Later("held-back drawings of yours"))
N_OTHERS = 500
"""Number of MNIST's test images, from the first, that serve as other images for a threshold."""
KEPT, REFUSED = 0.8, 0.8
"""Fractions of unseen warps that `none_below` must accept, and of other images that it should refuse. Warps are harder
than drawings: a threshold that refuses one in five of them refuses one in twenty of a writer's other drawings."""


MAX_LOADED = 4
"""Maximum number of data sets in a process, of up to 16 MB each."""
_loaded: "WeakKeyDictionary[DrawingData, Dataset]" = WeakKeyDictionary()


@dataclass(frozen=True)
class DrawingData:
    """Drawings for training and drawings held back, the same at every load; small enough to travel with a run.

    ``images`` are the bytes of (n, 784) uint8, and ``labels`` those of (n,) uint8, each the position of its name; the
    held ones are of the drawings that are held back. ``base`` has the images of digits into which the drawings are
    mixed; validation then stays its own. ``share``, 0 to 0.5, is the fraction of the drawings in each epoch of a
    mixture, for which they are repeated as needed, warped.
    """

    names: tuple[str, ...]
    images: bytes
    labels: bytes
    held_images: bytes = b""
    held_labels: bytes = b""
    base: Mnist | None = None
    share: float = 0.0
    room: str = ""  # the code of the room that the drawings come from, or `CLOSED`; empty for a person's own
    mistakes: bool = False  # whether they are mistakes of a round there, and not what the room's learners gave

    def __post_init__(self) -> None:
        """Check that there are drawings of each name, or digits to mix in, and their share."""
        object.__setattr__(self, "names", checked_names(self.names))
        object.__setattr__(self, "share", Number("the share of own digits", low=0, high=MAX_SHARE).checked(self.share))
        learned = set(self.learned.labels.tolist())
        if not learned or max(learned | set(self.held.labels.tolist())) >= len(self.names):
            rule = mark("a run must have drawings of {names}, and of no other sign")
            raise ValueError(Later(rule, names=listing(self.names)))
        lacking = [name for label, name in enumerate(self.names) if label not in learned]
        if self.base is None and lacking:
            rule = mark("each sign needs a drawing to learn from, and {names} would have none")
            raise ValueError(Later(rule, names=listing(lacking)))
        if self.base is not None and self.names != DIGITS:
            rule = mark("only drawings of digits can be mixed with MNIST, got {names}")
            raise ValueError(Later(rule, names=listing(self.names)))

    def load(self) -> Dataset:
        """Return the images; quick after the first time in a process. They leave its memory with this object."""
        dataset = _loaded.pop(self, None)  # of an equal one, which may not live as long
        _loaded[self] = dataset = dataset or (_alone(self) if self.base is None else _mixed(self, self.base.load()))
        for oldest in filter(None, [key() for key in _loaded.keyrefs()[:-MAX_LOADED]]):
            _loaded.pop(oldest, None)
        return dataset

    def __reduce__(self) -> Any:
        """Travel to a worker with each slice, which returns what came with the last one, with its images."""
        return _arrived, tuple(getattr(self, field.name) for field in fields(self))

    @property
    def learned(self) -> Split:
        """The drawings that the run learns, or those that its control leaves out."""
        return split_of(self.images, self.labels)

    @property
    def is_control(self) -> bool:
        """Whether the run learns none of the drawings, for comparison with a lesson that does."""
        return self.base is not None and not self.share

    @property
    def held(self) -> Split:
        """The drawings that are held back; there may be none."""
        return split_of(self.held_images, self.held_labels)

    def without_room(self) -> "DrawingData":
        """Return as many blank images in place of a closed room's drawings; those held back are one's own, and stay."""
        return replace(self, images=bytes(len(self.images)), room=CLOSED)

    @property
    def holds_back(self) -> bool:
        """Whether there are drawings that the run does not learn."""
        return bool(self.held_labels)

    @property
    def unseen_warps(self) -> str:
        """What a run validates on that has only drawings to learn: their other warps; empty for any other run."""
        if self.base is not None or self.holds_back:
            return ""
        of_class, own = (
            mark("other bent copies of the class’s {n} drawings"),
            mark("other bent copies of your {n} drawings"),
        )
        return Later(of_class if self.room else own, n=len(self.labels))


def drawing_data(drawings: DrawingSet, base: Mnist | None = None, share: float = 0.0) -> DrawingData:
    """Return the training data of a set of drawings, of which enough are held back.

    With a ``base``, the drawings are of digits and mixed into its images; by default, a network learns only them.
    ``share``, 0 to 0.5, is their fraction in each epoch of a mixture. Raises a ValueError if there are no drawings, or
    the share is out of range; without a base, if there are fewer than two names, or fewer than two drawings of one.
    """
    if base is not None:
        return split_data(drawings, held_back(drawings, mixed=True), base=base, share=share)
    if drawings.missing:
        raise ValueError(drawings.missing)
    return split_data(drawings, held_back(drawings))


def split_data(drawings: DrawingSet, held: np.ndarray, **more: Any) -> DrawingData:
    """Return a data set that validates on some drawings of a set and trains on all others.

    ``held``, (n,) bool, says which drawings to hold back; ``more`` are ``base``, ``share``, ``room`` and ``mistakes``
    of `DrawingData`. Raises a ValueError if there are fewer than two names, or no drawing of one to learn from.
    """
    images, labels = drawings.images, drawings.labels.astype(np.uint8)
    parts = (images[~held], labels[~held], images[held], labels[held])
    return DrawingData(drawings.names, *(part.tobytes() for part in parts), **more)


def class_data(
    others: DrawingSet, own: DrawingSet, room: str, base: Mnist | None = None, share: float = 0.0
) -> DrawingData:
    """Return a data set that trains on the drawings of a class, and holds back one's own; errors as `drawing_data`.

    It holds back the same ones as a lesson with one's own drawings, or all if that holds back none. ``room`` is the
    code of the class's room.
    """
    if base is None and others.missing:
        raise ValueError(others.missing)
    if (back := held_back(own, mixed=base is not None)).any():
        own = own.without_examples(np.flatnonzero(~back))
    both = replace(others, examples=others.examples + own.examples)
    return split_data(both, np.arange(len(both)) >= len(others), base=base, share=share, room=room)


def room_of(data: object) -> str:
    """Return the code of the room whose drawings a data set holds; empty if there is none."""
    return data.room if isinstance(data, DrawingData) and data.room != CLOSED else ""


def is_of_round(data: object) -> TypeGuard[DrawingData]:
    """Whether a data set is for a lesson with mistakes of a round, or for its control."""
    return isinstance(data, DrawingData) and data.mistakes


def sign_settings(settings: Settings, names: tuple[str, ...]) -> Settings:
    """Return settings for drawings of these names alone: without the fields that apply to MNIST only."""
    return replace(settings, names=names, images=None, synthetic=0, without_styles=())


def held_back(drawings: DrawingSet, *, mixed: bool = False) -> np.ndarray:
    """Return which drawings of a set are held back from training, (n,) bool; none if there are few.

    Of each name, it is every fourth one. Of digits that are mixed with MNIST, the second is the first of these, so that
    two of each digit are enough for one of each.

    >>> from mlp.images.drawings.drawing_set import Example
    >>> digits = DrawingSet(DIGITS, tuple(Example(0, np.ones(784, np.uint8)) for _ in range(9)))
    >>> held_back(digits, mixed=True).nonzero()[0].tolist(), held_back(digits).any().item()
    ([1, 5], False)
    """
    counts = np.array(drawings.counts)
    if mixed:
        return (drawings.ranks % EVERY == 1) & (len(drawings) >= MIN_MIXED_TO_HOLD_BACK)
    return (drawings.ranks % EVERY == EVERY - 1) & (counts[drawings.labels] >= MIN_TO_HOLD_BACK)


def leave_one_out(drawings: DrawingSet) -> list[DrawingData]:
    """Return data sets that each leave out one drawing of every name, so that each drawing is left out once.

    Names with fewer drawings than others lose none in the last data sets. Raises a ValueError if there are fewer than
    two names, or fewer than two drawings of one.
    """
    if drawings.missing:
        raise ValueError(drawings.missing)
    return [split_data(drawings, drawings.ranks == rank) for rank in range(max(drawings.counts))]


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


@lru_cache(maxsize=MAX_LOADED)
def _arrived(*values: Any) -> DrawingData:
    return DrawingData(*values)


def _alone(data: DrawingData) -> Dataset:
    images, labels = data.learned.images, data.learned.labels
    others = max(1, round(N_UNSEEN / len(labels)))
    unseen = Split(warped_copies(images, others, rng_of("unseen warps of own signs")), np.tile(labels, others))
    validation = data.held if data.holds_back else unseen
    if data.names == DIGITS and data.room:
        name = Later("{n} class digits", n=len(labels))
    else:
        name = Later("{n} drawings of {names}", n=len(labels), names=listing(data.names))
    if data.holds_back:
        name = Later("{drawings}, {n:,} held back", drawings=name, n=len(data.held_labels))
    return Dataset(
        name,
        with_warps(data.learned),
        validation,
        validation,
        learned=Learned("digits" if data.names == DIGITS else "signs", data.names),
        unseen=unseen.images,
        held_noun=HELD_BACK_NOUN if data.holds_back else (Later("bent copy"), data.unseen_warps),
    )


def _mixed(data: DrawingData, base: Dataset) -> Dataset:
    own, n = data.learned, min(N_MIXED, len(base.train))
    n_own = round(data.share * n)
    chosen = np.sort(rng_of("choice for own digits").permutation(len(base.train))[: n - n_own])
    again = np.arange(n_own) % len(own)
    rng, repeats = rng_of("warps of own digits"), own.images[again]
    for start in range(len(own), n_own, MIXED_GROUP):
        part = slice(start, start + MIXED_GROUP)
        repeats[part] = warp(repeats[part], rng, strength=MIXED_STRENGTH)
    train = Split(
        np.concatenate([base.train.images[chosen], repeats]),
        np.concatenate([base.train.labels[chosen], own.labels[again]]),
    )
    learned = Learned("mixed") if base.learned.is_mnist else base.learned
    return replace(base, name=_mixed_name(data, base, len(own)), train=train, learned=learned)


def _mixed_name(data: DrawingData, base: Dataset, n: int) -> Later:
    if data.mistakes and data.is_control:
        one = more = mark("{base} alone: the control")
    elif data.mistakes:
        one, more = (
            mark("{base} with {n} class mistake ({share:.0%})"),
            mark("{base} with {n} class mistakes ({share:.0%})"),
        )
    elif data.room:
        one, more = (
            mark("{base} with {n} class digit ({share:.0%})"),
            mark("{base} with {n} class digits ({share:.0%})"),
        )
    else:
        one, more = mark("{base} with {n} own digit ({share:.0%})"), mark("{base} with {n} own digits ({share:.0%})")
    return Later(one if n == 1 else more, base=base.name, n=n, share=data.share)
