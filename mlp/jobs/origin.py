"""Where a network's weights come from, and so which images they may have learned from."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from mlp.language import mark, text_from_json, text_to_json, tr


class Origin(NamedTuple):
    """The network that a run continues, with its name for visitors, to be translated where it is shown.

    ``root`` is the kind of the network with which a chain of continued runs began: "pretrained", "article" or
    "uploaded"; None if that one began with random weights. ``read_before`` has the shares that the network read of the
    run's own drawings: of those learned, and of those held back.
    """

    name: str
    root: str | None
    read_before: tuple[float, ...] = ()

    def saved(self) -> list[Any]:
        """Return it as JSON values, for `from_saved`."""
        return [text_to_json(self.name), self.root, self.read_before]

    @classmethod
    def from_saved(cls, saved: Sequence[Any]) -> "Origin":
        """Return the origin of `saved`."""
        name, root, read_before = saved
        return cls(text_from_json(name), root, tuple(read_before))


_REMARKS = {  # of a score on the validation or test images, by the root of the weights
    "pretrained": {
        "validation": mark("Its weights have learned from MNIST’s validation images: a score on them is too good."),
        "test": mark("Its weights were chosen by their score on MNIST’s test images: it is a little too good."),
    },
    "uploaded": {
        "validation": mark("Its weights come from a file, so they may have learned from the validation images."),
        "test": mark("Its weights come from a file, so they may have learned from the test images."),
    },
}


def remark_on_score(root: str | None, split: str) -> str:
    """Return a warning about a score on the "validation" or "test" images; empty if the weights never met them.

    Networks learn from neither here, so only the network at the root matters: see `Origin`.

    >>> remark_on_score("uploaded", "test")
    'Its weights come from a file, so they may have learned from the test images.'
    >>> remark_on_score("article", "test")
    ''
    """
    return tr(_REMARKS.get(str(root), {}).get(split, ""))
