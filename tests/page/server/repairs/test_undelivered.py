"""A fragment that is drawn anew before its page was sent does not get ahead of the place that it is drawn in."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from mlp.page.server.repairs import undelivered


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
def queue(monkeypatch: pytest.MonkeyPatch) -> ForwardMsgQueue:
    """What a page has drawn: a text, a fragment with a text in its container, and a text below."""
    monkeypatch.setattr(ForwardMsgQueue, "clear", ForwardMsgQueue.clear)  # to be as before after the test
    undelivered.install()
    queue = ForwardMsgQueue()
    queue.enqueue(drawn(0, 0, text="above"))
    queue.enqueue(drawn(0, 1, fragment="watch"))
    queue.enqueue(drawn(0, 1, 0, fragment="watch", text="step 1"))
    queue.enqueue(drawn(0, 2, text="below"))
    return queue


def test_each_place_is_there_before_what_follows_it(queue: ForwardMsgQueue):
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["watch"])
    queue.enqueue(drawn(0, 1, fragment="watch"))
    queue.enqueue(drawn(0, 1, 0, fragment="watch", text="step 2"))
    assert paths(queue) == [(0, 0), (0, 1), (0, 1, 0), (0, 2), (0, 1), (0, 1, 0)]


def test_what_a_page_drew_is_dropped_where_the_whole_of_it_is_drawn_anew(queue: ForwardMsgQueue):
    queue.clear(retain_lifecycle_msgs=True)
    assert paths(queue) == []
