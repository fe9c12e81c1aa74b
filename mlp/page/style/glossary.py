"""The field's terms with one sentence each: in a list, and at a tap on a term on the page.

A tap opens a popover in the browser: it needs no request, Escape closes it, and nothing on the page moves. The
sentences are drawn once for all, as the element of a tapped term may be redrawn while a visitor reads.
"""

import html

import streamlit as st

WORDS = {
    "accuracy": "The share of images that the network reads right.",
    "augmentation": "Changing each image a little every time it is seen, here by bending it, so that it is harder to "
    "memorize.",
    "bias": "A number that a neuron adds to its sum, whatever the image is.",
    "cross-entropy": "The loss of one image: minus the natural logarithm of the probability given to the right digit.",
    "dropout": "Letting neurons sit out, chosen at random for each image, so that the network can’t rely on a few of "
    "them.",
    "epoch": "One pass over all training images.",
    "gradient": "For each weight, how steeply the loss changes with it; a step goes the opposite way.",
    "layer": "Neurons that work side by side: each receives the outputs of the layer before, and of no other.",
    "learning rate": "How far a step moves the weights against the gradient: too short a step learns slowly, too long "
    "a step jumps past the goal.",
    "loss": "How wrong the network is on average, as one number that training brings down; 2.3 is a blind guess among "
    "ten digits.",
    "minibatch": "The few images that one step learns from.",
    "momentum": "Keeping part of the last step in the next one, like a rolling ball; steps that agree become up to "
    "1 / (1 − momentum) times as long.",
    "nats": "The unit of the loss: a right digit that got a probability of 37%, one in e, costs one nat.",
    "neuron": "A unit that multiplies each input by a weight, adds everything up with its bias, and passes the sum on "
    "through an activation such as ReLU.",
    "overfitting": "Memorizing the training images instead of learning what digits have in common: the training loss "
    "keeps falling while the validation loss rises.",
    "ReLU": "An activation that passes on a sum above zero and gives zero for any other.",
    "score": "A number of any size that the last layer gives an answer, and softmax turns into a probability; in code, "
    "a logit.",
    "softmax": "A formula that turns ten scores into ten probabilities that add up to 100%; the largest score becomes "
    "the largest probability.",
    "step": "One change of all weights, after the network has seen one minibatch.",
    "test": "Images for the final check of how well a network reads: nobody should train on them or choose settings "
    "by them.",
    "training": "The images that the network learns from: the dots measure up to 2,000 of them as they are, and the "
    "faint line each minibatch as it is learned, bent and with dropout if you chose so.",
    "validation": "Images that the network doesn’t learn from: how well it reads them shows whether it has learned "
    "the idea or only the examples.",
    "weight": "A number on the connection between two neurons, which sets how strongly the first affects the second; "
    "training changes it.",
    "weight decay": "Shrinking every weight by a small share of its size at each step, so that none grows too large.",
}
"""The meaning of each term, in one sentence."""


def tappable(word: str, label: str | None = None) -> str:
    """Return a term of `WORDS` as HTML that shows its sentence at a tap; ``label`` is its form on the page.

    >>> tappable("loss", "Loss")
    '<button type="button" class="ink-word" popovertarget="word-loss">Loss</button>'
    """
    return f'<button type="button" class="ink-word" popovertarget="{_id(word)}">{html.escape(label or word)}</button>'


def sentences() -> None:
    """Put all sentences on the page, hidden until their terms are tapped; once, outside of every fragment."""
    st.html(
        "".join(
            f'<div popover id="{_id(word)}" class="ink-sentence" role="note"><b>{word}</b> {html.escape(text)}</div>'
            for word, text in WORDS.items()
        )
    )


def word_list() -> str:
    """Return all terms with their sentences, as HTML."""
    rows = "".join(f"<dt>{word}</dt><dd>{html.escape(text)}</dd>" for word, text in WORDS.items())
    return f'<dl class="ink-words">{rows}</dl>'


def _id(word: str) -> str:
    if word not in WORDS:
        raise ValueError(f"a word of the glossary is one of {', '.join(WORDS)}; got {word!r}")
    return "word-" + word.lower().replace(" ", "-")
