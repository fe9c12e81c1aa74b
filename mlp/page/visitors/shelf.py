"""The shelf: every network that can answer a visitor, whoever made it; exactly one of them answers on a page."""

from collections.abc import Sequence
from typing import NamedTuple

from mlp.class_names import DIGITS, shortened
from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.job import Job
from mlp.language import Later
from mlp.nn.reader import Reader
from mlp.page import state
from mlp.page.script.link import linked
from mlp.page.visitors.codes import typed_code
from mlp.page.visitors.runs import all_runs, run_key
from mlp.page.visitors.visitor import FRIENDS, Visitor
from mlp.training.data.drawing_data import CLOSED, DrawingData, drawing_data
from mlp.training.data.image_set import ImageSet, offered
from mlp.training.data.saved_sources import Source
from mlp.training.data.sources import chosen_mnist

LINKED = "network"
"""Name of a network's key in a link."""


class Shelved(NamedTuple):
    """A network on the shelf: its key, its title, plain text by which all of the page calls it, and `Learned.reads`.

    A reload and a link find it by its key. ``root`` says where its weights come from, as in `Origin`. A run's own is in
    ``run``, and in ``job`` if it is the newest. A friend's is with a `state.Loan`, while it answers.
    """

    key: str
    title: Later
    reads: tuple[str, ...]
    root: str | None
    run: NumberedRun | None = None
    job: Job | None = None
    uploaded: Reader | None = None
    is_friends: bool = False

    @property
    def is_shipped(self) -> bool:
        """Whether it comes with Inkling."""
        return self.key in SHIPPED

    @property
    def is_earlier(self) -> bool:
        """Whether it is an earlier run, of which neither the optimizer nor saved steps are kept."""
        return self.run is not None and self.job is None


PRETRAINED = Shelved("pretrained", Later("Pretrained"), DIGITS, "pretrained")
"""The network that answers a newcomer."""
BASIC = "article"
"""The key of the network that was trained by the recipe of this name."""
SHIPPED = {
    PRETRAINED.key: PRETRAINED,
    BASIC: Shelved(BASIC, Later("Basic"), DIGITS, "article"),
}
"""The networks that come with Inkling, by key."""


def shelf(visitor: Visitor) -> dict[str, Shelved]:
    """Return all networks by their keys, those of each kind from the newest on; safe from any thread."""
    there = [*SHIPPED.values()]
    for run in all_runs(visitor):
        job = visitor.job if run.number == visitor.runs.current else None
        reads, root = run.snapshot.learned.reads, run.origin and run.origin.root
        there.append(Shelved(run_key(run.number), run.title, reads, root, run, job))
    for number, network in reversed(visitor.uploads.items()):
        title, both = Later("Upload {number}", number=number), "{title} · {signs}"  # without a word to translate
        if not network.learned.are_digits:
            title = Later(both, title=title, signs=shortened(network.names))
        there.append(Shelved(f"uploaded-{number}", title, network.learned.reads, "uploaded", uploaded=network))
    for code, (name, reads) in reversed(visitor.kept.get(FRIENDS, {}).items()):
        title = Later("“{sign}”", sign=name)
        there.append(Shelved(code, title, tuple(reads), "uploaded", is_friends=True))
    return {network.key: network for network in there}


def named(visitor: Visitor, text: str | None) -> str | None:
    """Return the key that a link names: ``run`` and ``uploaded`` are the newest of these; None if it is not there."""
    names = f"{text or ''}-", f"{typed_code(text or '')}-"
    return next((key for key in shelf(visitor) if f"{key}-".startswith(names)), None)


def chosen(visitor: Visitor) -> str:
    """Return the key of the network that answers: the page's choice, else the link's, else the visitor's last one."""
    there, asked = shelf(visitor), (state.network.get(), named(visitor, linked(LINKED)), visitor.network)
    return next((key for key in asked if key in there), PRETRAINED.key)


def answers_now(visitor: Visitor) -> Shelved:
    """Return the network that answers."""
    return shelf(visitor)[chosen(visitor)]


def drawer_is_open(visitor: Visitor) -> bool:
    """Whether the drawer for signs was opened for the network that answers."""
    return state.drawer.get() == chosen(visitor)


def images_of(visitor: Visitor, reads: Sequence[str]) -> Source | None:
    """Return images of what a network reads, to be loaded: MNIST, or drawings of signs or a data set, if there are any.

    A set is one of the visitor's, or one that the server offers, whatever a network's file claims, and not gone.
    """
    if tuple(reads) == DIGITS:
        return chosen_mnist()
    signs = visitor.signs.now
    for data in (run.data for run in (answers_now(visitor).run, *all_runs(visitor)) if run is not None):
        if isinstance(data, DrawingData) and data.names == reads and data.room != CLOSED:
            return data
        if isinstance(data, ImageSet) and data.learned.reads == reads and data.is_here:
            return data
    for data in (*offered()[0], *visitor.sets.values()):
        if data.learned.reads == reads and data.is_here:
            return data
    return drawing_data(signs) if signs.names == reads and signs.missing is None else None


def to_learn(visitor: Visitor) -> Source:
    """Return what a new run trains on: images of what the network that answers reads, or else digits."""
    reads, signs = answers_now(visitor).reads, visitor.signs.now
    if reads == signs.names and signs.missing is None:
        return drawing_data(signs)  # with those drawn since a run began
    return images_of(visitor, reads) or chosen_mnist()
