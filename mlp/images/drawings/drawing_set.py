"""A set of drawings: the names of the digits or of invented signs, and examples of each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from mlp.class_names import DIGITS, MAX_CLASSES, MIN_CLASSES, checked_name, listing, visible
from mlp.images.drawing import to_mnist
from mlp.images.recorded import NO_STROKES, PEN_PX, PIXELS, Example, Stroke, checked_drawing, rasterize
from mlp.language import Later, mark

MAX_EXAMPLES = 50
"""Maximum number of examples of one name."""
MIN_EXAMPLES = 2
"""Minimum number of examples of each name, so that one can be left out."""


@dataclass(frozen=True, eq=False)
class DrawingSet:
    """Names, and examples in order of arrival, each image once. Each change returns another set.

    Digits are a set whose ten names are fixed, `NO_DIGITS` at first. A set of signs may have fewer names than a network
    needs: see `missing`.
    """

    names: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()

    def __len__(self) -> int:
        """Number of examples."""
        return len(self.examples)

    @property
    def are_digits(self) -> bool:
        """Whether the names are the ten digits."""
        return self.names == DIGITS

    @property
    def counts(self) -> list[int]:
        """Number of examples of each name."""
        return np.bincount(self.labels, minlength=len(self.names)).tolist()

    @property
    def images(self) -> np.ndarray:
        """All images, (n, 784) uint8."""
        return np.array([example.image for example in self.examples], np.uint8).reshape(-1, PIXELS)

    @property
    def labels(self) -> np.ndarray:
        """The label of each example, (n,) int64."""
        return np.array([example.label for example in self.examples], np.int64)

    @cached_property
    def n_bytes(self) -> int:
        """Approximate memory in bytes; 0 if there is nothing that a person has made."""
        examples = sum(example.n_bytes for example in self.examples)
        return examples + (0 if self.are_digits else sum(len(name.encode()) for name in self.names))

    def place_of(self, image: np.ndarray) -> int | None:
        """Return the place of the example with this image, in any form of `as_pixels`; None if there is none."""
        pixels = as_pixels(image).tobytes()
        places = (place for place, example in enumerate(self.examples) if example.image.tobytes() == pixels)
        return next(places, None)

    def with_name(self, name: object) -> "DrawingSet":
        """Return the set with another name.

        Raises a ValueError if there are ten already, or the name is empty, too long or taken.
        """
        if len(self.names) >= MAX_CLASSES:
            raise ValueError(Later("a set has at most {most} signs; remove one first", most=MAX_CLASSES))
        return replace(self, names=(*self.names, _new_name(name, self.names)))

    def renamed(self, label: int, name: str) -> "DrawingSet":
        """Return the set with another name for one sign; errors as in `with_name`."""
        others = self.names[:label] + self.names[label + 1 :]
        return replace(self, names=(*self.names[:label], _new_name(name, others), *self.names[label + 1 :]))

    def without_name(self, label: int) -> "DrawingSet":
        """Return the set without one sign and its examples."""
        kept = [example for example in self.examples if example.label != label]
        moved = [replace(example, label=example.label - (example.label > label)) for example in kept]
        return DrawingSet(self.names[:label] + self.names[label + 1 :], tuple(moved))

    def with_example(self, label: int, image: np.ndarray, strokes: Sequence[Stroke] = ()) -> "DrawingSet":
        """Return the set with another example; if there is one with its image, that one gets the label.

        ``label`` is the place of its name, and ``image`` the network's input, in any form of `as_pixels`. The strokes
        are in pixels of the canvas. Raises a ValueError if the strokes are not those of a drawing, or the name has the
        most examples already.
        """
        example = Example(label, as_pixels(image), checked_drawing(strokes) if len(strokes) else NO_STROKES)
        place = self.place_of(example.image)
        if (place is None or self.examples[place].label != label) and self.counts[label] >= MAX_EXAMPLES:
            rule = mark("{name} has {n} drawings, the most that fit; remove one first")
            raise ValueError(Later(rule, name=self.names[label], n=MAX_EXAMPLES))
        at = len(self) if place is None else place
        return replace(self, examples=(*self.examples[:at], example, *self.examples[at + 1 :]))

    def with_drawing(self, label: int, strokes: Sequence[Stroke]) -> "DrawingSet":
        """Return the set with an example drawn by the canvas's pen; errors as in `with_example`."""
        checked = checked_drawing(strokes)
        image = to_mnist(rasterize(checked, pen_px=PEN_PX))
        if image is None:
            raise ValueError(Later("a drawing must lie on the canvas"))
        return self.with_example(label, image, checked)

    def with_all(self, other: "DrawingSet") -> "DrawingSet":
        """Return the set with those examples of another one with these names that fit, and that it lacks."""
        drawings = self
        for each in other.examples:
            if drawings.place_of(each.image) is None and drawings.counts[each.label] < MAX_EXAMPLES:
                drawings = replace(drawings, examples=(*drawings.examples, each))
        return drawings

    def without_examples(self, places: Collection[int]) -> "DrawingSet":
        """Return the set without the examples at these places."""
        left = tuple(example for place, example in enumerate(self.examples) if place not in places)
        return replace(self, examples=left)

    @property
    def ranks(self) -> np.ndarray:
        """Number of earlier examples of the same name, for each example, (n,) int64.

        >>> image = np.ones(784, np.uint8)
        >>> DrawingSet(("A", "B"), tuple(Example(label, image) for label in (0, 1, 0))).ranks.tolist()
        [0, 0, 1]
        """
        labels, ranks = self.labels, np.zeros(len(self), np.int64)
        for label in range(len(self.names)):
            ranks[labels == label] = np.arange((labels == label).sum())
        return ranks

    @property
    def missing(self) -> str | None:
        """Return what is still missing before a network can learn the set, without a full stop; None if nothing is."""
        if len(self.names) < MIN_CLASSES:
            there_is_one = mark("A network needs at least {least} signs to tell apart, and there is one")
            there_is_none = mark("A network needs at least {least} signs to tell apart, and there is none")
            return Later(there_is_one if self.names else there_is_none, least=MIN_CLASSES)
        few = [name for name, n in zip(self.names, self.counts, strict=True) if n < MIN_EXAMPLES]
        rule = mark("Draw at least {least} of each sign; {names} need more")
        return Later(rule, least=MIN_EXAMPLES, names=listing(few)) if few else None


NO_DIGITS = DrawingSet(DIGITS)


def as_pixels(image: np.ndarray) -> np.ndarray:
    """Return an image in MNIST's form, (28, 28) or (784,), float 0..1 or uint8, as (784,) uint8."""
    flat = np.asarray(image).reshape(PIXELS)
    return flat if flat.dtype == np.uint8 else np.rint(np.clip(flat, 0, 1) * 255).astype(np.uint8)


def _new_name(name: object, others: tuple[str, ...]) -> str:
    checked = checked_name(name)
    if visible(checked) in map(visible, others):
        raise ValueError(Later("each sign needs its own name, and {name} is taken", name=repr(checked)))
    return checked
