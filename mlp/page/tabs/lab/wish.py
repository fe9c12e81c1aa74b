""" "What it would like to see": the image that excites a neuron or an answer most, next to its weights."""

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from mlp.analysis.attribution import pull_back
from mlp.analysis.lab.wish import Wish, sum_of, wish
from mlp.analysis.scores import percent
from mlp.images.input_image import with_article
from mlp.images.mnist import Dataset
from mlp.language import mark, number, tr
from mlp.nn.losses import softmax
from mlp.nn.reader import Reader
from mlp.page.draw.networks import answering, passes_digit_check
from mlp.page.session_var import ControlVar
from mlp.page.style import theme
from mlp.page.style.html import pictures
from mlp.page.style.signed_pictures import strongest_url
from mlp.page.style.theme import image_url, plain
from mlp.page.tabs.lab.experiment import bars, begin_work, facts_list, progress, work_of
from mlp.page.visitors.visitor import Visitor

_lab_wish_layer = ControlVar("lab_wish_layer", "Answer")
"""The layer whose neuron is asked; a control."""
_lab_wish_neuron = ControlVar[int | None]("lab_wish_neuron", None)
"""The neuron, from 1, or the digit that is asked for; a control."""


IDEA = mark(
    "What would the network like to see? Starting from noise, each pixel follows the gradient that raises the sum of a "
    "neuron or an answer. Judge for yourself how much the result looks like a drawing."
)
QUESTIONS = (
    (
        mark("Ask for the answer 3. Would you have read a 3?"),
        mark(
            "Hardly: there are traces of its curves, and much else. The network is nearly certain all the same. It "
            "knows what tells digits apart, not what digits look like, as it has only ever seen digits."
        ),
    ),
    (
        mark("Ask a neuron of the first layer. What does its image have in common with its weights?"),
        mark(
            "It is the orange part of them, limited to black and white. A first neuron’s sum grows with ink where "
            "its weights are positive, and falls where they are negative."
        ),
    ),
    (
        mark("Ask a neuron of a new network, then the same neuron after training. What has changed?"),
        mark(
            "Before, the image is noise, like the weights. While the network learns, strokes appear: pieces that "
            "tell digits apart. The pretrained network, which has seen bent digits, shows the broadest ones."
        ),
    ),
)
EXPERIMENT = "wish"


def choices(visitor: Visitor, _data: Dataset) -> None:
    """Draw the choice of the neuron, and the button."""
    network, learned = answering(visitor).network, answering(visitor).reader.learned
    answers = learned.names
    names = [f"Layer {number}" for number in range(1, len(network.layer_sizes) - 1)] + ["Answer"]

    def label(name: str) -> str:
        return tr("Answer") if name == names[-1] else tr("Layer {number}", number=names.index(name) + 1)

    layer = names.index(_lab_wish_layer.choice(tr("Of"), names, format_func=label))
    width = network.layer_sizes[layer + 1]
    first = 0 if layer == len(names) - 1 else 1  # answers are numbered from 0, as digits, and neurons from 1
    chosen = _lab_wish_neuron.get()
    if chosen is None or not first <= chosen < width + first:  # only then, as setting it discards what is being typed
        _lab_wish_neuron.set(first)
    with _lab_wish_neuron.placed():
        if first or learned.are_digits:
            st.number_input(
                tr("Neuron") if first else tr("Digit"), first, width - 1 + first, key=_lab_wish_neuron.key, width=190
            )
        else:
            st.selectbox(
                tr(learned.of("", mark("Sign"), mark("Class"))),
                range(width),
                key=_lab_wish_neuron.key,
                format_func=lambda place: plain(answers[place]),
                width=160,
                placeholder="",
            )
    st.button(
        tr("Ask it"),
        key="lab_ask",
        type="primary",
        on_click=_ask,
        args=(visitor, names),
        disabled=not np.isfinite(network.values).all(),
    )


