"""Every part of the page opens in every state: before, during and after a run, and with any network and text."""

import json
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp.learned import Learned
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.page.tabs.inside.inside_section import TOOLS
from mlp.page.tabs.lab.lab_section import EXPERIMENTS
from mlp.page.tabs.lessons.lessons_section import LESSON_VIEWS, lessons_open
from mlp.page.tabs.places import Views
from mlp.page.tabs.registry import SECTIONS
from mlp.page.tabs.step.step_section import STAGES
from mlp.training.positions import controls, settings_at
from tests.images.drawings.sample_drawings import jittered, letters
from tests.page.sight import (
    at_rest,
    draw,
    eventually,
    page_of,
    picture,
    put,
    sheet_photo,
    text,
    trained_with,
    visitor_of,
)
from tests.page.ways import LONG, of_tabs, press, taught, with_signs

Open = Callable[..., AppTest]
WITH_QUESTIONS = TOOLS | EXPERIMENTS
SHORT = {"images": 100, "epochs": 1, "hidden_layers": 1, "width_1": 12}
FOREIGN = "<i>![p](u)"
"""A text that would be markup in HTML and an image in Markdown; short enough for the name of a sign."""
MARKDOWN = ("markdown", "caption", "error", "warning", "info", "success", "header", "subheader")
OF_A_SET = Learned("set", ("Zorp", "Blick"), "Elsewhere", "0" * 64)
"""Of a data set whose images are not here."""
NARROW = dict.fromkeys(("width_1", "width_2", "width_3", "width_4"), 16)


def done(page: AppTest, key: str = "train") -> AppTest:
    """Press a button that trains, and wait until the run is over."""
    press(page, key)
    eventually(lambda: visitor_of(page).job is not None and visitor_of(page).job.snapshot().finished)
    return at_rest(page)


def photographed(page: AppTest) -> AppTest:
    page.file_uploader(key="picture_in").set_value(("page.jpg", sheet_photo()[0], "image/jpeg")).run()
    return page


def uploaded(page: AppTest, learned: Learned | None = None) -> AppTest:
    n_outputs = 10 if learned is None else len(learned.names)
    network = MLP([784, n_outputs], rng=np.random.default_rng(0))  # without a hidden layer
    visitor_of(page).uploads = {1: Reader(network, learned=learned)}
    page.run().segmented_control(key="network").set_value("uploaded-1").run()
    return page


def with_foreign_text(page: AppTest) -> AppTest:
    """Put foreign text wherever a visitor or a file can put some."""
    visitor = visitor_of(page)
    signs = letters(5)
    for label in range(3):
        signs = signs.renamed(label, f"{FOREIGN}{label}")
    visitor.signs.change(signs)
    opened(draw(page.run(), 4))  # by a network that does not know the signs yet
    opened(done(page, "signs_train"))
    for tab in of_tabs():
        tab.take(visitor, signs)
    visitor.nickname = FOREIGN
    for lesson in LESSON_VIEWS.titles:
        visitor.answer(lesson, FOREIGN)
    visitor.uploads = {1: Reader(MLP([784, 10], rng=np.random.default_rng(0)))}
    visitor.uploads[1].facts = {"data": FOREIGN}
    page.session_state["open_cell"], page.session_state["lab_dot"] = (0, 0), 3
    opened(put(page, picture([[(30 + 9 * i, 60 + 160 * (i % 2)) for i in range(24)]])))  # none of the signs
    return press(page, "give_one")


def unescaped(page: AppTest) -> list[str]:
    """Return the page's texts in which foreign text is markup."""
    html, markdown = [], []
    for element in page.main:
        if element.type == "html":
            html.append(element.proto.body)
        elif element.type == "bidi_component":
            data = json.loads(element.proto.json or "null")
            html += [data] if isinstance(data, str) else []
        else:
            names = ["label", "help"]
            names += ["value"] if element.type in MARKDOWN else []
            names += ["options"] if element.type == "button_group" else []  # those of a select box are no Markdown
            markdown += [str(getattr(element, name, "")) for name in names]
    return [text for text in html if FOREIGN in text] + [text for text in markdown if FOREIGN[3:] in text]


STATES: dict[str, Callable[[Open], AppTest]] = {
    "nothing drawn": lambda open_page: open_page(),
    "a photo of a page": lambda open_page: photographed(open_page()),
    "an uploaded network": lambda open_page: draw(uploaded(open_page()), 4),
    "a step": lambda open_page: at_rest(press(draw(open_page(**SHORT, dropout=0.5), 4), "step")),
    "during a run": lambda open_page: draw(press(open_page(**LONG), "train"), 4),
    "after a run": lambda open_page: done(draw(open_page(**SHORT, straighten="true"), 4)),
    "four layers": lambda open_page: done(
        open_page(
            **SHORT | NARROW | {"hidden_layers": 4},
            activation="sigmoid",
            initialization="gabor",
            dropout=0.3,
            optimizer="adam",
            learning_rate=0.001,
            l1=0.001,
            label_smoothing=0.1,
        )
    ),
    "a taught network": lambda open_page: draw(press(taught(open_page(tab="Your drawings"), "pretrained"), "pause"), 4),
    "own signs": lambda open_page: done(with_signs(5, tab="Your drawings", drawings="signs"), "signs_train"),
    "a data set": lambda open_page: press(done(open_page(**SHORT, tab="Data sets"), "data_set_train_0"), "give_one"),
    "an uploaded network of a data set": lambda open_page: draw(uploaded(open_page(), OF_A_SET), 4),
    "foreign text": lambda open_page: with_foreign_text(open_page(**SHORT, tab="Your drawings", drawings="signs")),
    "foreign text and a drawing": lambda open_page: put(
        with_foreign_text(open_page(**SHORT, tab="Your drawings", drawings="signs")),
        picture(jittered("A", np.random.default_rng(5))),
    ),
}
"""Each state of the page, and the presses that lead there."""


