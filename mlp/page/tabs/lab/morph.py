"""Morph: the path from one drawing to another, by pixels and by the network's last hidden layer."""

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from mlp.analysis.lab.morph import PICTURES, Morph, answer_changes, by_hidden_layer, by_pixels, morph
from mlp.images.input_image import InputImage, from_data, with_article
from mlp.images.mnist import Dataset
from mlp.page.draw.networks import Answering, answering
from mlp.page.draw.subject import subject, subject_choice
from mlp.page.session_var import SessionVar
from mlp.page.style.theme import image_url
from mlp.page.tabs.lab.experiment_pieces import pictures, plain_reader
from mlp.page.tabs.lab.pictures.river import river
from mlp.page.tabs.lab.work import begin_work, progress, work_of
from mlp.page.visitors.visitor import Visitor

_lab_kept = SessionVar[InputImage | None]("lab_kept", None)
"""The drawing at which a morph ends."""
_lab_morph_to = SessionVar[str | None]("lab_morph_to", None)
"""The end of the morph, a digit or the kept drawing; a control."""


IDEA = (
    "Where does one answer become another? Go from one drawing to another: by mixing their pixels, and along the "
    "straight path between them in the network’s last hidden layer. The river shows the answer along the path."
)
ROOM = "morph"
KEPT = "the kept drawing"


def choices(_visitor: Visitor, data: Dataset) -> tuple[str, float]:
    """Draw the controls, and return the end of the path and the place on it."""
    subject_choice(data)
    names = data.names
    ends = [*names, *([KEPT] if _lab_kept.get() is not None else [])]
    if _lab_morph_to.get() not in ends:
        _lab_morph_to.set(names[-1])
    end = st.selectbox("To", ends, key=_lab_morph_to.key, width=150)
    st.button(
        "Keep as the end",
        key="lab_keep",
        on_click=_keep,
        args=(data,),
        help="Keeps this drawing as the end of the path; then draw its start.",
    )
    at = st.slider("Place on the path, %", 0, 100, 50, key="lab_at", width=240)
    return end or names[-1], at / 100


def view(visitor: Visitor, data: Dataset, end: str, at: float) -> None:
    """Draw both rivers, and the images at the chosen place."""
    now = answering(visitor)
    first, last = subject(data), _end(data, end)
    ends = now.seen(first.image).reshape(-1), now.seen(last.image).reshape(-1)
    reader = plain_reader(now.reader)
    names = now.reader.names
    rows = by_pixels(reader, *ends), by_hidden_layer(reader, *ends)
    st.html(
        f'<p class="ink-note">{now.caption}, from <b>{html.escape(first.name)}</b> to <b>{html.escape(last.name)}</b>. '
        f"By pixels {_turns(rows[0], names)}; by the hidden layer {_turns(rows[1], names)}.</p>"
        f'<div class="lab-row">{river("By pixels", rows[0], at, names)}'
        f"{river('By the last hidden layer', rows[1], at, names)}</div>"
    )
    mixed = ((1 - at) * ends[0] + at * ends[1]).reshape(28, 28)
    shown = [
        (image_url(ends[0].reshape(28, 28)), "From", html.escape(first.name)),
        (image_url(mixed), "By pixels", f"{at:.0%} of the path, read as <b>{_read(now, mixed)}</b>"),
        *_found(now, ends, at),
        (image_url(ends[1].reshape(28, 28)), "To", html.escape(last.name)),
    ]
    st.html(pictures(shown))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Find the hidden layer’s images", key="lab_find", on_click=_find, args=(now, visitor, ends))
        st.caption(
            "A point in the hidden layer has no image of its own. Inkling searches for one: it starts from the mixture "
            "of the pixels and follows the gradient toward the point."
        )
    progress(ROOM, "Searching for images")


def _read(now: Answering, image: np.ndarray) -> str:
    return html.escape(now.reader.names[now.network.predict(image.reshape(1, -1).astype(np.float32))[0]])


def _found(now: Answering, ends: tuple[np.ndarray, np.ndarray], at: float) -> list[tuple[str, str, str]]:
    """Return the image found at the place, if images were searched for between these two ends."""
    work = work_of(ROOM)
    found: Morph | None = None if work is None else work.work
    if found is None or any((found.images[place] != end).any() for place, end in ((0, ends[0]), (-1, ends[1]))):
        return []
    place = round(at * (PICTURES - 1))
    image = found.images[place].reshape(28, 28)
    away = found.distances[-1] if found.distances else 0.0
    text = (
        f"{place / (PICTURES - 1):.0%} of the path, read as <b>{_read(now, image)}</b>; the images are off by "
        f"{away:.0%} of the path’s length on average"
    )
    return [(image_url(image), "By the hidden layer", text)]


def _turns(probabilities: np.ndarray, names: Sequence[str]) -> str:
    (first, _), *turns = [(html.escape(names[place]), at) for place, at in answer_changes(probabilities)]
    if not turns:
        return f"it stays {with_article(first).replace(first, f'<b>{first}</b>')}"
    return f"<b>{first}</b> becomes " + ", then ".join(f"<b>{into}</b> at {at:.0%}" for into, at in turns[:4])


def _end(data: Dataset, end: str) -> InputImage:
    kept = _lab_kept.get()
    if end == KEPT and kept is not None:
        return kept
    labels, names = data.test.labels, data.names
    label = names.index(end) if end in names else len(names) - 1
    return from_data(data, int(np.flatnonzero(labels == label)[0]), "test")


def _keep(data: Dataset) -> None:
    _lab_kept.set(subject(data))
    _lab_morph_to.set(KEPT)


def _find(now: Answering, visitor: Visitor, ends: tuple[np.ndarray, np.ndarray]) -> None:
    begin_work(visitor, ROOM, morph(now.network.copy(), *ends))
