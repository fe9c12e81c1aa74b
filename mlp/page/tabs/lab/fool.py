"""Fool it: the computer changes a drawing until the network misreads it."""

import html

import numpy as np
import streamlit as st

from mlp.analysis.lab.fool import Attack, attack
from mlp.images.input_image import with_article
from mlp.images.mnist import Dataset
from mlp.language import mark, tr
from mlp.page.draw.networks import answering
from mlp.page.draw.subject import subject, subject_choice
from mlp.page.script.language import slider_format
from mlp.page.style import theme
from mlp.page.style.html import pictures
from mlp.page.style.signed_pictures import signed_url
from mlp.page.style.theme import image_url
from mlp.page.tabs.lab.experiment import bars, plain_reader
from mlp.page.visitors.visitor import Visitor

IDEA = mark(
    "Change the answer with as little ink as possible. Each pixel can get a little lighter or darker, up to the "
    "slider; the network’s own gradient says which."
)
QUESTIONS = (
    (
        mark("Does a random change of the same size fool the network too?"),
        mark(
            "Hardly ever. Random changes cancel out in a sum over 784 pixels. Changes that all follow the gradient "
            "add up, so a little in each pixel is enough."
        ),
    ),
    (
        mark("Which network is harder to fool, the basic or the pretrained one?"),
        mark(
            "Find the smallest change that fools each: mostly the pretrained one needs more. But nothing in its "
            "training stops a change designed to fool it."
        ),
    ),
    (
        mark("Why can you read the changed image when the network cannot?"),
        mark(
            "You read strokes: how they connect, and how they bend. The network adds up single pixels, each with "
            "its own weight. Nothing tells it that gray between the strokes isn’t ink."
        ),
    ),
)
ANY = mark("any other")
MAX_STRENGTH = 0.5  # of full ink: more leaves no digit


def choices(visitor: Visitor, data: Dataset) -> tuple[int | None, float]:
    """Draw the controls, and return the target and the size."""
    subject_choice(data)
    names = answering(visitor).reader.names
    target = st.selectbox(
        tr("To be read as"),
        [ANY, *names],
        key="lab_target",
        format_func=lambda name: tr(name) if name == ANY else name,
        width=160,
        placeholder="",
    )
    size = st.slider(
        tr("Size of the change"),
        0.0,
        MAX_STRENGTH,
        0.1,
        0.005,
        key="lab_size",
        format=slider_format(),
        width=240,
        help=tr("Share of full ink."),
    )
    return names.index(target) if target in names else None, float(size)


def view(visitor: Visitor, data: Dataset, target: int | None, size: float) -> None:
    """Draw the changed image and its reading."""
    answerer = answering(visitor)
    looked_at, names = subject(data), [html.escape(name) for name in answerer.reader.names]
    target = None if target is None or target >= len(names) else target
    image = answerer.seen(looked_at.image)
    attacked = attack(answerer.network, image, size, target=target)
    reader = plain_reader(answerer.reader)
    images = np.stack([image.reshape(-1), attacked.image])
    before, after = reader.predict_proba(images)
    name = html.escape(tr(looked_at.name))
    read = tr("{caption}, on <b>{image}</b>.", caption=answerer.caption, image=name)
    st.html(f'<p class="ink-note">{read} {_result(attacked, size, target, names)}</p>')
    change = 10 * (attacked.image - images[0])
    url = signed_url(change.reshape(28, 28), theme.colors())
    as_it_is, together = tr("As it is"), tr("Both together")
    colors = tr('<span style="color:var(--accent)">orange</span> adds ink, blue removes it')
    changed = image_url(attacked.image.reshape(28, 28))
    shown = [
        (image_url(image), as_it_is, tr("read as <b>{answer}</b>", answer=names[attacked.before])),
        (url, tr("The change × 10"), colors),
        (changed, together, tr("read as <b>{answer}</b>", answer=names[attacked.after])),
    ]
    st.html(
        f'<div class="lab-row"><div class="lab-wide">{pictures(shown)}</div>'
        f"{bars(as_it_is, before, answerer.reader.names)}{bars(together, after, answerer.reader.names)}</div>"
    )


def _result(attacked: Attack, size: float, target: int | None, names: list[str]) -> str:
    if target == attacked.before:
        return tr("It already reads {thing}, so nothing needs to change.", thing=with_article(names[attacked.before]))
    if size and not attacked.size:
        return tr(
            "There is nothing to change: the gradient of the answer is 0 at every pixel, as nothing in the image "
            "reaches it. A learning rate that is too high can silence all neurons of a layer."
        )
    if not attacked.turned:
        same = (
            mark("With at most {size:.1%} of full ink in each pixel, the answer stays the same: try a larger change.")
            if size < MAX_STRENGTH
            else mark(
                "With at most {size:.1%} of full ink in each pixel, the answer stays the same, even with the largest "
                "change."
            )
        )
        return tr(same, size=size)
    person = (
        mark("You see no change, or a little gray, and still read the old answer.")
        if attacked.size <= 0.15
        else mark("You see a lot of gray, but mostly still read the old answer.")
    )
    turned = tr(
        "With at most {size:.1%} of full ink in each pixel, <b>{old}</b> turns into <b>{new}</b>.",
        size=attacked.size,
        old=names[attacked.before],
        new=names[attacked.after],
    )
    return f"{turned} {tr(person)}"
