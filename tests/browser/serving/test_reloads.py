"""Reloads do not keep the earlier pages' sessions on the server."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.browser.server import Server, serve_fresh
from tests.browser.serving.test_hostile import spoken
from tests.wire.visitor import GOING_AWAY, Visitor

RELOADS = 200
FEW = RELOADS  # descriptors: three of each session that Python has not collected yet
PATIENCE_S = 30.0

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are counted in /proc")


def open_files(server: Server) -> int:
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


async def reload_often(server: Server) -> None:
    """Open the page, and again at every stage of its opening."""
    classmate, visitor = Visitor(server.url), Visitor(server.url)
    await classmate.open()
    before = open_files(server)
    for number in range(RELOADS):
        await visitor.connect()
        await asyncio.sleep(number % 10 / 50)
        await visitor.socket.close(GOING_AWAY)
    async with asyncio.timeout(PATIENCE_S):
        while open_files(server) > before + FEW:
            await asyncio.sleep(0.1)
    await classmate.close()


@pytest.mark.thorough
def test_two_hundred_reloads_leave_few_sessions():
    with serve_fresh() as server:
        spoken(reload_often(server))
        assert "Traceback" not in server.log.read_text(errors="replace")
