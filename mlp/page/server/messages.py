"""Pass on only those of Streamlit's messages that the page's own browser code sends."""

from streamlit.proto.BackMsg_pb2 import BackMsg

from mlp.page.server.guard import App, Message, Receive, Send

STREAM = "/_stcore/stream"  # the WebSocket of a tab
ANSWERED = frozenset({"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"})
"""The others would clear everybody's caches, read the project's git, or write into its folder (``install_skills``)."""


class Messages:
    """Drop messages that the page does not need, before Streamlit sees them."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def receiving() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive" or is_answered(message.get("bytes") or b""):
                    return message

        is_tab = scope["type"] == "websocket" and scope["path"].endswith(STREAM)
        await self._app(scope, receiving if is_tab else receive, send)


def is_answered(data: bytes) -> bool:
    """Whether a message may reach Streamlit; malformed ones may, and then end the connection."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except Exception:  # protobuf's own errors, which Streamlit handles too
        return True
    return message.WhichOneof("type") in ANSWERED
