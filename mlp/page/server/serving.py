"""Start and end the server, and put routes and middleware before the page."""

import asyncio
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from streamlit.runtime.scriptrunner import ScriptRunner

from mlp.machine import take_busy_cores
from mlp.page.script.language import in_language
from mlp.page.server import downloads, messages, repairs
from mlp.page.server.guard import Guard, Hosts, is_public, named_hosts
from mlp.page.server.opening import Opening
from mlp.page.style.reach import own_addresses

UNSENT_BYTES = 32_000  # what the system queues of a connection, so that the server knows when its line is full
SWITCH_S = 0.0005  # turn of a Python thread while others wait, 5 ms by default: each stroke needs several of them
PING_S = 180.0  # limit for the answer to a ping, which waits behind all that scripts have drawn for a slow line
REPLACED = (*repairs.REPLACED, *messages.REPLACED, (ScriptRunner, "_run_script", in_language))
"""All that this page replaces in Streamlit, for all sessions."""


def served(get_ready: Callable[[], None], routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """Return the arguments of Streamlit's ``App`` with these routes; call it once, where the server is created.

    ``get_ready`` is called in the background when the server has started.
    """
    raise_descriptor_limit()
    sys.setswitchinterval(SWITCH_S)
    if (server := _server()) is not None:
        _end_in_order(server)
        be_patient(server.config)
    for owner, name, replacement in REPLACED:
        setattr(owner, name, replacement(getattr(owner, name)))
    guard = Middleware(Guard, hosts=Hosts(named_hosts()), framed=is_public())
    return {
        "routes": [*routes, downloads.route()],
        "middleware": [
            guard,
            Middleware(Opening),
            Middleware(messages.noting_left_tabs),  # last, as it records an end in the connection's own context
        ],
        "lifespan": partial(_life, get_ready),
    }


def raise_descriptor_limit() -> None:
    """Raise the process's limit of open files to what the system allows: a page takes five, and macOS starts at 256."""
    with suppress(ImportError, ValueError, OSError):  # Windows has no such limit; macOS allows no infinite one
        import resource

        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def be_patient(config: Any) -> None:
    """Make a uvicorn server with this configuration, which is being loaded, wait for browsers on slow lines."""
    config.ws_ping_timeout = PING_S
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)  # of Linux and macOS; elsewhere, megabytes wait in the system

    class QueuesLittle(config.http_protocol_class):  # type: ignore[misc]
        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            connection = transport.get_extra_info("socket")
            if option is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
                connection.setsockopt(socket.IPPROTO_TCP, option, UNSENT_BYTES)

    config.http_protocol_class = QueuesLittle


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
    print("Inkling is open at", *own_addresses(), sep="\n  ", flush=True)
    if not st.get_option("server.headless"):
        address = f"http://localhost:{st.get_option('server.port')}"
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    threading.Thread(target=get_ready, name="get ready", daemon=True).start()
    take_busy_cores()  # the event loop, but not the threads above: a stroke needs it several times
    yield
