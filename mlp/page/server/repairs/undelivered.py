"""Send what a script has drawn in its order, although a fragment is drawn anew before it was sent.

Streamlit 1.67 then removes the fragment's first drawing from what waits, its container included, and appends the new
one. The browser is told to draw into a container that it does not have yet: it says "Bad delta path index", and the
page does not recover.
"""

from collections.abc import Callable

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue


def install() -> None:
    """Keep the order of all sessions from now on."""
    ForwardMsgQueue.clear = _keeping_order(ForwardMsgQueue.clear)  # type: ignore[method-assign]


def _keeping_order(clear: Callable[..., None]) -> Callable[..., None]:
    def cleared(
        queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
    ) -> None:
        if fragment_ids_this_run:
            queue._delta_index_map = {}  # what comes now goes behind what waits, not into its place
        else:
            clear(queue, retain_lifecycle_msgs, fragment_ids_this_run)

    return cleared
