"""Floods from one tab: files up and down without end, and widget states that are large in memory."""

import asyncio
from collections import Counter
from contextlib import suppress

from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.siege.attacks.downloads import status_of
from tests.siege.pupil import NO_ANSWER
from tests.siege.siege import Attack, Siege
from tests.wire.visitor import UploadRefused, Visitor

FILE_BYTES = 10_000_000
STATE = "[" + "[]," * 8_000_000 + "[]]"  # 24 MB; in Python, each of its lists needs at least 56 bytes
SESSIONS = 4


async def endless(siege: Siege) -> None:
    """Upload large files and download the own network without end, in one tab of a class without a proxy."""
    stranger, data = Visitor(siege.server.url, "tab=Runs&epochs=1&images=1000"), bytes(FILE_BYTES)
    statuses: Counter[str] = Counter()
    await stranger.open()
    await stranger.train()
    await stranger.until(lambda: stranger.offers("home_out"))

    async def upload() -> None:
        while not siege.over:
            with suppress(*NO_ANSWER, UploadRefused):
                status, urls = await stranger.store("a.png", data)
                statuses[f"{status} for an upload"] += 1
                await asyncio.to_thread(stranger.delete, urls.delete_url)

    async def download() -> None:
        while not siege.over:
            status = await status_of(siege.server.url, stranger.address_of("home_out"))
            statuses[f"{status} for a download"] += 1

    await asyncio.gather(upload(), download(), download())
    siege.notes.append(f"the endless tab got {dict(statuses)}")
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


ENDLESS = Attack("endless", "uploads of 10 MB and downloads from one tab, without end", endless)
STATES = Attack("large-states", "four states of a widget, 24 MB of empty lists each", states)
