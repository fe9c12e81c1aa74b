"""Start and end the server, and put routes and middleware before the page."""

import signal
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from streamlit.runtime import get_instance

from mlp.page.server import closing_tabs, connections, downloads, file_store, repairs
from mlp.page.server.closing_tabs import ClosingTabs
from mlp.page.server.compression import Compression
from mlp.page.server.guard import Guard
from mlp.page.server.hosts import Hosts, is_public, named_hosts
from mlp.page.server.messages import Messages
from mlp.page.server.opening import Opening
from mlp.page.server.tab_limit import TabLimit, raise_descriptor_limit
from mlp.page.server.upload_limit import UploadLimit


def served(get_ready: Callable[[], None], routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """Return the arguments of Streamlit's ``App``; call it once, where the server is created.

    Parameters
    ----------
    get_ready : callable
        Called in the background when the server has started.
    routes : sequence of route
        Additional routes besides Streamlit's own.
    """
    raise_descriptor_limit()
    if (server := _server()) is not None:
        _end_in_order(server)
        connections.bound(server.config)
    file_store.install()
    closing_tabs.install()
    repairs.install()
    guard = Middleware(Guard, hosts=Hosts(named_hosts()), framed=is_public())
    return {
        "routes": [*routes, downloads.route()],
        "middleware": [
            guard,
            Middleware(TabLimit),
            Middleware(Compression),
            Middleware(Opening),
            Middleware(UploadLimit, expects=file_store.expects),
            Middleware(Messages),
            Middleware(ClosingTabs),  # last, as it records an end in the connection's own context
        ],
        "lifespan": partial(_life, get_ready),
    }


def _server() -> Any:
    """Return the uvicorn server that is importing the page, None if there is none; its method handles signals."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return server if hasattr(server, "should_exit") else None


def _end_in_order(server: Any) -> None:
    """Make a signal end the server first, and Python after it.

    Otherwise uvicorn raises the signal again after closing, which ends Python before anything is saved.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, partial(_end, server))


def _end(server: Any, *_: object) -> None:
    server.force_exit = server.should_exit  # a second signal ends it without waiting
    server.should_exit = True


@asynccontextmanager
async def _life(get_ready: Callable[[], None], _app: Any) -> AsyncIterator[None]:
    if not isinstance(get_instance().uploaded_file_mgr, file_store.BoundedFiles):
        raise RuntimeError("this version of Streamlit keeps uploaded files elsewhere, without a limit")
    if not st.get_option("server.headless"):
        address = f"http://localhost:{st.get_option('server.port')}"
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    threading.Thread(target=get_ready, name="get ready", daemon=True).start()
    yield
