"""When the page starts to redraw, waiting answers are still sent, and containers before their content."""

from collections.abc import Callable

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue


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
def test_answer_survives_the_start_of_a_script(repair: Callable[[str], None], fragments: list[str] | None):
    repair("message_queue")
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
def queue(repair: Callable[[str], None]) -> ForwardMsgQueue:
    """Messages of a drawn page: a text, a fragment with a text in its container, and a text below."""
    repair("message_queue")
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
