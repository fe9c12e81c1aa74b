"""Each script starts at the top of the page, and deferrable ones take turns."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from unittest.mock import Mock

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner, get_script_run_ctx
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests

from mlp.page.server.repairs import script_start

RUN, SEND, NOTE = "_run_script", "_enqueue_forward_msg", "_request_rerun_locked"
"""Streamlit's methods that are wrapped."""

SCRIPT = """
import streamlit as st

st.text("top")
with st.container():
    st.fragment(lambda: st.text("within"), key="watch")()
"""


@pytest.fixture
def asked_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole page is requested whenever a fragment has drawn everything."""

    def ask() -> None:
        context = get_script_run_ctx()
        if context is not None and context.fragment_ids_this_run and context.script_requests is not None:
            context.script_requests.request_rerun(RerunData())

    runtime = Mock()
    runtime.dataframe_source_mgr.remove_orphaned_sources = ask  # the last that a script does
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: runtime)
    monkeypatch.setattr("streamlit.runtime.exists", lambda: True)
    for method in (RUN, SEND):
        monkeypatch.setattr(ScriptRunner, method, getattr(ScriptRunner, method))  # to be as before after the test
    monkeypatch.setattr(ScriptRequests, NOTE, getattr(ScriptRequests, NOTE))
    script_start.install()


@pytest.mark.usefixtures("asked_at_the_end")
def test_page_requested_at_a_fragments_end_is_drawn_from_the_top(
    tmp_path: Path,
):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)

    async def drawn() -> list[tuple[str, list[int]]]:
        session = AppSession(
            ScriptData(str(script), is_hello=False), MemoryUploadedFileManager(""), ScriptCache(), None, {}
        )

        async def rerun(fragment: str = "") -> list:
            message = BackMsg()
            message.rerun_script.fragment_id = fragment
            session.handle_backmsg(message)
            for thread in threading.enumerate():
                if thread.name == "ScriptRunner.scriptThread":
                    await asyncio.to_thread(thread.join, 10)
            await asyncio.sleep(0)
            return [message for message in session.flush_browser_queue() if message.delta.new_element.text.body]

        watch = (await rerun())[-1].delta.fragment_id
        shown = await rerun(watch)
        session.shutdown()
        return [(message.delta.new_element.text.body, list(message.metadata.delta_path)) for message in shown]

    assert asyncio.run(drawn()) == [("top", [0, 0]), ("within", [0, 1, 0, 0])]


STATES = WidgetStates(widgets=[WidgetState(id="canvas", json_value="{}")])
TIMER = RerunData(widget_states=STATES, fragment_id_queue=["curves"], is_auto_rerun=True)
OPENING = RerunData(widget_states=WidgetStates())
STROKE = RerunData(widget_states=STATES, fragment_id_queue=["reading"])
PRESS = RerunData(widget_states=STATES)


class Scripts:
    """Draws pages, each as long as it is held, and records how many are drawn at a time."""

    def __init__(self) -> None:
        self.begun = 0
        self.held = threading.Event()
        self.sent = threading.Event()  # an element of a script that can wait
        self._threads: list[threading.Thread] = []

    def draw(self, runner: Mock) -> None:
        """Run as the script."""
        self.begun += 1
        assert self.held.wait(10)
        if runner.fails:
            raise ValueError("a script that fails")

    def ask(self, *wanted: RerunData, fails: bool = False) -> ScriptRequests:
        """Request a page in a separate thread, as its session does; return the place for further requests.

        Of several requests all come before a script can begin.
        """
        before, requests = self.begun, ScriptRequests()
        for one in wanted:
            requests.request_rerun(one)
        request = requests.on_scriptrunner_ready().rerun_data
        runner = Mock(_requests=requests, fails=fails)
        self._threads.append(threading.Thread(target=_run, args=(runner, request), daemon=True))
        self._threads[-1].start()
        self.wait_for(before + 1, 0.1)
        return requests

    def wait_for(self, begun: int, seconds: float = 10.0) -> None:
        """Wait until ``n`` have started, for a limited time."""
        until = time.monotonic() + seconds
        while self.begun < begun and time.monotonic() < until:
            time.sleep(0.001)

    def end(self) -> None:
        """Let all of them end."""
        self.held.set()
        for thread in self._threads:
            thread.join(10)


def _run(runner: Mock, request: RerunData) -> None:
    with suppress(ValueError):
        getattr(ScriptRunner, RUN)(runner, request)


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripts]:
    """Scripts of many sessions, which take turns; no wait or script exceeds its time during the test."""
    drawn = Scripts()
    monkeypatch.setattr(script_start, "LONG_S", 30.0)
    monkeypatch.setattr(script_start, "PATIENCE_S", 30.0)
    monkeypatch.setattr(ScriptRunner, RUN, lambda runner, request: drawn.draw(runner))
    monkeypatch.setattr(ScriptRunner, SEND, lambda runner, message: drawn.sent.set())
    monkeypatch.setattr(ScriptRequests, NOTE, getattr(ScriptRequests, NOTE))
    script_start.install()
    yield drawn
    drawn.end()


def test_few_pages_are_drawn_at_a_time_and_the_next_when_one_is_done(scripts: Scripts):
    for request in (TIMER, OPENING, TIMER, TIMER):
        scripts.ask(request)
    scripts.wait_for(1)
    assert scripts.begun == script_start.AT_ONCE == 1
    scripts.held.set()
    scripts.wait_for(4)
    assert scripts.begun == 4


def test_visitors_action_is_drawn_at_once(scripts: Scripts):
    for request in (TIMER, TIMER, TIMER, STROKE, PRESS):
        scripts.ask(request)
    scripts.wait_for(3)
    assert scripts.begun == 3


@pytest.mark.parametrize("wanted", [(STROKE, TIMER), (TIMER, STROKE), (PRESS, TIMER, TIMER)])
def test_visitors_action_is_drawn_before_timers(scripts: Scripts, wanted: tuple[RerunData, ...]):
    for _ in range(3):
        scripts.ask(TIMER)
    scripts.ask(*wanted)
    scripts.wait_for(2)
    assert scripts.begun == 2


def test_a_page_whose_visitor_asks_for_more_waits_no_longer(scripts: Scripts):
    scripts.ask(TIMER)
    scripts.ask(TIMER).request_rerun(STROKE)
    scripts.wait_for(2)
    assert scripts.begun == 2


@pytest.mark.parametrize("limit", ["LONG_S", "PATIENCE_S"])
def test_waits_for_long_work_are_limited(limit: str, scripts: Scripts, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(script_start, limit, 0.0)
    for _ in range(4):
        scripts.ask(TIMER)
    scripts.wait_for(4)
    assert scripts.begun == 4


def begin_to_send(
    scripts: Scripts, monkeypatch: pytest.MonkeyPatch, first: RerunData = TIMER, then: RerunData = STROKE
) -> ScriptRequests:
    """Let one script send an element while another one is held; return the request place of the first one's visitor."""
    drawing = threading.Event()
    hold = scripts.draw

    def send(runner: Mock) -> None:
        scripts.begun += 1
        assert drawing.wait(10)
        getattr(ScriptRunner, SEND)(runner, Mock())

    monkeypatch.setattr(scripts, "draw", send)
    requests = scripts.ask(first)
    monkeypatch.setattr(scripts, "draw", hold)
    scripts.ask(then)
    scripts.wait_for(2)
    drawing.set()
    return requests


