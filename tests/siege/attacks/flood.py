"""Floods: files that no element requested, and widget states that are large in memory."""

import asyncio
from contextlib import suppress

from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.siege.pupil import NO_ANSWER
from tests.siege.siege import Attack, Siege
from tests.wire.visitor import Visitor

FILES = 120
FILE_BYTES = 10_000_000
STATE = "[" + "[]," * 8_000_000 + "[]]"  # 24 MB; in Python, each of its lists needs at least 56 bytes
SESSIONS = 4


async def uploads(siege: Siege) -> None:
    """Send 120 files of 10 MB from one session, one after another, and close the tab."""
    stranger, data = Visitor(siege.server.url), bytes(FILE_BYTES)
    taken = refused = 0
    try:
        await stranger.open()
        while taken + refused < FILES and not siege.over:
            try:
                status, _ = await stranger.store(f"{taken}.png", data)
            except OSError:
                status = 0
            taken += status == 204
            refused += status != 204
    except NO_ANSWER as error:
        siege.notes.append(f"the session ended: {error or type(error).__name__}")
    siege.notes.append(f"{taken} of {FILES} files were accepted, {refused} refused")
    await asyncio.sleep(siege.left_s)
    with suppress(Exception):
        await stranger.close()


async def states(siege: Siege) -> None:
    """Send the canvas a state of 24 MB from four sessions, one after another."""
    strangers = [Visitor(siege.server.url) for _ in range(SESSIONS)]
    taken = 0
    for stranger in strangers:
        with suppress(*NO_ANSWER):
            await stranger.open()
            await stranger.set_state(WidgetState(id=stranger.widgets["canvas"], json_value=STATE), "canvas")
            taken += 1
    siege.notes.append(f"{taken} of {SESSIONS} states were answered")
    await asyncio.sleep(siege.left_s)
    for stranger in strangers:
        with suppress(Exception):
            await stranger.close()


UPLOADS = Attack("uploads", "120 files of 10 MB from one session", uploads)
STATES = Attack("large-states", "four states of a widget, 24 MB of empty lists each", states)
