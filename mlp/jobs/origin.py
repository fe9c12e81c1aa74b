"""Where a network's weights come from, and so which images they may have learned from."""

from typing import NamedTuple


class Origin(NamedTuple):
    """The network that a run continues, with its name for visitors.

    ``root`` is the kind of the network with which a chain of continued runs began: "pretrained", "article" or
    "uploaded"; None if that one began with random weights. ``read_before`` has the shares that the network read of the
    run's own drawings: of those learned, and of those held back.
    """

    name: str
    root: str | None
    read_before: tuple[float, ...] = ()


_REMARKS = {  # of a score on the validation or test images, by the root of the weights
    "pretrained": {
        "validation": "Its weights have learned from MNIST’s validation images: a score on them is too good.",
        "test": "Its weights were chosen by their score on MNIST’s test images: it is a little too good.",
    },
    "uploaded": {
        "validation": "Its weights come from a file, so they may have learned from the validation images.",
        "test": "Its weights come from a file, so they may have learned from the test images.",
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
    return _REMARKS.get(str(root), {}).get(split, "")
