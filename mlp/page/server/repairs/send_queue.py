"""Queue all that a browser's line has not taken yet, so that no press is lost.

Streamlit 1.67 queues 500 messages for a browser. One more, and it gives up the session, but keeps the connection: it
drops all later presses, and the browser is not told. Two scripts of the page can have more messages. The queue stays
small, as `mlp.page.server.messages` holds the browser's messages while its line is full.
"""

from streamlit.web.server.starlette import starlette_websocket

MAX_MESSAGES = 5000


def install() -> None:
    """Queue this many messages in all sessions from now on."""
    starlette_websocket.WEBSOCKET_MAX_SEND_QUEUE_SIZE = MAX_MESSAGES  # type: ignore[misc]
