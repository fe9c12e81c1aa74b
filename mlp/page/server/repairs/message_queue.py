"""Send a script's messages in order, and answers to a browser's requests, even if the page starts to redraw.

When a script starts, Streamlit 1.67 drops unsent messages, because the script draws everything again. It also drops
answers, such as the address for an upload or the file of a download, and the browser waits forever. When a fragment is
redrawn, Streamlit removes the unsent first drawing of the fragment, with its container, and appends the new one. The
browser then draws into a container that it does not have: it reports "Bad delta path index", and the page does not
recover.
"""

from collections.abc import Callable
from functools import wraps

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

ANSWERS = ("file_urls_response", "backend_operation_response")


def install() -> None:
    """Keep the answers and the order of messages in all sessions."""
    ForwardMsgQueue.clear = _keeping(ForwardMsgQueue.clear)  # type: ignore[method-assign]


def _keeping(clear: Callable[..., None]) -> Callable[..., None]:
    @wraps(clear)
    def cleared(
        queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
    ) -> None:
        if fragment_ids_this_run:
            queue._delta_index_map = {}  # new messages are appended, and replace no queued ones
            return
        answers = [message for message in queue._queue if message.WhichOneof("type") in ANSWERS]
        clear(queue, retain_lifecycle_msgs, fragment_ids_this_run)
        if retain_lifecycle_msgs:  # otherwise all of them have been sent
            queue._queue += [answer for answer in answers if not any(answer is kept for kept in queue._queue)]

    return cleared
