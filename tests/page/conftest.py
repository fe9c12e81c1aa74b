"""The page without a browser: opened by AppTest, with a visitor's actions and view."""

import functools
from collections.abc import Callable, Iterator
from contextvars import ContextVar

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from mlp import language
from mlp.page.visitors.engine import engine
from mlp.training.data.image_set import FOLDER, STORED, offered
from tests.page.sight import APP, PATIENCE_S, eventually, visitor_of
from tests.page.visitors.trouble import Clock, moved_clock
from tests.sample_shapes import TITLE, shapes_file


@pytest.fixture(scope="package", autouse=True)
def one_worker() -> Iterator[None]:
    """One training process for all of these tests, ended with the last of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLP_WORKERS", "1")
        engine().close()
        yield
        engine().close()


@pytest.fixture(scope="package", autouse=True)
def a_data_set(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Offer a data set of shapes to all visitors."""
    folder = tmp_path_factory.mktemp("sets")
    (folder / f"{TITLE}.npz").write_bytes(shapes_file())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER, str(folder))
        patch.setenv(STORED, str(tmp_path_factory.mktemp("stored")))
        offered.cache_clear()
        offered()
        yield
        offered.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def rare_saves() -> Iterator[None]:
    """Make the page's server look at its visitors rarely: those of all earlier tests would take a tenth of the time.

    Its thread runs until the process ends, so this holds for later tests too.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mlp.page.visitors.registry.SAVE_S", 5.0)
        yield


@pytest.fixture(scope="package", autouse=True)
def one_scan() -> Iterator[None]:
    """Search the installed packages for components once: each AppTest would do so, for 0.18 of its 0.25 seconds."""
    with pytest.MonkeyPatch.context() as patch:
        once = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", once)
        yield


@pytest.fixture(scope="package", autouse=True)
def no_browser() -> Iterator[None]:
    """Spare each opening both waits for a browser that draws the canvas first: 0.55 of its 0.65 seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mlp.page.live.new_page.CANVAS_S", 0)
        patch.setattr("mlp.page.live.new_page.ANSWER_S", 0)
        yield


@pytest.fixture
def open_page() -> Iterator[Callable[..., AppTest]]:
    """Return a function that opens the page, ``open_page(epochs="3")``; started runs end with the test.

    With ``visitor`` it is opened by the visitor of that other page, else by a new one.
    """
    opened: list[AppTest] = []

    def open_page(*, visitor: AppTest | None = None, **query: object) -> AppTest:
        page = AppTest.from_file(APP, default_timeout=PATIENCE_S)
        page.session_state["speed_chosen"] = "speed" not in query  # otherwise every first run would start slowly
        if visitor is not None:
            page.session_state["visitor_id"] = visitor.session_state["visitor_id"]
        for name, value in query.items():
            page.query_params[name] = value if isinstance(value, list) else str(value)
        opened.append(page)
        page.run()
        assert not page.exception
        return page

    yield open_page
    for page in opened:
        job = visitor_of(page).job
        if job is not None:
            job.pause()
            eventually(lambda job=job: not job.snapshot().busy)


@pytest.fixture
def page(open_page: Callable[..., AppTest]) -> AppTest:
    """The page, opened by a new visitor."""
    return open_page()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time for registries of visitors."""
    return moved_clock(monkeypatch)


@pytest.fixture
def open_sessions() -> set[str]:
    """The open tabs for registries of visitors."""
    return set()


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    """Speak German in each thread, in scripts too."""
    monkeypatch.setattr(language, "_spoken", ContextVar("language", default="de"))
