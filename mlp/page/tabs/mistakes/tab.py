"""The part "Mistakes": the confusion matrix, the images in each cell, and the most confident mistakes."""

import html
from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from mlp.analysis.mistakes import Readings, read_all
from mlp.analysis.scores import percent
from mlp.class_names import kind_of
from mlp.images.input_image import with_article
from mlp.images.mnist import Dataset, Split
from mlp.jobs.origin import remark_on_score
from mlp.nn.reader import Reader
from mlp.page import state
from mlp.page.draw.networks import PRETRAINED_NAMES, Answering, answering
from mlp.page.session_var import ControlVar
from mlp.page.style.picking import GalleryPicture, gallery
from mlp.page.style.redraw import On, Where, part
from mlp.page.style.theme import image_url
from mlp.page.tabs.mistakes.confusion import confusion_grid
from mlp.page.tabs.places import Rooms, Section, look_inside
from mlp.page.visitors.analysis_budget import within_budget
from mlp.page.visitors.visitor import Visitor

SPLITS = Rooms(
    "mistakes_on",
    "Mistakes",
    {"validation": "Validation data", "test": "Test data"},
    ControlVar("mistakes_on", ""),
)
SHOWN = 24


@part("mistakes", on=On.NETWORK | On.VIEW, where=Where.TAB)
def mistakes_section(visitor: Visitor, data: Dataset) -> None:
    """Draw the choice of data, the confusion matrix, and the images in its open cell or the most confident mistakes."""
    plays = visitor.job is not None and visitor.job.playing and state.network.get() == "run"
    kind = ("test" in data.splits_to_check and SPLITS.draw_choice("Data")) or "validation"
    now = answering(visitor)
    if not np.isfinite(now.network.values).all():
        st.info("This network’s weights have grown without limit, so it can’t read anything.")
        return
    split: Split = getattr(data, kind)
    names, (noun, nouns) = data.names, data.noun(kind)
    text, readings = _read(now, visitor, data.name, kind, split, plays)
    right = int(np.trace(readings.confusion))
    total = len(readings.labels)
    st.html(
        f'<p class="ink-note">{text}: it reads <b>{right:,} of {total:,}</b> {nouns} right, '
        f"{100 * right / total:.2f}%. {remark_on_score(now.root, kind)} Each row is a true {kind_of(names)}, each "
        "column an answer. Open a cell to see its images, and an image to see which of its pixels spoke.</p>"
    )
    left, side = st.columns([5, 6], gap="medium")
    with left:
        chosen = confusion_grid(
            readings.confusion,
            f"Rows: true {kind_of(names)}. Columns: answer. A stronger color means more mistakes.",
            names,
        )
    with side:
        _pictures(readings, split, chosen, kind, names, noun)


def _read(now: Answering, visitor: Visitor, data: str, kind: str, split: Split, plays: bool) -> tuple[str, Readings]:
    if now.kind in PRETRAINED_NAMES:  # the same for all visitors
        return now.caption, _shipped_readings(now.kind, data, kind, now.reader, split)

    def analyze() -> tuple[str, Readings]:
        at = "" if now.step is None else f", at step {now.step:,}"
        return now.caption + at, read_all(now.reader, split.images, split.labels)

    return within_budget("readings", (now.network, visitor.job, split), analyze, plays=plays)


@st.cache_resource(show_spinner="Reading all digits …", max_entries=8)
def _shipped_readings(network: str, data: str, kind: str, _reader: Reader, _split: Split) -> Readings:
    """Return a pretrained network's readings, made once for all visitors; the three names are the cache's key."""
    return read_all(_reader, _split.images, _split.labels)


def _pictures(
    readings: Readings, split: Split, chosen: tuple[int, int] | None, kind: str, names: Sequence[str], noun: str
) -> None:
    if chosen is None:
        positions = readings.worst()
        title = "The most confident mistakes"
    else:
        true_digit, read = chosen
        positions = readings.cell(true_digit, read)
        title = html.escape(f"True {kind_of(names)} {names[true_digit]}, answer {names[read]}")
    shown = positions[:SHOWN]
    more = f", {len(shown)} of {len(positions):,}" if len(positions) > len(shown) else ""
    if chosen is None and len(positions):
        more += f", which average {percent(float(readings.probabilities[positions].max(axis=1).mean()))} sure"
    st.html(f'<h3 class="ink-title">{title}<small>{more or ", none" * (not len(positions))}</small></h3>')
    with st.container(key="mistakes_pictures"):
        pictures = [_picture(readings, split, int(position), names, noun) for position in shown]
        gallery(pictures, partial(look_inside, kind))


def _picture(readings: Readings, split: Split, position: int, names: Sequence[str], noun: str) -> GalleryPicture:
    label, answer = int(readings.labels[position]), int(readings.answers[position])
    chances = readings.probabilities[position]
    text = f"read <b>{html.escape(names[answer])}</b> · {percent(chances[answer])}"
    if label != answer:
        text += f"<br><small>is {html.escape(names[label])} · {percent(chances[label])}</small>"
    name = f"{noun} no. {position:,}: {with_article(names[label])}, read as {names[answer]}; see its pixels"
    return GalleryPicture(position, image_url(split.images[position].reshape(28, 28)), name, text)


MISTAKES = Section("Mistakes", mistakes_section, looks_at_images=True, rooms=SPLITS)
