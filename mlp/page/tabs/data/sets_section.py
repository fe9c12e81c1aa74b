"""The section "Data sets": those that the server offers and a visitor's own, to train on."""

import html
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from mlp.class_names import in_words
from mlp.images.mnist import Dataset
from mlp.jobs.workers.picture_processes import decode_set
from mlp.language import Later, mark, tr
from mlp.page.script.redraw import rerun_page
from mlp.page.script.reveal import reveal
from mlp.page.style.html import announced
from mlp.page.style.theme import image_url, plain
from mlp.page.tabs.places import Section
from mlp.page.train.card import train
from mlp.page.visitors.refusals import Refusal, Upload
from mlp.page.visitors.runs import all_runs
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.image_set import ImageSet, offered

OF_EACH = 10
MAX_OWN = 2
_file = Upload("data_set_in")
_refused = Refusal("data_sets")
NO_IMAGES = mark("There are no images of {signs} here: the data set is on another computer, or was removed.")


def sets_section(visitor: Visitor, _data: Dataset) -> None:
    """Draw each set with images of its classes, and the button that trains a network on it; and take others."""
    sets, broken = offered()
    st.markdown(tr("Networks can learn two to ten kinds of anything."))
    for number, data in enumerate((*sets, *visitor.sets.values())):
        with st.container(key=f"data_set_{number}"):
            _one(visitor, number, data)
    _refused.show()
    for title, reason in broken.items():
        st.warning(tr("The data set {title} cannot be read: {reason}", title=plain(title), reason=plain(tr(reason))))
    help = tr(
        "At most 10 MB and 40,000 images, 28 × 28 pixels in 2 to 10 classes: a ZIP with a folder of pictures (PNG, "
        "JPEG, WebP) or an .npy for each class, a ZIP with MNIST’s four files, or an .npz with images and labels."
    )
    if _file.show(tr("Upload a data set"), ["zip", "npz"], partial(_take, visitor), help=help):
        st.html(announced("data_set_taken", _file.result.get()))


def _one(visitor: Visitor, number: int, data: ImageSet) -> None:
    about = tr(
        "**{title}**: {n:,} images of {names}.",
        title=plain(data.title),
        n=sum(data.sizes),
        names=plain(in_words(data.names)),
    )
    st.markdown(f"{about} {plain(data.license)}")
    if data.is_here:
        st.html(f'<div class="ink-layers">{"".join(_rows(data))}</div>')
    else:
        st.warning(tr(NO_IMAGES, signs=plain(in_words(data.names))))
    with st.container(horizontal=True, key=f"data_set_buttons_{number}"):
        press = partial(st.button, args=(visitor, data))
        label, key = tr("Train on it"), f"data_set_train_{number}"
        press(label, key=key, type="primary", on_click=_train, disabled=not data.is_here)
        if data.digest in visitor.sets:
            press(tr("Remove"), key=f"data_set_remove_{number}", on_click=_remove)


def _rows(data: ImageSet) -> list[str]:
    """Return a figure for each class as HTML: its first images side by side, with its name."""
    train = data.load().train
    figures = []
    for label, name in enumerate(data.names):
        images = train.images[np.flatnonzero(train.labels == label)[:OF_EACH]].reshape(-1, 28, 28)
        pixels = np.concatenate(list(images), axis=1)
        alt, caption = tr("images of {name}", name=html.escape(name)), html.escape(name)
        figures.append(
            f'<figure><img src="{image_url(pixels)}" alt="{alt}"><figcaption>{caption}</figcaption></figure>'
        )
    return figures


def _take(visitor: Visitor, file: Any) -> None:
    _check_number(visitor)
    data, note = decode_set(file.getvalue(), file.name, visitor.id)
    with visitor.lock:
        _check_number(visitor)
        if data.digest not in {each.digest for each in offered()[0]}:
            visitor.sets = {**visitor.sets, data.digest: data}
    taken = tr("{n:,} images of {names}.", n=sum(data.sizes), names=in_words(data.names))
    _file.result.set(html.escape(f"{taken} {tr(note)}".strip()))


def _check_number(visitor: Visitor) -> None:
    """Raise a ValueError if the visitor has as many sets as one may have."""
    if len(visitor.sets) >= MAX_OWN:
        raise ValueError(Later("you may have {most} data sets; remove one first", most=MAX_OWN))


def _train(visitor: Visitor, data: ImageSet) -> None:
    train(visitor, lambda _: data, refusal=_refused)
    if not _refused.is_kept():
        reveal("train_card")
        rerun_page()


def _remove(visitor: Visitor, data: ImageSet) -> None:
    with visitor.lock:
        if data.digest in visitor.learned_sets():
            runs = ", ".join(tr(run.title) for run in all_runs(visitor) if run.data == data)
            _refused.set(Later("Runs learned from it: {runs}. Delete these first.", runs=runs or tr("Several at once")))
            return
        visitor.sets = {digest: each for digest, each in visitor.sets.items() if digest != data.digest}
    rerun_page()


DATA_SETS = Section(mark("Data sets"), sets_section)
