"""What a network learned: a fact that the source of its images gives and each network carries, whatever the names."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from mlp.class_names import DIGITS, MAX_CHARACTERS, in_words
from mlp.language import Later, mark, tr

KINDS = ("mnist", "mixed", "digits", "signs", "set")
MAX_TITLE, MAX_TEXT = 40, 200

_Choice = TypeVar("_Choice")


@dataclass(frozen=True)
class Learned:
    """The kind of images that a network learned, and their names; what is said and offered depends on it alone.

    ``kind`` is "mnist", "mixed" (MNIST with drawings of a person or a class), "digits" (others: a few, a class's alone,
    those of another folder), "signs" (drawings of a person's own signs) or "set" (a data set of anything, also if its
    names are digits). A set has a ``title``, the SHA-256 ``digest`` of its pixels and labels, and perhaps a license.
    Raises a ValueError if a value breaks its rule.
    """

    kind: str = "mnist"
    names: tuple[str, ...] = DIGITS
    title: str = ""
    digest: str = ""
    license: str = ""

    def __post_init__(self) -> None:
        """Check the values, but for the names, which have a rule for each owner."""
        for text in (self.kind, self.title, self.digest, self.license):
            if not isinstance(text, str) or len(text) > MAX_TEXT or not text.isprintable():
                rule = mark("what a network learned must be told in lines of at most {most} characters, got {text}")
                raise ValueError(Later(rule, most=MAX_TEXT, text=f"{text!r:.60}"))
        if self.kind not in KINDS or (self.are_digits and self.names != DIGITS):
            rule = mark("what a network learned must be of {kinds}; digits have the names 0 to 9; got {kind}: {names}")
            raise ValueError(Later(rule, kinds=", ".join(KINDS), kind=self.kind, names=f"{', '.join(self.names):.60}"))
        if len(self.digest) != 64 * self.is_set or set(self.digest) - set("0123456789abcdef"):
            rule = mark("a data set, and nothing else, must have a digest of 64 hexadecimal digits, got {got}")
            raise ValueError(Later(rule, got=f"{self.digest!r:.70}"))

    @property
    def are_digits(self) -> bool:
        """Whether a drawing may hold several, the digit check judges them, and the network can be taught more."""
        return self.kind in ("mnist", "mixed", "digits")

    @property
    def is_mnist(self) -> bool:
        """Whether it is MNIST, perhaps with more images."""
        return self.kind in ("mnist", "mixed")

    @property
    def is_set(self) -> bool:
        """Whether it is a data set of anything, of which every image shows one of its classes."""
        return self.kind == "set"

    @property
    def reads(self) -> tuple[str, ...]:
        """What a network of it reads: equal for digits of any source, signs of the same names, and the same set."""
        return (self.digest, *self.names) if self.is_set else self.names

    def of(self, digits: _Choice, signs: _Choice, images: _Choice | None = None) -> _Choice:
        """Return what applies to digits, to signs, or to the images of a set, by default the same as to signs."""
        return digits if self.are_digits else images if self.is_set and images is not None else signs

    def saved(self) -> dict[str, str]:
        """Return all but the names, which files have of their own."""
        return {name: text for name, text in asdict(self).items() if name != "names" and text}


def learned_from(saved: Any, names: tuple[str, ...]) -> Learned:
    """Return what `Learned.saved` was of; a ValueError for anything else, as a file may be a stranger's."""
    try:
        return Learned(names=names, **saved)
    except TypeError as error:
        rule = mark("what a network learned must be an object with kind, title, digest and license, got {got}")
        raise ValueError(Later(rule, got=f"{saved!r:.60}")) from error


def learned_by_names(names: tuple[str, ...], *, has_threshold: bool = False) -> Learned:
    """Return what a network learned whose file does not say it: digits, or signs of other names."""
    return Learned("signs", names) if names != DIGITS else Learned("digits" if has_threshold else "mnist")


def names_read(reads: Sequence[str]) -> tuple[str, ...]:
    """Return the names in `Learned.reads`: a name is shorter than a digest."""
    return tuple(name for name in reads if len(name) <= MAX_CHARACTERS)


def none_of(learned: Learned) -> tuple[str, str]:
    """Return the answer to a drawing of none of the classes, and a sentence on it.

    >>> none_of(Learned("signs", ("A", "B", "C")))
    ('I see none of the signs', 'This network knows A, B and C.')
    """
    if learned.are_digits:
        return tr("I don’t know this one."), tr("I only know 0 to 9.")
    return tr("I see none of the signs"), tr("This network knows {signs}.", signs=in_words(learned.names))
