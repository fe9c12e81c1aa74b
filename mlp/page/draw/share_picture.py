"""Offer the visitor's drawing, as the network reads it, as a picture to share."""

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from mlp.images.input_image import InputImage, with_article
from mlp.jobs.snapshot import Snapshot
from mlp.page import state
from mlp.page.draw.answer import percent
from mlp.page.draw.current_drawing import current_digit
from mlp.page.draw.networks import Answering, answering, answering_as, is_seen
from mlp.page.draw.share_card import CardWords, share_card
from mlp.page.draw.stage_network import scene
from mlp.page.style.download_button import download_button
from mlp.page.style.fragments import fragment
from mlp.page.style.theme import colors, plain
from mlp.page.train.run_words import duration
from mlp.page.visitors.visitor import Visitor

NETWORKS = {
    "shipped": "Read by Inkling’s pretrained network",
    "article": "Read by the article’s network",
    "uploaded": "Read by a network that I brought",
    "untrained": "Read by an untrained network, which only guesses",
}
FILE_NAMES = {"shipped": "trained-already", "article": "article", "run": "my-network", "uploaded": "my-network"}


def share_picture_section(visitor: Visitor) -> None:
    """Draw the button that downloads the picture, which is painted at the click; follows strokes as "share_picture"."""
    fragment(_button, key="share_picture")(visitor)


def _button(visitor: Visitor) -> None:
    drawing = current_digit()
    if drawing is None:
        st.button("Picture: draw first", key="share_card", icon=":material/image:", disabled=True)
        return
    now = answering(visitor)
    name = FILE_NAMES.get(now.kind, "untrained")
    # Painted outside of the script, which knows the session; a run that plays is read as it stands then.
    make = partial(picture, visitor, drawing, state.network.get(), state.rewound.get(), colors())
    download_button(
        "Download a picture",
        make,
        f"inkling-digit-read-by-{name}.png",
        "image/png",
        key="share_card",
        icon=":material/image:",
        help="Your drawing, the network lit by it, and its answer, as a PNG of 1200 × 630. It is painted at the click.",
    )
    if now.kind == "run" and visitor.job is not None and visitor.job.playing:
        st.caption("As your network reads it at the click; the file has the same in words, as its description.")
    else:
        st.caption(f"In words, for an alt text: {plain(words(visitor, now, drawing.image)[1].alt)}")


def picture(
    visitor: Visitor,
    drawing: InputImage,
    network: str | None,
    rewound: tuple[int, int, Any] | None,
    theme_colors: dict[str, str],
) -> bytes:
    """Paint a drawing as the network of this name reads it now; may be called outside of the script."""
    now = answering_as(visitor, network, rewound)
    probabilities, said = words(visitor, now, drawing.image)
    return share_card(
        drawing.pixels,
        scene(now.network, now.seen(drawing.image), probabilities),
        probabilities,
        said,
        theme_colors,
        now.reader.names,
    )


def words(visitor: Visitor, now: Answering, image: np.ndarray) -> tuple[np.ndarray | None, CardWords]:
    """Read an image (28, 28), and say what is read, by whom; no probabilities where there is no answer."""
    probabilities = now.reader.predict_proba(image[None])[0]
    if not np.isfinite(probabilities).all():
        answer, reading = None, "It gives no answer: its weights have grown beyond all bounds"
    elif not is_seen(now.reader, image, probabilities):
        answer, reading = None, "It sees no digit" if now.reader.reads_digits else "It sees none of its signs"
    else:
        best = int(probabilities.argmax())
        read = with_article(now.reader.names[best])
        answer, reading = probabilities, f"It reads {read}, {percent(float(probabilities[best]))} sure"
    shape = " → ".join(map(str, now.network.layer_sizes))
    about = f"{shape}: {now.network.n_parameters:,} numbers to learn"
    run = visitor.job.snapshot() if now.kind == "run" and visitor.job is not None else None
    whose = NETWORKS.get(now.kind, "") if run is None else _own_network(run, now, visitor.runs.origin)
    return answer, CardWords(reading, whose, about)


def _own_network(run: Snapshot, now: Answering, origin: str | None) -> str:
    if now.step is not None and now.step < run.step:
        return f"My own network, back at step {now.step:,}"
    if not run.step:
        return "My own network, before its first step"
    took = "in " + in_words(run.seconds)
    return f"My own network, learned {took}" + (f", going on from {origin}" if origin else "")


def in_words(seconds: float) -> str:
    """Write a short time as it is spoken.

    Examples
    --------
    >>> in_words(0.3), in_words(9.2), in_words(75)
    ('1 second', '9 seconds', '1 min 15 s')
    """
    whole = max(1, round(seconds))
    return duration(seconds) if whole >= 60 else f"{whole} second{'s' if whole > 1 else ''}"
