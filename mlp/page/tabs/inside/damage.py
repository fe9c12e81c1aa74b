"""Damage: how much of a network can be removed before it stops reading."""

import html
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from mlp.analysis.damage import BITS, Damage, damaged, n_affordable, n_bytes, n_right, n_weights_left, own_bits
from mlp.analysis.scores import percent
from mlp.images.input_image import with_article
from mlp.images.mnist import Dataset, Split
from mlp.jobs.origin import remark_on_score
from mlp.language import mark, several, tr, tr_as
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.page import state
from mlp.page.draw.networks import Answerer, answering
from mlp.page.draw.subject import subject, subject_choice
from mlp.page.script.redraw import redraw
from mlp.page.session_var import SessionVar
from mlp.page.style.html import announced
from mlp.page.tabs.inside import network_picture
from mlp.page.tabs.inside.network_picture import switched_off_in
from mlp.page.tabs.lab.experiment import bars, facts_list, plain_reader
from mlp.page.tabs.places import VIEW
from mlp.page.visitors.analysis_budget import within_budget
from mlp.page.visitors.visitor import Visitor

_lab_pruned = SessionVar[int]("lab_pruned", 0)
"""Percentage of pruned weights; a control."""
_lab_bits = SessionVar[int]("lab_bits", 32)
"""Number of bits of each weight; a control."""


IDEA = mark(
    "How much of the network is needed? Switch neurons off, prune the smallest weights, or round the weights. Your "
    "network itself stays whole."
)
QUESTIONS = (
    (
        mark("How many of its weights can you remove before it misreads one digit in ten?"),
        mark(
            "More than 85% in the basic network, with no training afterward. Most weights are small, and matter "
            "little compared with the large ones."
        ),
    ),
    (
        mark("Switch off the neuron that fires most. Does the answer change?"),
        mark(
            "Seldom. No neuron alone stands for a digit: each answer is a sum over all of them. A small network, "
            "with a layer of 8, has none to spare: train one and try again."
        ),
    ),
    (
        mark(
            "With one bit, a weight only says whether ink here counts for or against. What else does the network keep?"
        ),
        mark(
            "One size for each neuron, and its bias. With those, the basic network still reads seven in ten "
            "validation digits. Where it looks matters most; how strongly each pixel counts matters less."
        ),
    ),
)
UNHARMED = mark("Press a neuron to switch it off, and see how the answer and the accuracy change.")


def choices(visitor: Visitor, data: Dataset) -> tuple[int, int]:
    """Draw the controls, and return the percentage of pruned weights and the bits."""
    subject_choice(data)
    _lab_pruned.start(_lab_pruned.default)
    _lab_bits.start(_lab_bits.default)
    pruned = st.slider(tr("Prune the smallest weights, %"), 0, 100, key=_lab_pruned.key, width=260)
    bits = st.select_slider(
        tr("Bits per weight"),
        sorted(BITS),
        key=_lab_bits.key,
        format_func=lambda bits: tr_as("bits", "all") if bits == max(BITS) else str(bits),
        width=220,
    )
    return int(pruned), int(bits)


