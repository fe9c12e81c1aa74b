"""Download a picture to share: the visitor's drawing, as the network reads it."""

from functools import partial

import numpy as np
import streamlit as st

from mlp.analysis.scores import percent
from mlp.images.input_image import InputImage, with_article
from mlp.jobs.origin import Origin
from mlp.jobs.snapshot import Snapshot
from mlp.page import state
from mlp.page.draw.networks import Answering, answering, answering_as, is_seen
from mlp.page.draw.scene import scene
from mlp.page.draw.share_card import CardWords, share_card
from mlp.page.live.tabs import this_tab
from mlp.page.style.download_button import download_button
from mlp.page.style.redraw import On, part
from mlp.page.style.theme import colors, plain
from mlp.page.train.run_words import duration
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import DrawingData

NETWORKS = {
    "shipped": "Read by Inkling’s pretrained network",
    "article": "Read by the basic network",
    "uploaded": "Read by a network that I uploaded",
    "untrained": "Read by an untrained network, which only guesses",
}
FILE_NAMES = {"shipped": "pretrained", "article": "article", "run": "my-network", "uploaded": "my-network"}


@part("share_picture", on=On.STROKE)
def share_picture_section(visitor: Visitor) -> None:
    """Draw the button that paints and downloads the picture."""
    drawing = this_tab().desk.digit
    if drawing is None:
        st.button("Draw first for a picture", key="share_card", icon=":material/image:", disabled=True)
        return
    now = answering(visitor)
    name = FILE_NAMES.get(now.kind, "untrained")
    # It is painted outside of the script, so the session's values are passed; a playing run answers as it is then.
    make = partial(picture, visitor, drawing, state.network.get(), state.rewound.get(), colors())
    download_button(
        "Download a picture",
        make,
        f"inkling-digit-read-by-{name}.png",
        "image/png",
        key="share_card",
        icon=":material/image:",
        help="Downloads your drawing, the network lit by it, and its answer as a PNG of 1200 × 630 pixels.",
    )
    if now.kind == "run" and visitor.job is not None and visitor.job.playing:
        st.caption("It shows how your network reads the drawing when you click.")
    else:
        st.caption(f"Alt text: {plain(words(visitor, now, drawing.image)[1].alt)}")


def picture(
    visitor: Visitor,
    drawing: InputImage,
    network: str | None,
    rewound: state.Rewound | None,
    theme_colors: dict[str, str],
) -> bytes:
    """Return the picture of a drawing as this network reads it now; safe outside of the script."""
    now = answering_as(visitor, network, rewound)
    probabilities, texts = words(visitor, now, drawing.image)
    return share_card(
        drawing.pixels,
        scene(now.network, now.seen(drawing.image), probabilities, now.reader.names),
        probabilities,
        texts,
        theme_colors,
        now.reader.names,
        _examples(visitor, now.reader.names),
    )


def _examples(visitor: Visitor, names: tuple[str, ...]) -> list[np.ndarray]:
    """Return the visitor's first drawing of each of these signs, (28, 28) uint8; empty if there are none."""
    data = None if visitor.job is None else visitor.job.data
    if not isinstance(data, DrawingData) or data.base is not None or data.names != names:
        return []
    learned = data.learned
    return [learned.images[np.argmax(learned.labels == label)].reshape(28, 28) for label in range(len(names))]


def words(visitor: Visitor, now: Answering, image: np.ndarray) -> tuple[np.ndarray | None, CardWords]:
    """Return the probabilities for an image (28, 28), None without an answer, and the texts of the card."""
    probabilities = now.reader.predict_proba(image[None])[0]
    if not np.isfinite(probabilities).all():
        answer, reading = None, "No answer: its weights have grown without limit"
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


def _own_network(run: Snapshot, now: Answering, origin: Origin | None) -> str:
    if now.step is not None and now.step < run.step:
        return f"My own network, back at step {now.step:,}"
    trained = f"trained in {in_words(run.seconds)}" if run.step else "before its first step"
    return f"My own network, {trained}" + (f", starting from {origin.name}" if origin else "")


def in_words(seconds: float) -> str:
    """Return a short duration in words.

    Examples
    --------
    >>> in_words(0.3), in_words(9.2), in_words(75)
    ('1 second', '9 seconds', '1 min 15 s')
    """
    whole = max(1, round(seconds))
    return duration(seconds) if whole >= 60 else f"{whole} second{'s' if whole > 1 else ''}"
