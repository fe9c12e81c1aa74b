"""Choose the network that answers: the pretrained one, the basic one, an uploaded one, or the visitor's run."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from mlp import DEFAULT_MODEL
from mlp.class_names import DIGITS, in_words
from mlp.jobs.origin import Origin
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.nn.weights import load_model
from mlp.page import state
from mlp.page.style.link import hidable, linked, shortened
from mlp.page.style.theme import plain
from mlp.page.train.run_words import duration
from mlp.page.visitors.visitor import Visitor
from mlp.shipped_files import MODELS
from mlp.training.data.drawing_data import DrawingData, drawing_data
from mlp.training.data.saved_sources import Source
from mlp.training.data.sources import chosen_mnist
from mlp.training.digit_check import DIGIT_CHECK_MODEL, sees_digit

FILES = {"pretrained": DEFAULT_MODEL.name, "article": "article.safetensors", "digit_check": DIGIT_CHECK_MODEL.name}
"""The files of the pretrained networks and the digit check."""
NAMES = {
    "pretrained": "Pretrained",
    "article": "Basic",
    "run": "Your run",
    "uploaded": "Uploaded network",
    "sent": "Sent",
}
PRETRAINED_NAMES = {"pretrained": "the pretrained network", "article": "the basic network"}
LONG = 40
"""Letters of names for which the answer's place has room."""

hidable("network", "Which network answers")


@dataclass(frozen=True)
class Answering:
    """The network that answers, with its description and the invitation to draw for it as short HTML."""

    reader: Reader
    kind: str
    caption: str
    step: int | None = None  # of its run
    diverged: int | None = None  # the step at which its run blew up
    origin: Origin | None = None  # of its run
    invitation: str = ""  # what the empty canvas says, for a network that somebody sent

    @property
    def root(self) -> str | None:
        """The kind of the network with which its weights began, see `Origin`."""
        if self.kind != "run":
            return "uploaded" if self.kind == "sent" else self.kind
        return None if self.origin is None else self.origin.root

    @property
    def network(self) -> MLP:
        """Its layers."""
        return self.reader.network

    def seen(self, image: np.ndarray) -> np.ndarray:
        """Return one image (28, 28) as the network's first layer receives it."""
        return self.reader.as_seen(image[np.newaxis])[0]


@lru_cache
def pretrained(kind: str) -> Reader:
    """Return a network that comes with Inkling, loaded once for all visitors."""
    return load_model(MODELS / FILES[kind])


def passes_digit_check(image: np.ndarray) -> bool:
    """Whether an image (28, 28) shows a digit."""
    return bool(sees_digit(pretrained("digit_check"), image[np.newaxis])[0])


def is_seen(reader: Reader, image: np.ndarray, shares: np.ndarray) -> bool:
    """Whether an image (28, 28) shows a digit, or one of the signs of a network that gives it these ``shares``."""
    return passes_digit_check(image) if reader.reads_digits else bool(reader.sees_one(shares[np.newaxis])[0])


def network_choice(visitor: Visitor) -> None:
    """Draw the choice of the network that answers, among the available ones; what it reads is what is drawn."""
    kinds = [*PRETRAINED_NAMES, *["run"] * (visitor.job is not None), *["uploaded"] * (visitor.uploaded is not None)]
    reader, names = state.sent.get(), NAMES
    if reader is not None:
        kinds.append("sent")
        names = {**NAMES, "sent": plain(f"Sent: {shortened(['digits'] if reader.reads_digits else reader.names)}")}
    if state.network.get() not in kinds:
        state.network.set(next(kind for kind in (linked("network"), visitor.network, *kinds) if kind in kinds))
    if state.network.get() != "sent":  # that is of the link, not the visitor's
        visitor.network = state.network.get()
    more: Any = {"format_func": names.__getitem__, "label_visibility": "collapsed", "persist_state": "session"}

    def follow() -> None:
        is_own = state.network.get() != "sent"
        state.collecting.set(is_own and answering(visitor).reader.names == visitor.signs.now.names)

    state.network.choice("Which network answers", kinds, follow, wrap=False, **more)


def choose_reader_of(visitor: Visitor, names: Sequence[str]) -> None:
    """Choose a network that reads these names, if there is one and the present one does not; for callbacks."""
    kinds, sent = (state.network.get(), *NAMES), state.sent.get()
    readers = (kind for kind in kinds if answering_as(visitor, kind, None, sent).reader.names == names)
    state.network.set(next(readers, kinds[0]))


def images_of(visitor: Visitor, names: Sequence[str]) -> Source | None:
    """Return images of these names, to be loaded: MNIST, or drawings of signs, if there are any."""
    if names == DIGITS:
        return chosen_mnist()
    job, signs = visitor.job, visitor.signs.now
    if job is not None and isinstance(job.data, DrawingData) and job.data.names == names:
        return job.data
    return drawing_data(signs) if signs.names == names and signs.missing is None else None


def answering(visitor: Visitor) -> Answering:
    """Return the network that answers now."""
    kind = state.network.get() or visitor.network  # before the choice is first drawn
    return answering_as(visitor, kind, state.rewound.get(), state.sent.get())


def answering_as(
    visitor: Visitor, kind: str | None, back: state.Rewound | None, sent: Reader | None = None
) -> Answering:
    """Return the network of this kind, as `answering` does, but for callers outside of the script.

    ``back`` is an earlier step of the run that answers in its place; ``sent`` is the network of the link.
    """
    if kind == "sent" and sent is not None:
        words = html.escape(_invitation(sent))
        return Answering(sent, "sent", "Reading with <b>a network that was sent</b>", invitation=words)
    if kind == "run" and visitor.job is not None:
        origin, yours = visitor.runs.origin, "Reading with <b>your run</b>"
        if back is not None and back.run == visitor.runs.current:
            return Answering(back.reader, "run", f"{yours}, back at step {back.step:,}", back.step, origin=origin)
        now = visitor.job.snapshot()
        begun = "not yet trained" if origin is None else f"which continues {html.escape(origin.name)}"
        where = f"epoch {now.epoch}" if now.step else begun
        return Answering(now.reader, "run", f"{yours}, {where}", now.step, now.diverged, origin)
    if kind == "uploaded" and visitor.uploaded is not None:
        return Answering(visitor.uploaded, "uploaded", "Reading with <b>your uploaded network</b>")
    kind = kind if kind in PRETRAINED_NAMES else "pretrained"
    return Answering(pretrained(kind), kind, f"Reading with <b>{PRETRAINED_NAMES[kind]}</b>")


def _invitation(reader: Reader) -> str:
    if not reader.reads_digits:
        names = in_words(reader.names)
        return f"A network that knows {names if len(names) <= LONG else shortened(reader.names)}. Draw one."
    seconds = reader.facts.get("seconds")
    trained = f" in {duration(seconds)}" if isinstance(seconds, int | float) else ""
    return f"A network that somebody trained{trained}. Draw a digit."


def training_seconds(visitor: Visitor, now: Answering) -> float | None:
    """Return how long the run that answers had trained then; None for any other network, and for an untrained one."""
    if now.kind != "run" or not now.step or visitor.job is None:
        return None
    run = visitor.job.snapshot()
    return max(1.0, run.seconds * now.step / max(1, run.step))
