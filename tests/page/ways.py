"""Each way to begin runs on the page, by the presses that lead there."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from mlp.nn.reader import Reader
from mlp.training.settings import Settings
from tests.images.drawings.sample_drawings import letters, own_digits
from tests.page.sight import APP, PATIENCE_S, eventually, page_of, visitor_of
from tests.sample_digits import sample

HERE = Path(__file__).parent
LONG = {"hidden_layers": 1, "width_1": 16, "epochs": 100}
"""A run that still plays when it is paused."""
SOME = 20
"""Number of steps that each run takes at least."""


def press(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click().run()
    assert not page.exception, page.exception[0].value
    assert not page.error, page.error[0].value
    return page


def measured(page: AppTest) -> AppTest:
    """Wait until the page's run has taken some steps."""
    eventually(lambda: visitor_of(page).job.snapshot().step > SOME)
    return page.run()


def opened(**query: Any) -> AppTest:
    page = AppTest.from_file(APP, default_timeout=PATIENCE_S)
    page.session_state["speed_chosen"] = True  # otherwise each first run would start slowly
    for name, value in query.items():
        page.query_params[name] = str(value)
    page.run()
    return page


def trained(**query: Any) -> AppTest:
    return measured(press(opened(**LONG | query), "train"))


def taught(page: AppTest, network: str, n: int = 9) -> AppTest:
    digits = sample().test
    visitor_of(page).digits.change(own_digits(digits.images[:n], digits.labels[:n]))
    page.segmented_control(key="network").set_value(network).run()
    return measured(press(page, "teach"))


def with_uploaded_network() -> AppTest:
    page = opened(tab="Your drawings")
    visitor_of(page).uploads = {1: Reader(Settings(hidden=(16,), seed=3).new_network(), temperature=2.0)}
    return page.run()


def with_signs(n: int, **query: Any) -> AppTest:
    page = opened(**LONG, **query)
    visitor_of(page).signs.change(letters(n))
    return page.run()


def swept() -> AppTest:
    page = opened(tab="Runs", **LONG | {"epochs": 2, "images": 300})
    page = press(page, "sweep_start")
    eventually(lambda: not visitor_of(page).sweep.busy)
    return page.run()


def rewound() -> AppTest:
    page = press(trained(lab="rewind"), "pause")
    next(one for one in page.number_input if one.label == "Exact step").set_value(SOME).run()
    press(page, "lab_replay")
    eventually(lambda: not page_of(page).work[1].running)
    return press(page.run(), "lab_go_on")


def stuck() -> AppTest:
    page = trained(written="true", learning_rate=0.0001)
    eventually(lambda: (newest := visitor_of(page).job.snapshot().history.newest) and newest.step > 500)
    return page.run()


WAYS: dict[str, tuple[str, Callable[[], AppTest]]] = {
    "train": ("train/card.py train", trained),
    "train with synthetic digits": ("train/card.py train", lambda: trained(written="true")),
    "teach the pretrained network": (
        "draw/correction.py teach",
        lambda: taught(opened(tab="Your drawings"), "pretrained"),
    ),
    "teach an uploaded network": ("draw/correction.py teach", lambda: taught(with_uploaded_network(), "uploaded-1")),
    "teach a run": (
        "draw/correction.py teach",
        lambda: taught(press(trained(tab="Your drawings"), "pause"), "run-1"),
    ),
    "own signs": (
        "train/card.py train",
        lambda: measured(press(with_signs(5, tab="Your drawings", drawings="signs"), "signs_train")),
    ),
    "a data set": (
        "train/card.py train",
        lambda: measured(press(opened(tab="Data sets", **LONG), "data_set_train_0")),
    ),
    "a lesson's row": (
        "tabs/lessons/experiments.py _try",
        lambda: measured(press(opened(lesson="examples"), "try_examples_0")),
    ),
    "a whole lesson": (
        "tabs/lessons/experiments.py _run_all",
        lambda: press(opened(lesson="learning-rate"), "run_all_learning_rate"),
    ),
    "a sweep": ("tabs/runs/sweep.py _start", swept),
    "the best of a sweep": ("tabs/runs/sweep.py _adopt_best", lambda: press(swept(), "sweep_winner")),
    "a remedy": ("train/note.py try_remedy", lambda: measured(press(stuck(), "remedy_not_falling"))),
    "continued from a saved step": ("tabs/inside/rewind.py _continue_run", rewound),
}
"""Each way to begin runs on the page: the file and function that begin them, and the presses that lead there."""


def of_tabs() -> list[Any]:
    """Return the modules with more ways, each beside the tests of a tab, and a function that takes foreign text there.

    They import this one, so they are imported late.
    """
    return [import_module(f"tests.page.tabs.{path.parent.name}.ways") for path in sorted(HERE.glob("tabs/*/ways.py"))]


def all_ways() -> dict[str, tuple[str, Callable[[], AppTest]]]:
    """Return each way, those of tabs too."""
    return {**WAYS, **{name: way for tab in of_tabs() for name, way in tab.WAYS.items()}}