def view(visitor: Visitor, data: Dataset, pruned: int, bits: int) -> None:
    """Compare the damaged network with the whole one: answers, accuracy, size, and the neurons to switch."""
    answerer = answering(visitor)
    damage = Damage(state.lab_off.get(), pruned / 100, bits)
    looked_at = subject(data)
    whole_network, image = answerer.network, answerer.seen(looked_at.image)
    left = damaged(whole_network, damage)
    both = [plain_reader(answerer.reader, each).predict_proba(image[None])[0] for each in (whole_network, left)]
    validation = data.validation
    n = n_affordable(answerer.network, len(validation))
    whole, rest = right_with_and_without(answerer, validation, damage, left)
    weights, all_weights = n_weights_left(left), n_weights_left(answerer.network)
    each = bits if bits < max(BITS) else own_bits(left)
    size, whole_size = n_bytes(left, damage), n_bytes(answerer.network, Damage())
    names = answerer.reader.names
    nouns, remark = tr(data.noun("validation")[1]), tr(remark_on_score(answerer.shelved.root, "validation"))
    right = tr("Right, of {n:,} {nouns}", n=n, nouns=nouns)
    facts = [
        (
            f"{right}. {remark}".rstrip(". "),
            tr("{share:.1%} <small>whole: {whole:.1%}</small>", share=rest, whole=whole),
        ),
        (
            tr("Size"),
            tr("{size} <small>whole: {whole}</small>", size=_kilobytes(size), whole=_kilobytes(whole_size)),
        ),
        (
            tr("Weights left"),
            several(
                "{weights:,} <small>of {all:,}, {n} bit each</small>",
                "{weights:,} <small>of {all:,}, {n} bits each</small>",
                each,
                weights=weights,
                all=all_weights,
            ),
        ),
    ]
    with st.container(horizontal=True, vertical_alignment="center"):  # always drawn, so that nothing moves
        is_whole = not sum(map(len, switched_off_in(whole_network))) and replace(damage, off=()) == Damage()
        effect = tr(UNHARMED) if is_whole else _effect_text(answerer, both, (whole, rest), nouns)
        st.html(announced("damage", effect), width="stretch")
        st.button(tr("Restore all"), key="lab_heal", on_click=_heal, icon=":material/healing:", disabled=is_whole)
    network_picture.draw(answerer, looked_at, left)
    whole_title, damaged_title = tr("Whole"), tr("Damaged")
    st.html(
        f'<div class="lab-row">{bars(whole_title, both[0], names)}{bars(damaged_title, both[1], names)}'
        f"<div>{facts_list(facts)}</div></div>"
    )


def right_with_and_without(answerer: Answerer, split: Split, damage: Damage, left: MLP) -> list[float]:
    """Return the shares of images that a network reads right, whole and damaged.

    It uses as many images as can be read in time. While the network's run plays, it measures from time to time only.
    """
    network, plays = answerer.network, answerer.plays
    n = n_affordable(network, len(split))
    right = partial(_n_right, answerer.reader, split.images[:n], split.labels[:n])
    whole = within_budget("lab_whole", (network, split, n), partial(right, network), plays=plays)
    rest = within_budget("lab_damage", (network, split, n, hash(damage)), partial(right, left), plays=plays)
    return [whole / n, rest / n]


def _n_right(reader: Reader, images: np.ndarray, labels: np.ndarray, network: MLP) -> int:
    return n_right(network, reader.as_seen(images), labels)


def _effect_text(answerer: Answerer, both: Sequence[np.ndarray], right: tuple[float, float], nouns: str) -> str:
    """Return in a sentence what the damage has changed for the answer and for ``nouns``."""
    n_off = sum(map(len, switched_off_in(answerer.network)))
    old, new = (int(chances.argmax()) for chances in both)
    names = [html.escape(name) for name in answerer.reader.names]
    done = several("{n} neuron off", "{n} neurons off", n_off) if n_off else tr("Damaged")
    still = mark(
        "<b>{done}</b>: it still reads {thing} ({before} → {after}) and {share:.1%} of {nouns} right; "
        "whole: {whole:.1%}."
    )
    turned = mark(
        "<b>{done}</b>: <b>{old} turns into {new}</b> ({before} → {after}) and {share:.1%} of {nouns} right; "
        "whole: {whole:.1%}."
    )
    before, after = percent(float(both[0][old])), percent(float(both[1][new]))
    values = {"done": done, "before": before, "after": after, "share": right[1], "nouns": nouns, "whole": right[0]}
    if old == new:
        return tr(still, thing=with_article(names[new]), **values)
    return tr(turned, old=names[old], new=names[new], **values)


def _heal() -> None:
    for control in (state.lab_off, _lab_pruned, _lab_bits):
        control.pop()
    redraw(VIEW)  # the sliders are outside of the fragment with the button


def _kilobytes(n: int) -> str:
    return tr("{n:,.0f} kB", n=n / 1000) if n < 1e6 else tr("{n:,.1f} MB", n=n / 1e6)
