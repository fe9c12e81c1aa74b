"""The section "Data": training images with their labels, and the styles of synthetic digits."""

from functools import lru_cache

import numpy as np
import streamlit as st

from mlp.images.augmentation import warp
from mlp.images.handwriting import STYLES, shipped_digits, style_label, style_names
from mlp.images.mnist import Dataset
from mlp.language import mark, tr
from mlp.page.script.redraw import Where, redrawn
from mlp.page.session_var import SessionVar
from mlp.page.style.html import questions_section
from mlp.page.style.theme import digits, plain
from mlp.page.tabs.places import Section
from mlp.page.visitors.visitor import Visitor

_examples_from = SessionVar[int]("examples_from", 0)
"""The number of the first example that is shown."""
_show_warped = SessionVar[bool]("show_warped", False)
"""Whether examples are shown warped; a control."""
_show_styles = SessionVar[bool]("show_styles", False)
"""Whether the styles of synthetic digits are shown; a control."""


EXAMPLES = 30
OF_A_STYLE = 4
QUESTIONS = (
    (
        mark("Which of these digits do you misread yourself? Press Show others a few times."),
        mark(
            "A few are hard for everybody. No network can read digits that people disagree on, so hardly any network "
            "reaches 100% on digits that it has not seen."
        ),
    ),
    (
        mark("Why are some digits kept for validation, and others for testing at the end?"),
        mark(
            "A network can memorize its training images. Validation digits show whether it can read others too. If you "
            "choose settings by them, the settings suit them too well, so the test digits are kept for the end."
        ),
    ),
    (
        mark("Show them bent. Is each one still the same digit?"),
        mark(
            "Nearly always, so its label stays right. The network sees more ways to write the digit without more "
            "drawings."
        ),
    ),
)


def data_section(_visitor: Visitor, data: Dataset) -> None:
    """Draw training images with their labels."""
    of_signs = mark("**{name}**: with bent copies, {n:,} images to learn from and {validation:,} for validation.")
    of_images = mark(
        "**{name}**: {n:,} images to learn from, {validation:,} for validation, and {test:,} for the final test. Each "
        "has 28 × 28 pixels, with its name below."
    )
    st.markdown(
        tr(
            of_images if data.unseen is None else of_signs,
            name=plain(tr(data.name)),
            n=len(data.train.labels),
            validation=len(data.validation.labels),
            test=len(data.test.labels),
        )
    )
    _images(data)
    if data.unseen is not None or not data.learned.are_digits:
        return
    questions_section(QUESTIONS)
    with st.container(key="advanced_data"), st.expander(tr("Advanced")):
        _styles()


@redrawn("examples", where=Where.TAB)
def _images(data: Dataset) -> None:
    split, names = data.train, data.names
    first = _examples_from.get() % max(1, len(split.labels) - EXAMPLES)
    shown = slice(first, first + EXAMPLES)
    images, alt = split.images[shown], tr("an image of {}")
    if _show_warped.get():
        # Each image is warped alone, as images in one small group would share their warp.
        rng = np.random.default_rng(first)
        images, alt = np.concatenate([warp(image[None], rng) for image in images]), tr("a bent {}")
    st.html(digits(images, [names[label] for label in split.labels[shown]], alt=alt))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(tr("Show others"), key="more_examples", on_click=_show_others)
        st.toggle(tr("Show them bent, as in training with bent images"), key=_show_warped.key)


def _show_others() -> None:
    _examples_from.set(_examples_from.get() + EXAMPLES)


@redrawn("styles", where=Where.TAB)
def _styles() -> None:
    """Draw a row for each digit, with examples of its styles."""
    if st.toggle(tr("Show the styles of synthetic digits"), key=_show_styles.key):
        st.caption(
            tr(
                "The setting *Add synthetic digits* adds digits in these styles to MNIST’s; *Styles left out* skips "
                "some."
            )
        )
        for digit, styles in STYLES.items():
            with st.container(horizontal=True, key=f"styles_of_{digit}"):
                for style in styles:
                    with st.container(width=150):
                        name = tr(style_label(style))
                        st.html(digits(_examples()[style], [""] * OF_A_STYLE, alt=tr("a {style}", style=name)))
                        st.caption(name)


@lru_cache(maxsize=1)
def _examples() -> dict[str, np.ndarray]:
    """Return a few synthetic digits of each style, by its name."""
    there = shipped_digits()
    return {
        name: there.images[np.flatnonzero(there.styles == number)[:OF_A_STYLE]]
        for number, name in enumerate(style_names())
    }


DATA = Section(mark("Data"), data_section, looks_at_images=True)
