"""Keep answers to a browser's requests while the page begins to be drawn anew.

When a script begins, Streamlit drops what waits to be sent, as the script draws everything again. Streamlit 1.67 drops
answers too: the address for an upload, the file of a download. The browser then waits for ever.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

ANSWERS = ("file_urls_response", "backend_operation_response")


def install() -> None:
    """Keep the answers of all sessions from now on."""
    ForwardMsgQueue.clear = _with_answers_kept(ForwardMsgQueue.clear)  # type: ignore[method-assign]


def _with_answers_kept(clear: Callable[..., None]) -> Callable[..., None]:
    @wraps(clear)
    def clear_but_answers(
        queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, *rest: Any, **named: Any
    ) -> None:
        answers = [message for message in queue._queue if message.WhichOneof("type") in ANSWERS]
        clear(queue, retain_lifecycle_msgs, *rest, **named)
        if retain_lifecycle_msgs:  # else all of them have been sent
            queue._queue += [answer for answer in answers if not any(answer is kept for kept in queue._queue)]

    return clear_but_answers
