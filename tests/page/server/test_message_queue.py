"""When the page starts to redraw, waiting answers are still sent, and containers before their content; all of them."""

import asyncio
from unittest.mock import Mock

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient


def filled() -> ForwardMsgQueue:
    """A queue with an answer, and something that is drawn."""
    upload, drawn = ForwardMsg(), ForwardMsg()
    upload.file_urls_response.response_id = "upload"
    drawn.delta.new_element.text.body = "a page"
    drawn.delta.fragment_id = "a fragment"
    queue = ForwardMsgQueue()
    for message in (upload, drawn):
        queue.enqueue(message)
    return queue


@pytest.mark.parametrize("fragments", [None, ["a fragment"]], ids=["the whole page", "a fragment"])
@pytest.mark.usefixtures("replaced")
def test_answer_survives_the_start_of_a_script(fragments: list[str] | None):
    queue = filled()
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=fragments)
    sent = {message.WhichOneof("type") for message in queue.flush()}
    assert "file_urls_response" in sent
    assert queue.is_empty()


def drawn(*path: int, fragment: str = "", text: str | None = None) -> ForwardMsg:
    """A container, or a text, as a script sends it."""
    message = ForwardMsg()
    message.metadata.delta_path.extend(path)
    if text is None:
        message.delta.add_block.allow_empty = True
    else:
        message.delta.new_element.text.body = text
    message.delta.fragment_id = fragment
    return message


def paths(queue: ForwardMsgQueue) -> list[tuple[int, ...]]:
    return [tuple(message.metadata.delta_path) for message in queue.flush()]


@pytest.fixture
def queue(replaced: None) -> ForwardMsgQueue:
    """Messages of a drawn page: a text, a fragment with a text in its container, and a text below."""
    queue = ForwardMsgQueue()
    queue.enqueue(drawn(0, 0, text="above"))
    queue.enqueue(drawn(0, 1, fragment="watch"))
    queue.enqueue(drawn(0, 1, 0, fragment="watch", text="step 1"))
    queue.enqueue(drawn(0, 2, text="below"))
    return queue


def test_each_container_is_sent_before_its_content(queue: ForwardMsgQueue):
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["watch"])
    queue.enqueue(drawn(0, 1, fragment="watch"))
    queue.enqueue(drawn(0, 1, 0, fragment="watch", text="step 2"))
    assert paths(queue) == [(0, 0), (0, 1), (0, 1, 0), (0, 2), (0, 1), (0, 1, 0)]


def test_old_output_is_dropped_when_the_whole_page_redraws(queue: ForwardMsgQueue):
    queue.clear(retain_lifecycle_msgs=True)
    assert paths(queue) == []


N_DRAWN = 2000


class FullLine(Mock):
    """A connection that takes no message before it is freed."""

    def __init__(self) -> None:
        super().__init__(headers={}, cookies={}, client=None)
        self.freed = asyncio.Event()
        self.n_sent = 0

    async def send_bytes(self, _: bytes) -> None:
        await self.freed.wait()
        self.n_sent += 1


@pytest.mark.usefixtures("replaced")
def test_full_line_delays_messages_and_loses_none():
    async def visit() -> int:
        line = FullLine()
        client = StarletteSessionClient(line)
        for _ in range(N_DRAWN):
            client.write_forward_msg(ForwardMsg())
        line.freed.set()
        while line.n_sent < N_DRAWN:
            await asyncio.sleep(0)
        await client.aclose()
        return line.n_sent

    assert asyncio.run(asyncio.wait_for(visit(), 10)) == N_DRAWN
