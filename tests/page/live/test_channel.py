"""The live channel at its socket: admission, the timing of messages, and the end of a connection."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal

from mlp.jobs.job import Job
from mlp.page.live import protocol
from mlp.page.live.live_page import LivePage, opened_page
from mlp.page.live.socket import live_route
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.jobs.waiting import wait_until
from tests.jobs.workers.manual_engine import ManualEngine
from tests.page.live.channel_route import WAIT_S, Browser, connected

Connect = Callable[[], AbstractContextManager[Browser]]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Return a function that opens a connection to a server with only the channel."""
    with start_blocking_portal() as portal:
        yield partial(connected, portal, live_route())


@pytest.fixture
def tab() -> LivePage:
    """An open tab, whose only source counts its calls."""
    tab = opened_page()
    seen: list[Any] = []

    def source(tab: LivePage) -> dict[str, Any]:
        seen.append(None if tab.question is None else tab.question.ask)
        return {"html.answer": seen[-1], "html.stages": "the same"}

    tab.register("reading", source)
    return tab


def hello(browser: Browser, tab: LivePage, *, hidden: bool = False) -> None:
    """Send the first message."""
    browser.send(version=protocol.VERSION, key=tab.key, hidden=hidden)


def test_tab_gets_all_parts_first_and_then_changes(connect: Connect, tab: LivePage):
    with connect() as browser:
        hello(browser, tab)
        assert browser.receive() == {"number": 1, "parts": {"html.answer": None, "html.stages": "the same"}}
        browser.send(got=1)
        browser.send(ask=5, ink="", pen=True)
        assert browser.receive() == {"number": 2, "parts": {"html.answer": 5}, "answers": 5}
    assert not tab.followed


def test_last_question_is_answered_and_earlier_ones_may_be_skipped(connect: Connect, tab: LivePage):
    with connect() as browser:
        hello(browser, tab)
        for number in range(1, 21):
            browser.send(ask=number, ink="", pen=True)
        answered = []
        while not answered or answered[-1] != 20:
            if (answer := browser.receive().get("answers")) is not None:
                answered.append(answer)
    assert answered == sorted(set(answered))
    assert len(answered) < 20


def test_slow_tab_gets_the_newest_parts_after_drawing_the_last(connect: Connect):
    tab, state = opened_page(), {"html.progress": 0}
    tab.register("run", lambda _: dict(state))
    with connect() as browser:
        hello(browser, tab)
        assert browser.receive()["parts"] == {"html.progress": 0}
        for step in range(1, 5):
            state["html.progress"] = step
            tab.changed("run")
        browser.send(got=1)
        assert browser.receive() == {"number": 2, "parts": {"html.progress": 4}}


def test_hidden_tab_gets_no_message_before_it_is_seen(connect: Connect):
    tab, state = opened_page(), {"html.progress": 0}
    tab.register("run", lambda _: dict(state))
    with connect() as browser:
        hello(browser, tab, hidden=True)
        for step in range(1, 5):
            state["html.progress"] = step
            tab.changed("run")
        browser.send(hidden=False)
        assert browser.receive() == {"number": 1, "parts": {"html.progress": 4}}


