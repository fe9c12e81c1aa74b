"""Send a script's messages in order, and answers to uploads, even if the page starts to redraw.

When a script starts, Streamlit 1.67 drops unsent messages, as the script draws everything again. It drops the address
for an upload too, and the browser then waits forever. When a fragment is redrawn, it removes the fragment's first
drawing, but keeps what other fragments have drawn within it. The browser is told to draw into a container that it does
not have: it reports "Bad delta path index", and the page does not recover.
"""

from collections.abc import Callable
from functools import wraps

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

ANSWER = "file_urls_response"


def install() -> None:
    """Keep the answers and the order of all sessions from now on."""
    ForwardMsgQueue.clear = _keeping(ForwardMsgQueue.clear)  # type: ignore[method-assign]


def _keeping(clear: Callable[..., None]) -> Callable[..., None]:
    @wraps(clear)
    def cleared(
        queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
    ) -> None:
        if fragment_ids_this_run:
            queue._delta_index_map = {}  # new messages are appended, and replace no queued ones
            return
        answers = [message for message in queue._queue if message.WhichOneof("type") == ANSWER]
        clear(queue, retain_lifecycle_msgs, fragment_ids_this_run)
        if retain_lifecycle_msgs:  # otherwise all of them have been sent
            queue._queue += answers

    return cleared
