"""Rules for all tests: no network, and no access to the developer's own folders."""

import gc
import os
import signal
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from threadpoolctl import threadpool_limits
from xdist.scheduler import LoadFileScheduling

from tests.sample_digits import NAME, write_sample

# The same examples every time, however slow the machine is at the moment.
hypothesis.settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
# For `make fuzz`: others every time, each within five seconds.
hypothesis.settings.register_profile("fuzz", max_examples=15_000, deadline=5000, print_blob=True)
hypothesis.settings.load_profile("same")

FIRST = ("tests/jobs/workers/test_cluster.py", "tests/rigs/", "tests/browser/", "tests/page/")
"""Folders whose tests run as a block: long waits, during which the other process needs the cores, then those that share
a server, a browser or a training process.
"""

BROWSER = "tests/browser/"
FLOWS = tuple(
    f"{BROWSER}{name}"
    for name in (
        "draw/test_drawing.py",
        "live/test_run.py::test_playing_run_needs_no_scripts",
        "serving/test_opening.py",
        "train/",
    )
)
"""A visitor's complete path, from opening the page to teaching it: the browser tests that `make test` includes, without
the details among them, which are marked thorough."""
THOROUGH = ("tests/jobs/workers/test_cluster.py", "tests/making/", "models/making/")
"""Other tests with long waits for real processes, and those of what makes the shipped files, which no server runs;
`make thorough` runs them and the other browser tests.
"""
LIMIT = pytest.StashKey[Any]()
"""A test's limit of time, as pytest-timeout's settings."""


@pytest.fixture(scope="session", autouse=True)
def own_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Set an empty home and a sample of MNIST for this process and its children; yield the previous environment."""
    before = dict(os.environ)
    home = tmp_path_factory.mktemp("home")
    write_sample(home / NAME)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        patch.setenv("MLP_DATA_DIR", str(home / NAME))
        patch.delenv("MLP_SCHEDULER", raising=False)
        # The page hides tracebacks from visitors; tests must see them.
        patch.setenv("STREAMLIT_CLIENT_SHOW_ERROR_DETAILS", "full")
        yield before


@pytest.fixture(scope="session", autouse=True)
def one_blas_thread() -> Iterator[None]:
    """Use one thread for products, as workers do: more would change the last bits, and wait for each other."""
    with threadpool_limits(1):
        yield


@pytest.fixture
def without_a_collector() -> Iterator[None]:
    """Disable garbage collection, so that reference cycles are noticed."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def pytest_collection_finish() -> None:
    """Exempt all that is loaded by now from garbage collection: each full one would look through it again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)  # before -m selects
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark thorough tests, run each costly folder as a block, and put short tests at the end.

    Tests and parameters marked as Chromium's do not run in Firefox.
    """
    items[:] = [item for item in items if not (item.get_closest_marker("chromium") and "firefox" in item.name)]
    for item in items:
        if item.nodeid.startswith((BROWSER, *THOROUGH)) and not item.nodeid.startswith(FLOWS):
            item.add_marker("thorough")
    items.sort(key=lambda item: [not item.nodeid.startswith(place) for place in FIRST])


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> Iterator[Any]:
    """Repeat a test's alarm until it ends, as asyncio's callbacks, and so Playwright's, swallow what it raises."""
    item.stash[LIMIT] = settings
    done = yield
    if signal.getitimer(signal.ITIMER_REAL)[0]:
        signal.setitimer(signal.ITIMER_REAL, settings.timeout, settings.timeout)
    return done


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Limit the end of a test by itself, as a failure has ended the limit of the test."""
    if LIMIT in item.stash:
        item.ihook.pytest_timeout_set_timer(item=item, settings=item.stash[LIMIT])
    return (yield)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a file among a test's parameters by its place, as the order of its metadata differs between processes."""
    return argname if isinstance(val, bytes) else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the flows in Firefox as well."""
    is_flow = "browser" in metafunc.fixturenames and metafunc.definition.nodeid.startswith(FLOWS)
    if is_flow and not metafunc.definition.get_closest_marker("thorough"):
        firefox = pytest.param("firefox", marks=pytest.mark.thorough)
        metafunc.parametrize("browser", ["chromium", firefox], indirect=True, scope="package")


class OneBrowser(LoadFileScheduling):
    """Assign whole files to each process, and all of `FLOWS` to one of them.

    These share a server, a browser and opened pages then. Two browsers at a time would keep two cores so busy that the
    pages are drawn late.
    """

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(FLOWS) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)  # pytest may run without its plugin for several processes
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneBrowser:
    """Return what decides which process runs which tests."""
    return OneBrowser(config, log)
