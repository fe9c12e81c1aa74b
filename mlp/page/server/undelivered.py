"""What a script has drawn reaches the browser in its order, although a fragment of it is drawn anew before it was sent.

Streamlit 1.67 then takes the fragment's first drawing, its container included, out of what waits, and puts the new one
behind everything. The browser is told to draw beside a container that it has not got yet: "Bad delta path index", and
a page that does not recover.
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
