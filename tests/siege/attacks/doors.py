"""Forbidden access: foreign hosts, origins at other ports, the server's metrics, and frames."""

import asyncio
from contextlib import suppress
from http.client import HTTPConnection
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.asyncio.client import connect

from tests.browser.server import free_port
from tests.siege.pupil import NO_ANSWER
from tests.siege.siege import Attack, Siege
from tests.wire.visitor import Visitor

ANSWER_S = 30.0  # a refusal is immediate


async def is_admitted(port: int, host: str, origin: str) -> bool:
    """Whether a WebSocket with this host and origin is accepted, and receives the page."""
    try:
        async with asyncio.timeout(ANSWER_S):
            address = f"ws://{host}/_stcore/stream"
            async with connect(
                address, host="127.0.0.1", port=port, origin=origin, subprotocols=["streamlit"]
            ) as socket:
                message = BackMsg()
                message.rerun_script.query_string = ""
                await socket.send(message.SerializeToString())
                await socket.recv()
                return True
    except NO_ANSWER:
        return False


def status_and_headers(port: int, path: str) -> tuple[int, dict[str, str]]:
    """Request a page without special rights."""
    connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


async def answers_operations(siege: Siege) -> bool:
    """Whether the server performs an operation that no page requests: here, recording that a hint was read."""
    stranger = Visitor(siege.server.url)
    with suppress(*NO_ANSWER):
        await stranger.open()
        message = BackMsg()
        message.backend_operation_request.request_id = "hint"
        message.backend_operation_request.session_id = "another's"  # an error is an answer too
        message.backend_operation_request.dismiss_skills_nudge.SetInParent()
        await stranger.socket.send(message.SerializeToString())
        await stranger.file_address("a.png")  # requested later, and answered
    with suppress(Exception):
        await stranger.close()
    return stranger.answered_operations > 0


async def act(siege: Siege) -> None:
    """Try each way in, repeatedly."""
    port = urlsplit(siege.server.url).port
    assert port is not None
    here, elsewhere = f"127.0.0.1:{port}", f"127.0.0.1:{free_port()}"
    while not siege.over:
        if not await is_admitted(port, here, f"http://{here}"):
            siege.fault("the page's own origin is not let in")
        if not await is_admitted(port, f"localhost:{port}", f"http://localhost:{port}"):
            siege.fault("localhost is not let in")
        if await is_admitted(port, f"evil.example:{port}", f"http://evil.example:{port}"):
            siege.fault("a foreign host is let in")
        if await is_admitted(port, here, "http://evil.example"):
            siege.fault("a foreign origin is let in")
        if await is_admitted(port, here, f"http://{elsewhere}"):
            siege.fault("an origin at another local port is let in")
        with suppress(OSError):
            status, _ = await asyncio.to_thread(status_and_headers, port, "/_stcore/metrics")
            if status == 200:
                siege.fault("the server's metrics are public")
            for path in ("/_stcore/agent/openapi.json", "/_stcore/agent/interact", "/auth/login"):
                if (await asyncio.to_thread(status_and_headers, port, path))[0] != 404:
                    siege.fault(f"{path} is answered")
            if await answers_operations(siege):
                siege.fault("operations of Streamlit's that no page asks for are answered")
            _, headers = await asyncio.to_thread(status_and_headers, port, "/")
            if "frame-ancestors" not in headers.get("content-security-policy", "") and "x-frame-options" not in headers:
                siege.fault("any page may frame this one")
        await asyncio.sleep(1)


ATTACK = Attack("doors", "foreign hosts and origins, metrics, frames, operations", act)