@pytest.mark.parametrize("first", [TIMER, OPENING])
def test_deferrable_script_pauses_for_visitors_actions(
    scripts: Scripts, monkeypatch: pytest.MonkeyPatch, first: RerunData
):
    begin_to_send(scripts, monkeypatch, first)
    assert not scripts.sent.wait(0.2)
    scripts.held.set()
    assert scripts.sent.wait(10)


@pytest.mark.parametrize(("first", "then"), [(STROKE, STROKE), (PRESS, STROKE), (PRESS, TIMER)])
def test_script_of_a_visitors_action_does_not_pause(
    scripts: Scripts, monkeypatch: pytest.MonkeyPatch, first: RerunData, then: RerunData
):
    begin_to_send(scripts, monkeypatch, first, then)
    assert scripts.sent.wait(10)


@pytest.mark.parametrize("limit", ["LONG_S", "PATIENCE_S"])
def test_pauses_for_long_work_are_limited(limit: str, scripts: Scripts, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(script_start, limit, 0.0)
    begin_to_send(scripts, monkeypatch)
    assert scripts.sent.wait(10)


def test_script_does_not_pause_if_its_visitor_acts(scripts: Scripts, monkeypatch: pytest.MonkeyPatch):
    begin_to_send(scripts, monkeypatch).request_rerun(STROKE)
    assert scripts.sent.wait(10)


def test_a_script_that_fails_gives_its_place_to_the_next(scripts: Scripts):
    scripts.ask(TIMER, fails=True)
    scripts.end()
    scripts.held.clear()
    for _ in range(2):
        scripts.ask(TIMER)
    scripts.wait_for(2)
    assert scripts.begun == 2


def test_while_a_browser_draws_the_canvas_others_have_the_turn(scripts: Scripts, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(script_start, "CANVAS_S", 0.5)
    took = []

    def draw(_: Mock) -> None:
        scripts.begun += 1
        for _ in range(2):  # only once
            began = time.monotonic()
            script_start.canvas_first()
            took.append(time.monotonic() - began)

    monkeypatch.setattr(scripts, "draw", draw)
    scripts.ask(OPENING)
    scripts.ask(TIMER)
    assert scripts.begun == 2
    scripts.end()
    assert sorted(round(seconds, 1) for seconds in took) == [0.0, 0.0, 0.0, 0.5]


def test_where_others_wait_a_page_opens_as_a_whole(scripts: Scripts, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(script_start, "CANVAS_S", 30.0)
    order = []

    def draw(runner: Mock) -> None:
        scripts.begun += 1
        assert scripts.held.wait(10)
        script_start.canvas_first()
        order.append("second" if runner.fails else "first")

    monkeypatch.setattr(scripts, "draw", draw)
    scripts.ask(OPENING)
    scripts.ask(TIMER, fails=True)
    assert scripts.begun == 1
    scripts.end()
    assert order == ["first", "second"]


def test_acting_visitor_does_not_wait_for_the_canvas(scripts: Scripts, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(script_start, "CANVAS_S", 30.0)
    ended = threading.Event()

    def draw(_: Mock) -> None:
        script_start.canvas_first()
        ended.set()

    monkeypatch.setattr(scripts, "draw", draw)
    scripts.ask(OPENING).request_rerun(STROKE)
    assert ended.wait(10)


def test_canvas_wait_needs_a_server():
    began = time.monotonic()
    script_start.canvas_first()
    assert time.monotonic() - began < script_start.CANVAS_S / 2