WORK = {"wish": "lab_ask"}
"""Views with a result that is computed at a press."""


def opened(page: AppTest, **session: object) -> AppTest:
    for name, value in session.items():
        page.session_state[name] = value
    page.run()
    assert not page.exception, session
    assert not page.error, session
    assert unescaped(page) == [], session
    return page


def views_in(page: AppTest, views: Views) -> Iterator[str]:
    """Open each view, and yield its name."""
    for view in views.titles:
        yield opened(page, **{views.chosen.key: view}) and view


@pytest.mark.parametrize("state", STATES)
def test_every_part_opens_in_every_state(open_page: Open, state: str):
    page = STATES[state](open_page)
    for section in SECTIONS:
        opened(page, requested_tab=section.name)
        assert page.session_state["shown_section"] == section.name
        assert text(page, "sections")
        seen = set()
        for view in views_in(page, section.views) if section.views is not None else ():
            seen.add(text(page, "sections"))
            if view in WORK and "foreign" in state:
                press(page, WORK[view])
                eventually(lambda: not page_of(page).work[1].running)
                opened(page)
            is_shown = view in WITH_QUESTIONS and "There are no images of" not in text(page, "sections")
            for ask, _ in WITH_QUESTIONS[view].questions if is_shown else ():
                assert ask in text(page, f"lab_{view}"), view
        for stage in STAGES if section.name == "Step by step" else ():
            opened(page, slow_stage=stage)
        # A network of signs has no images of MNIST to make mistakes on.
        if section.views is not None and any(one.key == section.views.chosen.key for one in page.segmented_control):
            assert len(seen) == len(section.views.titles)
    opened(page, **{lessons_open.key: True})
    seen = {text(page, "lessons") for _ in views_in(page, LESSON_VIEWS)}
    assert len(seen) == len(LESSON_VIEWS.titles)
    if visitor_of(page).job is not None:
        visitor_of(page).job.pause()


def given_file(key: str, ending: str) -> Callable[[AppTest], AppTest]:
    return lambda page: page.file_uploader(key=key).set_value((FOREIGN + ending, FOREIGN.encode(), "")).run()


def typed(field: str, key: str) -> Callable[[AppTest], AppTest]:
    return lambda page: (
        page.text_input(key=field).set_value(f"{FOREIGN}, {FOREIGN}") and page.button(key=key).click().run()
    )


REFUSED: dict[str, tuple[dict[str, str], Callable[[AppTest], AppTest]]] = {
    "a network": ({"tab": "Runs"}, given_file("weights_in", ".safetensors")),
    "drawings": ({"tab": "Your drawings"}, given_file("drawings_in", ".json")),
    "a photo": ({}, given_file("picture_in", ".png")),
    "names of signs": ({"tab": "Your drawings", "drawings": "signs"}, typed("sign_name", "sign_add")),
    "a code": ({}, typed("code", "come_back")),
    "a link": (
        dict.fromkeys(("tab", "lab", "lesson", "recipe", "hide", "drawing", "signs", "optimizer", "epochs"), FOREIGN),
        lambda page: page,
    ),
}
"""Inputs that the page refuses: the link that opens the page, and the act."""


@pytest.mark.parametrize("what", REFUSED)
def test_refused_input_is_named_as_text_and_the_page_works(open_page: Open, what: str):
    link, act = REFUSED[what]
    page = act(open_page(**link))
    assert not page.exception
    assert page.error or page.warning or "is taken" in text(page)
    assert unescaped(page) == []
    assert text(draw(page, 4), "answer").startswith("4 ")


@pytest.mark.parametrize("end", [0, -1], ids=["lowest", "highest"])
def test_run_gets_every_setting_at_its_ends(open_page: Open, monkeypatch: pytest.MonkeyPatch, end: int):
    monkeypatch.setattr("mlp.training.settings.SYNTHETIC", 40)
    positions = {key: one.positions[end] for key, one in controls().items() if one.kind != "several"}
    link = {key: f"{value:g}" if isinstance(value, float) else str(value).lower() for key, value in positions.items()}
    page = open_page(**link)
    assert not page.warning, page.warning[0].value
    assert trained_with(page) == settings_at(positions)
