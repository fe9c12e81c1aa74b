"""What a browser has asked for is sent, whatever the page begins to draw meanwhile."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from mlp.page.server.repairs import kept_answers


def filled() -> ForwardMsgQueue:
    """A queue with two answers, and something that is drawn."""
    upload, download, drawn = ForwardMsg(), ForwardMsg(), ForwardMsg()
    upload.file_urls_response.response_id = "upload"
    download.backend_operation_response.request_id = "download"
    drawn.delta.new_element.text.body = "a page"
    drawn.delta.fragment_id = "a fragment"
    queue = ForwardMsgQueue()
    for message in (upload, drawn, download):
        queue.enqueue(message)
    return queue


@pytest.mark.parametrize("fragments", [None, ["a fragment"]], ids=["the whole page", "a fragment"])
def test_an_answer_outlives_the_beginning_of_a_script(monkeypatch: pytest.MonkeyPatch, fragments: list[str] | None):
    monkeypatch.setattr(ForwardMsgQueue, "clear", ForwardMsgQueue.clear)  # to be as before after the test
    kept_answers.install()
    queue = filled()
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=fragments)
    sent = sorted(message.WhichOneof("type") for message in queue.flush())
    assert sent == ["backend_operation_response", "file_urls_response"]
    assert queue.is_empty()
