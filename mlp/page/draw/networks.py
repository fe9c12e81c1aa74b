"""Choose the network that answers among those on the shelf, and return it as it reads now."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from mlp import DEFAULT_MODEL
from mlp.class_names import either, shortened
from mlp.language import mark, tr, tr_as
from mlp.nn.digit_check import DIGIT_CHECK_MODEL, sees_digit
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.nn.weights import load_model
from mlp.page import state
from mlp.page.script.link import hidable
from mlp.page.session_var import ControlVar
from mlp.page.style.theme import plain
from mlp.page.visitors.runs import all_runs
from mlp.page.visitors.shelf import BASIC, PRETRAINED, SHIPPED, Shelved, chosen, shelf
from mlp.page.visitors.visitor import Visitor
from mlp.shipped_files import MODELS

FILES = {"pretrained": DEFAULT_MODEL.name, "article": "article.safetensors", "digit_check": DIGIT_CHECK_MODEL.name}
"""The files of the pretrained networks and the digit check."""
LONG = 40
"""Letters of names for which the answer's place has room."""
MOST = 5
"""Networks beside the canvas; of more, the last place is a list of the others."""
_others = ControlVar[str]("other_networks", "")
"""The network chosen in the list of those that are not beside the canvas; a control."""

hidable("network", "Which network answers", ".st-key-networks")


@dataclass(frozen=True)
class Answerer:
    """The network that answers, with its description and the invitation to draw for it as short HTML."""

    shelved: Shelved
    reader: Reader
    caption: str
    step: int | None = None  # of its run
    diverged: int | None = None  # the step at which its run blew up
    invitation: str = ""  # what the empty canvas says, for a network that somebody sent
    is_lent: bool = False  # whether it is an earlier step of its run
    who: str = ""  # its name with its step, as short HTML, for other sentences than the description

    @property
    def plays(self) -> bool:
        """Whether its run plays, so that it changes all the time."""
        return self.shelved.job is not None and self.shelved.job.playing

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
    """Draw the choice of the network that answers; what it reads is what is drawn."""
    networks, answers = shelf(visitor), chosen(visitor)
    runs = all_runs(visitor)
    is_made = any(run.recipe == BASIC and run.snapshot.learned.are_digits for run in runs)
    if answers != BASIC and (is_made or not (runs or visitor.sweep.jobs)):
        del networks[BASIC]  # it would be taken for the recipe of this name, or for a run that it made
    there, more = _beside([*networks.values()], answers)
    quiet: Any = {"label_visibility": "collapsed", "persist_state": "session"}
    titles = {network.key: tr(network.title) for network in networks.values()}
    with st.container(horizontal=True, vertical_alignment="center", gap=None, key="networks"):
        keys = [network.key for network in there]
        label = tr("Which network answers")
        state.network.choice(label, keys, wrap=False, format_func=lambda key: _chip(titles[key]), **quiet)
        if more:
            _others.set("")
            with _others.placed():
                st.selectbox(
                    tr("Other networks"),
                    ["", *(network.key for network in more)],
                    key=_others.key,
                    format_func={**titles, "": tr_as("networks", "{n} more", n=len(more))}.__getitem__,
                    on_change=_others.on_change(lambda: state.network.set(_others.get())),
                    placeholder="",
                    **quiet,
                )


def _chip(title: str) -> str:
    """Return a title as Markdown, with the part that a narrow row hides, but for screen readers, in italics.

    The name that a friend gave is whole.
    """
    number, dot, rest = plain(title).partition(" · ")
    return f"{number} *· {rest}*" if dot and title[0] != "“" else plain(title)


def _beside(there: list[Shelved], answers: str) -> tuple[list[Shelved], list[Shelved]]:
    """Return those beside the canvas, of many the one that answers and the newest by what they read, and the others."""
    all_keys, newest = [network.key for network in there], {network.reads: network.key for network in reversed(there)}
    yours = [key for key in all_keys if key not in SHIPPED]
    firsts = dict.fromkeys([*SHIPPED, answers, *yours[:1], *reversed(newest.values()), *all_keys])
    beside = all_keys if len(there) <= MOST else [key for key in firsts if key in all_keys][: MOST - 1]
    others = [network for network in there if network.key not in beside]
    return [network for network in there if network.key in beside], others


def choose_reader_of(visitor: Visitor, names: Sequence[str]) -> None:
    """Choose the newest network that reads these names, unless the present one does, or none does; for callbacks."""
    readers = [network.key for network in shelf(visitor).values() if network.reads == names]
    if readers and chosen(visitor) not in readers:
        state.network.set(readers[0])


def open_drawer(visitor: Visitor) -> None:
    """Ask for drawings of signs, with the newest network that reads them, if there is one; for callbacks."""
    choose_reader_of(visitor, visitor.signs.now.names)
    state.drawer.set(chosen(visitor))


def answering(visitor: Visitor) -> Answerer:
    """Return the network that answers now."""
    return answering_as(visitor, chosen(visitor), state.loan.get())


def answering_as(visitor: Visitor, key: str, loan: state.Loan | None) -> Answerer:
    """Return the network with this key, as `answering` does, but for callers outside of the script.

    ``loan`` is what the page has on loan. In place of a network that is gone, the pretrained one answers.
    """
    shelved = shelf(visitor).get(key, PRETRAINED)
    lent = loan if loan is not None and loan.key == shelved.key else None
    network = html.escape(tr(shelved.title))
    if shelved.run is None:
        reader = pretrained(shelved.key) if shelved.is_shipped else shelved.uploaded or (lent and lent.reader)
        if reader is None:  # a friend's, which is no longer on loan
            return answering_as(visitor, PRETRAINED.key, None)
        return _described(
            shelved, reader, f"<b>{network}</b>", invitation="" if lent is None else _invitation(network, reader)
        )
    if lent is not None:
        who = tr("<b>{network}</b>, back at step {step:,}", network=network, step=lent.step)
        return _described(shelved, lent.reader, who, step=lent.step, is_lent=True)
    snapshot, origin = shelved.run.snapshot, shelved.run.origin
    if snapshot.step:
        who = tr("<b>{network}</b>, epoch {epoch}", network=network, epoch=snapshot.epoch)
    elif origin is None:
        who = tr("<b>{network}</b>, not yet trained", network=network)
    else:
        first = html.escape(tr(origin.name))
        who = tr("<b>{network}</b>, which continues {first}", network=network, first=first)
    return _described(shelved, snapshot.reader, who, step=snapshot.step, diverged=snapshot.diverged)


def _described(shelved: Shelved, reader: Reader, who: str, **more: Any) -> Answerer:
    return Answerer(shelved, reader, tr("Reading with {network}", network=who), who=who, **more)


def _invitation(network: str, reader: Reader) -> str:
    """Return the title and the score of a network that somebody sent, and what to draw for it, as HTML."""
    right, of = reader.facts.get("right"), reader.facts.get("of")
    told = mark("This is {network}.") if right is None else mark("{network} read {right} of {of} right.")
    who = tr(told, network=network, right=right, of=of)
    if reader.reads_digits:
        return f"{who} {tr('Draw a digit.')}"
    names = either(reader.names)
    names = names if len(names) <= LONG else shortened(reader.names)
    return f"{who} {tr('Draw {signs}.', signs=html.escape(names))}"