def test_answer_does_not_wait_for_other_parts(connect: Connect, tab: LivePage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(protocol, "BEAT_S", 60.0)
    drawn = threading.Event()
    tab.register("run", lambda _: {"plot.loss": drawn.wait(WAIT_S)})
    with connect() as browser:
        hello(browser, tab)
        browser.send(ask=5, ink="", pen=False)
        assert browser.receive()["answers"] == 5
        drawn.set()
        while "plot.loss" not in browser.receive()["parts"]:
            pass


def test_pause_overtakes_pictures_on_a_slow_line(connect: Connect, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(protocol, "BEAT_S", 60.0)
    job = Job(Run(Settings(images=300, epochs=3)), chosen_mnist(), ManualEngine(starts_calls=True))
    tab, visitor, curves = opened_page(), Visitor("v" * 32, job=job), [1]
    tab.register("run", lambda _: {"html.progress": job.playing, "plot.loss": list(curves)})
    tab.show(visitor)
    with connect() as browser:
        hello(browser, tab)
        assert browser.receive()["parts"] == {"html.progress": False, "plot.loss": [1]}
        curves.append(2)
        job.play()
        browser.send(got=1)
        assert browser.receive()["parts"] == {"html.progress": True, "plot.loss": [1, 2]}
        curves.append(3)
        job.pause()  # before the last message has arrived
        assert browser.receive() == {"number": 3, "parts": {"html.progress": False}}
        browser.send(got=3)
        assert browser.receive() == {"number": 4, "parts": {"plot.loss": [1, 2, 3]}}


def test_picture_follows_what_is_read_even_if_all_parts_change_at_once(connect: Connect, monkeypatch):
    monkeypatch.setattr(protocol, "BEAT_S", 60.0)
    tab, drawing = opened_page(), "nothing"

    def read(tab: LivePage) -> dict[str, Any]:
        tab.desk.answer = SimpleNamespace(current=SimpleNamespace(drawing=drawing))
        return {"html.answer": drawing}

    tab.register("reading", read)
    tab.register("scene", lambda tab: {"scene": tab.desk.answer and tab.desk.answer.current.drawing})
    shown: dict[str, Any] = {}
    with connect() as browser:
        hello(browser, tab)
        for drawing in ("nothing", "a given image"):
            tab.changed()  # as when a run ends at the same time
            while shown != {"html.answer": drawing, "scene": drawing}:
                message = browser.receive()
                shown |= message["parts"]
                browser.send(got=message["number"])


def test_failing_source_keeps_the_channel_open(connect: Connect, tab: LivePage, caplog: pytest.LogCaptureFixture):
    tab.register("run", lambda _: {"loss": 1 / 0})
    with connect() as browser:
        hello(browser, tab)
        browser.send(ask=1, ink="", pen=False)
        while browser.receive().get("answers") != 1:
            pass
        wait_until(lambda: "division by zero" in caplog.text)
        browser.send(ask=2, ink="", pen=False)
        while browser.receive().get("answers") != 2:
            pass
    caplog.clear()


def test_channel_ends_with_its_connection_even_if_something_changes_just_then(connect: Connect, tab: LivePage):
    for turns in range(8):
        with connect() as browser:
            hello(browser, tab)
            browser.receive()
            tab.due_in_s = 60.0
            browser.send(got=1)
            browser.leave(lambda: tab.changed("reading"), turns)


def test_unknown_key_is_refused(connect: Connect):
    gone = opened_page().key
    for key in ("", "x" * 43, gone):
        with connect() as browser:
            browser.send(version=1, key=key, hidden=False)
            assert browser.ended() == protocol.UNKNOWN_KEY


def test_second_connection_of_a_tab_ends_the_first(connect: Connect, tab: LivePage):
    with connect() as first:
        hello(first, tab)
        first.receive()
        with connect() as second:
            hello(second, tab)
            assert first.ended() == protocol.TAKEN_OVER
            assert second.receive()["number"] == 1
            assert tab.followed


@pytest.mark.parametrize(
    "message",
    [
        "nonsense",
        "[" * 100_000,
        '{"got": ' + "1" * protocol.MAX_CHARACTERS + "}",
        "{}",
        '{"got": "1"}',
        '{"ask": 1, "ink": 5, "pen": true}',
        '{"ask": true, "ink": "", "pen": true}',
        '{"ask": 1, "ink": "", "pen": true, "more": 1}',
        '{"hidden": null}',
        '{"version": 1, "key": "k", "hidden": true}',
        '{"' + "é" * 80 + '": 1}',  # a name that the reason for closing would repeat
    ],
)
def test_invalid_message_ends_the_connection(connect: Connect, tab: LivePage, message: str):
    with connect() as browser:
        hello(browser, tab)
        browser.send_text(message)
        assert browser.ended() == protocol.MALFORMED


@pytest.mark.parametrize("first", ['{"got": 1}', '{"version": 1, "key": 7, "hidden": true}', '{"version": 1}', "null"])
def test_first_message_without_a_key_is_refused(connect: Connect, first: str):
    with connect() as browser:
        browser.send_text(first)
        assert browser.ended() == protocol.MALFORMED


def test_bytes_and_another_version_are_refused(connect: Connect):
    with connect() as browser:
        browser.send_bytes(b"{}")
        assert browser.ended() == protocol.MALFORMED
    with connect() as browser:
        browser.send(version=2, keys=[])
        assert browser.ended() == protocol.OTHER_VERSION


def test_flood_ends_the_connection(connect: Connect, tab: LivePage):
    with connect() as browser:
        hello(browser, tab)
        for _ in range(10 * protocol.MAX_PER_SECOND):
            browser.send(got=0)
        assert browser.ended() == protocol.TOO_MANY


def test_unidentified_connection_is_closed_after_its_time(connect: Connect, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(protocol, "FIRST_WITHIN_S", 0.01)
    with connect() as browser:
        assert browser.ended() == protocol.TOO_LATE


def test_silent_connections_keep_no_tab_out(connect: Connect, tab: LivePage):
    with ExitStack() as silent:
        for _ in range(101):
            silent.enter_context(connect())
        with connect() as browser:
            hello(browser, tab)
            assert browser.receive()["number"] == 1


def test_script_waits_for_the_answer_to_a_finished_stroke(
    connect: Connect, tab: LivePage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("mlp.page.live.live_page.ANSWER_S", WAIT_S)
    with connect() as browser, ThreadPoolExecutor(1) as scripts:
        hello(browser, tab)
        browser.receive()
        browser.send(ask=1, ink="", pen=True)
        browser.receive()
        script = scripts.submit(tab.wait_for_answer)
        assert not script.done()
        browser.send(ask=2, ink="", pen=False)
        assert browser.receive()["answers"] == 2
        script.result(WAIT_S / 2)
