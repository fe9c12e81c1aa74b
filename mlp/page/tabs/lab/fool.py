"""Fool it: the computer changes a drawing until the network misreads it."""

import html

import numpy as np
import streamlit as st

from mlp.analysis.lab.fool import STEPS, Attack, attack, smallest
from mlp.images.input_image import InputImage, with_article
from mlp.images.mnist import Dataset
from mlp.nn.reader import Reader
from mlp.page.draw.networks import PRETRAINED_NAMES, Answering, answering, shipped
from mlp.page.draw.subject import subject, subject_choice
from mlp.page.session_var import ControlVar
from mlp.page.style import theme
from mlp.page.style.html import html_table
from mlp.page.style.signed_pictures import signed_url
from mlp.page.style.theme import image_url
from mlp.page.tabs.lab.experiment_pieces import bars, pictures, plain_reader
from mlp.page.visitors.analysis_budget import within_budget
from mlp.page.visitors.visitor import Visitor

_lab_size = ControlVar[float]("lab_size", 0.1)
"""The largest change of a pixel; a control."""


IDEA = (
    "Change the answer with as little ink as possible. Each pixel can get a little lighter or darker, up to the "
    "slider; the network’s own gradient says which."
)
ANY = "any other"
METHODS = {1: "One step", STEPS: f"{STEPS} steps"}
MAX_STRENGTH = 0.5  # of full ink: more leaves no digit


def choices(visitor: Visitor, data: Dataset) -> tuple[int | None, int, float]:
    """Draw the controls, and return the target, the number of steps and the size."""
    subject_choice(data)
    names = answering(visitor).reader.names
    target = st.selectbox("To be read as", [ANY, *names], key="lab_target", width=130)
    steps = st.segmented_control(
        "Method",
        list(METHODS),
        default=STEPS,
        key="lab_steps",
        format_func=METHODS.__getitem__,
        required=True,
        help="Takes one step along the sign of the gradient, or many short steps with a new gradient for each.",
    )
    aim = names.index(target) if target in names else None
    _lab_size.start(_lab_size.default)
    with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
        with _lab_size.placed():
            size = st.slider(
                "Size of the change",
                0.0,
                MAX_STRENGTH,
                step=0.005,
                key=_lab_size.key,
                width=240,
                help="Share of full ink.",
            )
        st.button(
            "Smallest that works",
            key="lab_smallest",
            icon=":material/compress:",
            on_click=_set_smallest,
            args=(visitor, data, aim, steps),
        )
    return aim, int(steps or STEPS), float(size)


def view(visitor: Visitor, data: Dataset, target: int | None, steps: int, size: float) -> None:
    """Draw the changed image, its reading, and a comparison of networks."""
    now = answering(visitor)
    looked_at, names = subject(data), [html.escape(name) for name in now.reader.names]
    target = None if target is None or target >= len(names) else target
    image = now.seen(looked_at.image)
    found = attack(now.network, image, size, target=target, steps=steps)
    reader = plain_reader(now.reader)
    images = np.stack([image.reshape(-1), found.image])
    before, after = reader.predict_proba(images)
    st.html(
        f'<p class="ink-note">{now.caption}, on <b>{html.escape(looked_at.name)}</b>. '
        f"{_result(found, target, names)}</p>"
    )
    change = 10 * (found.image - images[0])
    url = signed_url(change.reshape(28, 28), theme.colors())
    shown = [
        (image_url(image), "As it is", f"read as <b>{names[found.before]}</b>"),
        (url, "The change × 10", '<span style="color:var(--accent)">orange</span> adds ink, blue removes it'),
        (image_url(found.image.reshape(28, 28)), "Both together", f"read as <b>{names[found.after]}</b>"),
    ]
    st.html(
        f'<div class="lab-row"><div class="lab-wide">{pictures(shown)}</div>'
        f"{bars('As it is', before, now.reader.names)}{bars('Both together', after, now.reader.names)}</div>"
    )
    st.html(_compared(now, visitor, looked_at, target, steps))


def _result(found: Attack, target: int | None, names: list[str]) -> str:
    most = f"{found.size:.1%} of full ink"
    if target == found.before:
        return f"It already reads {with_article(names[found.before])}, so nothing needs to change."
    if not found.turned:
        return f"With at most {most} in each pixel, the answer stays the same: try a larger change."
    person = (
        "You see no change, or a little gray, and still read the old answer."
        if found.size <= 0.15
        else "You see a lot of gray, but mostly still read the old answer."
    )
    turned = f"<b>{names[found.before]}</b> turns into <b>{names[found.after]}</b>"
    return f"With at most {most} in each pixel, {turned}. {person}"


def _compared(now: Answering, visitor: Visitor, looked_at: InputImage, target: int | None, steps: int) -> str:
    """Return a table of the smallest change that fools each network, as HTML."""
    plays = now.kind == "run" and visitor.job is not None and visitor.job.playing
    asked = hash((looked_at.image.tobytes(), target, steps))
    ours = PRETRAINED_NAMES if now.reader.reads_digits else ()
    readers: dict[str, Reader] = {kind: one for kind in ours if isinstance(one := shipped(kind), Reader)}
    named = {kind: PRETRAINED_NAMES[kind] for kind in readers}
    if now.kind not in readers:
        readers[now.kind], named[now.kind] = now.reader, now.caption.removeprefix("Reading with ")
    rows, marked = [], None
    for number, (kind, reader) in enumerate(readers.items()):
        network = reader.network
        found = within_budget(
            f"lab_smallest_{kind}",
            (network, asked),
            lambda reader=reader: _smallest(reader, looked_at.image, target, steps),  # type: ignore[misc]
            plays=plays and kind == now.kind,
        )
        text = "no change fools it" if found is None else f"{found.size:.1%} of full ink"
        names = reader.names
        into = "–" if found is None else html.escape(f"{names[found.before]} → {names[found.after]}")
        rows.append([named[kind] + (", trained with warped digits" if kind == "shipped" else ""), text, into])
        marked = number if kind == now.kind else marked
    return (
        '<h3 class="ink-title" style="margin-top:1.2rem">The smallest change that fools each network '
        "<small>with this method, without test-time augmentation</small></h3>"
        + html_table("The smallest change for each network", ["Network", "Change", "Answer"], rows, marked=marked)
    )


def _smallest(reader: Reader, image: np.ndarray, target: int | None, steps: int) -> Attack | None:
    return smallest(reader.network, reader.as_seen(image[None])[0], target=target, steps=steps)


def _set_smallest(visitor: Visitor, data: Dataset, target: int | None, steps: int) -> None:
    found = _smallest(answering(visitor).reader, subject(data).image, target, steps)
    if found is not None:
        _lab_size.set(min(MAX_STRENGTH, np.ceil(found.size * 200) / 200))
