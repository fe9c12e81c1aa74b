"""Let a tab leave while the page still sends it something.

A server raises an OSError then. Starlette counts the connection as closed from there on, and Streamlit 1.67, which
looks for the next message before it has heard of the end, fails with a traceback in the log.
"""

from contextlib import suppress

from mlp.page.server.guard import App, Message, Receive, Send


class Departures:
    """Drop what can no longer be sent to a tab; its end is told, as always, by what is received from it.

    Parameters
    ----------
    app : ASGI application
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._app(scope, receive, _while_there(send) if scope["type"] == "websocket" else send)


def _while_there(send: Send) -> Send:
    async def sending(message: Message) -> None:
        with suppress(OSError):
            await send(message)

    return sending
