"""The first stages of a slow step: from the images to the loss."""

import html

import numpy as np
import streamlit as st

from mlp.analysis.slow_motion import SlowStep
from mlp.language import number, tr
from mlp.nn.dropout import Dropout
from mlp.nn.layers import ACTIVATIONS, Dense
from mlp.nn.losses import softmax
from mlp.page.session_var import ControlVar
from mlp.page.style.html import bar
from mlp.page.style.theme import plain
from mlp.page.tabs.step.formulas import (
    ACTIVATION,
    LOSSES,
    aligned,
    shaped,
    softmax_formula,
    tex,
    tex_name,
    weighted_sum,
)
from mlp.page.tabs.step.step_pieces import (
    SHOWN_IMAGES,
    followed,
    image_and_formula,
    images_of,
    show_code,
    step_table,
    true_name,
)
from mlp.training.run import epoch_plan

_slow_layer = ControlVar[int]("slow_layer", 1)
"""The number of the chosen layer; a control."""


def minibatch(step: SlowStep) -> None:
    """Draw the stage "Minibatch": the images that this step learns from."""
    n = len(step.labels)
    st.markdown(
        tr(
            "All training images were shuffled for epoch {epoch:d} with seed {seed:d}; these **{n}** are next. Each is "
            "a row of 784 numbers, from 0 for paper to 1 for ink, with the right answer below. You follow one of them, "
            "image **{followed:d}**, through the network.",
            epoch=step.epoch,
            seed=step.settings.seed,
            n=n,
            followed=followed(step),
        )
    )
    some = ", ".join(tex_name(step.settings.names, int(label)) for label in step.labels[:6])
    st.latex(shaped("X", step.inputs.shape) + r", \qquad " + shaped("y", (n,)) + rf" = ({some}, \ldots)")
    shown = range(min(n, SHOWN_IMAGES))
    images_of(step, shown, [true_name(step, k) for k in shown], alt=tr("an image of {}"), marked=followed(step))
    if n > SHOWN_IMAGES:
        st.caption(tr("The first {shown} of {n}.", shown=SHOWN_IMAGES, n=n))
    show_code(epoch_plan)


def forward(step: SlowStep) -> None:
    """Draw the stage "Forward": layer by layer, from pixels to logits."""
    i, network = followed(step), step.before
    n_layers = len(network.dense_layers)
    st.markdown(
        tr(
            "Each layer multiplies its inputs by its weights and adds a bias; between the layers comes "
            "**{activation}**. The whole minibatch goes through at once, one row for each image.",
            activation=ACTIVATIONS[network.activation].__name__,
        )
    )
    _dropout_note(step)
    st.latex(aligned(*(line for layer in range(1, n_layers + 1) for line in _layer_formulas(step, layer))))
    layer = _slow_layer.choice(
        tr("Layer"),
        range(1, n_layers + 1),
        format_func=lambda layer: tr("Layer {number}", number=layer) if layer < n_layers else tr("The answers"),
    )
    dense = network.dense_layers[layer - 1]
    given = step.inputs[i] if layer == 1 else step.next_inputs(layer - 1)[i]
    neuron = int(step.sums(layer)[i].argmax())
    symbol = "x" if layer == 1 else "h"
    formula = weighted_sum(given, dense.weight.value[:, neuron], float(dense.bias.value[neuron]), neuron, symbol)
    image_and_formula(step, i, formula)
    if layer < n_layers:
        total, after = (float(outputs[i, neuron]) for outputs in (step.sums(layer), step.activated(layer)))
        activated = "a" if network.dropout else "h"
        function = ACTIVATION[network.activation][0].format(tex(total))
        st.latex(rf"{activated}_{{{neuron}}} = {function} = {tex(after)}")
        if network.dropout:
            next_inputs = float(step.next_inputs(layer)[i, neuron])
            turned = tr("Dropout turns it into {value:.3g} (0 for a neuron that sits out).", value=next_inputs)
            st.caption(turned)
    else:
        answer = plain(step.settings.names[neuron])
        st.caption(tr("The last layer has no activation, so this is the score of the answer {answer}.", answer=answer))
    dropout = [Dropout.forward] if network.dropout else []
    show_code(Dense.forward, ACTIVATIONS[network.activation].function, *dropout)


