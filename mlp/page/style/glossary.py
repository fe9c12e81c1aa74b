"""The field's terms with one sentence each: in a list, and at a tap on a term on the page.

A tap opens a popover in the browser: it needs no request, Escape closes it, and nothing on the page moves. The
sentences are drawn once for all, as the element of a tapped term may be redrawn while a visitor reads.
"""

import html
import unicodedata

import streamlit as st

from mlp.language import mark, tr

WORDS = {
    mark("accuracy"): mark("The share of images that the network reads right."),
    mark("augmentation"): mark(
        "Changing each image a little every time it is seen, here by bending it, so that it is harder to memorize."
    ),
    mark("bias"): mark("A number that a neuron adds to its sum, whatever the image is."),
    mark("cross-entropy"): mark(
        "The loss of one image: minus the natural logarithm of the probability given to the right digit."
    ),
    mark("dropout"): mark(
        "Letting neurons sit out, chosen at random for each image, so that the network can’t rely on a few of them."
    ),
    mark("epoch"): mark("One pass over all training images."),
    mark("gradient"): mark("For each weight, how steeply the loss changes with it; a step goes the opposite way."),
    mark("layer"): mark(
        "Neurons that work side by side: each receives the outputs of the layer before, and of no other."
    ),
    mark("learning rate"): mark(
        "How far a step moves the weights against the gradient: too short a step learns slowly, too long a step jumps "
        "past the goal."
    ),
    mark("loss"): mark(
        "How wrong the network is on average, as one number that training brings down; 2.3 is a blind guess among ten "
        "digits."
    ),
    mark("minibatch"): mark("The few images that one step learns from."),
    mark("momentum"): mark(
        "Keeping part of the last step in the next one, like a rolling ball; steps that agree become up to 1 / (1 − "
        "momentum) times as long."
    ),
    mark("nats"): mark("The unit of the loss: a right digit that got a probability of 37%, one in e, costs one nat."),
    mark("neuron"): mark(
        "A unit that multiplies each input by a weight, adds everything up with its bias, and passes the sum on "
        "through an activation such as ReLU."
    ),
    mark("overfitting"): mark(
        "Memorizing the training images instead of learning what digits have in common: the training loss keeps "
        "falling while the validation loss rises."
    ),
    mark("ReLU"): mark("An activation that passes on a sum above zero and gives zero for any other."),
    mark("score"): mark(
        "A number of any size that the last layer gives an answer, and softmax turns into a probability; in code, a "
        "logit."
    ),
    mark("softmax"): mark(
        "A formula that turns ten scores into ten probabilities that add up to 100%; the largest score becomes the "
        "largest probability."
    ),
    mark("step"): mark("One change of all weights, after the network has seen one minibatch."),
    mark("test"): mark(
        "Images for the final check of how well a network reads: nobody should train on them or choose settings by "
        "them."
    ),
    mark("training"): mark(
        "The images that the network learns from: the dots measure up to 2,000 of them as they are, and the faint line "
        "each minibatch as it is learned, bent and with dropout if you chose so."
    ),
    mark("validation"): mark(
        "Images that the network doesn’t learn from: how well it reads them shows whether it has learned the idea or "
        "only the examples."
    ),
    mark("weight"): mark(
        "A number on the connection between two neurons, which sets how strongly the first affects the second; "
        "training changes it."
    ),
    mark("weight decay"): mark(
        "Shrinking every weight by a small share of its size at each step, so that none grows too large."
    ),
}
"""The meaning of each term, in one sentence; both are marked texts."""


def tappable(word: str, label: str | None = None) -> str:
    """Return a term of `WORDS` as HTML that shows its sentence at a tap; ``label`` is its form on the page.

    >>> tappable("loss", "Loss")
    '<button type="button" class="ink-word" popovertarget="word-loss">Loss</button>'
    """
    return (
        f'<button type="button" class="ink-word" popovertarget="{_id(word)}">{html.escape(label or tr(word))}</button>'
    )


def sentences() -> None:
    """Put all sentences on the page, hidden until their terms are tapped; once, outside of every fragment."""
    st.html(
        "".join(
            f'<div popover id="{_id(word)}" class="ink-sentence" role="note"><b>{tr(word)}</b> '
            f"{html.escape(tr(text))}</div>"
            for word, text in WORDS.items()
        )
    )


def word_list() -> str:
    """Return all terms with their sentences, in the order of the language's alphabet, as HTML."""
    words = sorted(WORDS, key=lambda word: unicodedata.normalize("NFD", tr(word).casefold()))
    rows = "".join(f"<dt>{tr(word)}</dt><dd>{html.escape(tr(WORDS[word]))}</dd>" for word in words)
    return f'<dl class="ink-words">{rows}</dl>'


def _id(word: str) -> str:
    if word not in WORDS:
        raise ValueError(f"a word of the glossary is one of {', '.join(WORDS)}; got {word!r}")
    return "word-" + word.lower().replace(" ", "-")