def _ask(visitor: Visitor, names: list[str]) -> None:
    # Read the controls' current state, as the last typed number can arrive with the press.
    network, chosen = answering(visitor).network, _lab_wish_layer.get()
    layer = names.index(chosen) if chosen in names else len(names) - 1
    neuron = (_lab_wish_neuron.get() or 0) - (0 if layer == len(names) - 1 else 1)
    if neuron >= 0 and layer < len(network.layer_sizes) - 1 and neuron < network.layer_sizes[layer + 1]:
        begin_work(visitor, EXPERIMENT, wish(network.copy(), layer, neuron))


def view(visitor: Visitor, _data: Dataset) -> None:
    """Draw the image so far, the weights, and the network's answer."""
    answerer = answering(visitor)
    progress(EXPERIMENT, tr("Following the gradient"))
    work = work_of(EXPERIMENT)
    if work is None:
        choose = tr("Choose a neuron or an answer, and press <b>Ask it</b>.")
        st.html(f'<p class="ink-note">{choose}</p>')
        return
    wished: Wish = work.work
    network, image = wished.network, wished.image.reshape(28, 28)
    n_answers = network.layer_sizes[-1]
    names = answerer.reader.names if len(answerer.reader.names) == n_answers else tuple(map(str, range(n_answers)))
    logits = network.logits(wished.image[None])
    found = mark("the image that drives it most, found from noise")
    moved = mark(
        "the image that drives it most, found from noise; each step moved it by up to 2 pixels, so that single pixels "
        "don’t count"
    )
    weights = (tr("Its weights"), tr("orange: ink raises its sum; blue: lowers it"))
    gradient = (tr("Its gradient"), tr("for an empty image; orange: ink would raise its sum"))
    shown = [
        (image_url(image), _name(wished, names), tr(moved if wished.layer else found)),
        (_weights(wished), *(gradient if wished.layer else weights)),
    ]
    sums = [(tr("Its sum for the noise"), wished.sums[0] if wished.sums else 0.0)]
    sums += [(tr("Its sum after {n} steps", n=len(wished.sums)), sum_of(wished))]
    reads_as = tr("The network reads it as")
    facts = facts_list([(title, number(total, "+.1f").replace("-", "−")) for title, total in sums])
    st.html(
        f'<p class="ink-note">{_reading_text(wished, logits[0], answerer.reader, names)}</p>'
        f'<div class="lab-row"><div class="lab-wide">{pictures(shown)}</div>'
        f"{bars(reads_as, softmax(logits)[0], names)}<div>{facts}</div></div>"
    )


def _name(wished: Wish, names: Sequence[str]) -> str:
    if wished.layer == len(wished.network.layer_sizes) - 2:
        return tr("Answer {name}", name=html.escape(names[wished.neuron]))
    return tr("Layer {layer}, neuron {neuron}", layer=wished.layer + 1, neuron=wished.neuron + 1)


def _reading_text(wished: Wish, logits: np.ndarray, reader: Reader, names: Sequence[str]) -> str:
    read, chance = int(logits.argmax()), float(softmax(logits[None])[0].max())
    at_the_end = mark("The network reads {thing} in it, {share} sure.")
    so_far = mark("The network reads {thing} in it, {share} sure, so far.")
    thing = with_article(html.escape(names[read]))
    text = tr(at_the_end if wished.progress >= 1 else so_far, thing=thing, share=percent(chance))
    if not reader.reads_digits:
        never = tr("It has only ever seen such images: training never taught it to reject anything else.")
        return f"{text} {never}"
    passes = passes_digit_check(wished.image.reshape(28, 28))
    verdict = tr("The digit check takes it for a digit.") if passes else tr("The digit check sees no digit in it.")
    never = tr("The network has only ever seen digits: training never taught it to reject anything else.")
    return f"{text} {verdict} {never}"


def _weights(wished: Wish) -> str:
    """Return a picture of the neuron's weights, or beyond the first layer of its gradient at an empty image."""
    activations = wished.network.activations(np.zeros((1, 784), np.float32))
    slope = pull_back(wished.network, activations, wished.direction, layer=wished.layer)[0]
    return strongest_url(slope.reshape(28, 28), theme.colors())