def probabilities(step: SlowStep) -> None:
    """Draw the stage "Softmax": from logits to probabilities."""
    i = followed(step)
    logits, label, names = step.outputs[-1][i], int(step.labels[i]), step.settings.names
    st.markdown(
        tr(
            "The last layer gives each answer a score of any size. Softmax turns the scores into probabilities: "
            "all positive, and together 1. It subtracts the largest score first. That changes nothing in the result, "
            "but no power of e becomes too large for the computer."
        )
    )
    if not np.isfinite(logits).all():
        image_and_formula(step, i, f"z = ({', '.join(map(tex, logits))})")
        st.caption(tr("The run blew up: without finite scores, softmax can’t compute probabilities."))
        return show_code(softmax)
    image_and_formula(step, i, softmax_formula(logits, label, tex_name(names, label)))
    shifted = logits - logits.max()
    rows = [
        [
            html.escape(name),
            *(number(value, ".3g") for value in numbers),
            f'<span class="ink-cell">{bar(share)}{number(share, ".3g")}</span>',
        ]
        for name, share, *numbers in zip(names, softmax(logits).tolist(), logits, shifted, np.exp(shifted), strict=True)
    ]
    heads = [tr("answer"), tr("score z"), "z − m", "e<sup>z − m</sup>", tr("probability")]
    st.html(step_table(heads, rows, marked=label))
    st.caption(tr("The marked row is the right answer, {answer}. All numbers are rounded.", answer=plain(names[label])))
    show_code(softmax)


def loss(step: SlowStep) -> None:
    """Draw the stage "Loss": how wrong the network is."""
    i, n, names = followed(step), len(step.labels), step.settings.names
    objective = step.settings.new_loss()
    formulas = LOSSES[type(objective)]
    st.markdown(formulas.explained(objective, len(names)))
    cost = formulas.cost(objective, step.outputs[-1][i], int(step.labels[i]), names)
    image_and_formula(
        step,
        i,
        aligned(
            rf"L_{{{i}}} &= {cost} = {tex(step.costs[i])}",
            rf"L &= \frac{{1}}{{{n}}} \sum_i L_i = \mathbf{{{tex(step.loss, 4)}}}",
        ),
    )
    order = np.argsort(-step.costs)[:SHOWN_IMAGES].tolist()
    st.markdown(tr("**The cost of each image**, the highest first"))
    costs = [tr("{answer}: {loss:.2f}", answer=true_name(step, k), loss=float(step.costs[k])) for k in order]
    images_of(step, order, costs, alt=tr("answer and loss {}"), marked=order.index(i) if i in order else None)
    show_code(type(objective).costs, type(objective).batch)


def _layer_formulas(step: SlowStep, layer: int) -> list[str]:
    """Return a layer's formulas; with dropout, A are its activations and H those that remain."""
    dense, n = step.before.dense_layers[layer - 1], len(step.labels)
    given = "X" if layer == 1 else f"H_{layer - 1}"
    total = (
        f"{shaped(given, (n, dense.n_in))}\\;{shaped(f'W_{layer}', (dense.n_in, dense.n_out))} + "
        f"{shaped(f'b_{layer}', (dense.n_out,))}"
    )
    if layer == len(step.before.dense_layers):
        return [f"{shaped('Z', (n, dense.n_out))} &= {total}"]
    activated, next_inputs = (shaped(f"{symbol}_{layer}", (n, dense.n_out)) for symbol in "AH")
    if not step.before.dropout:
        return [f"{next_inputs} &= {ACTIVATION[step.before.activation][0].format(total)}"]
    return [
        f"{activated} &= {ACTIVATION[step.before.activation][0].format(total)}",
        rf"{next_inputs} &= A_{layer} \odot D_{layer}",
    ]


def _dropout_note(step: SlowStep) -> None:
    """Explain dropout in this step, if it is on."""
    rate = step.before.dropout
    if rate:
        st.markdown(
            tr(
                "**Dropout** lets {rate:.0%} of the hidden neurons sit out, chosen at random for each image of this "
                "step: D has 0 for them, and {factor:.3g} for the others to make up for it. When the network reads, "
                "all neurons take part.",
                rate=rate,
                factor=1 / (1 - rate),
            )
        )
