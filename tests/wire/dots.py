"""``python -m tests.wire.dots``: strangers with files of dots, as many strokes as points. Prints what they cost others.

They add such files to rooms, correct such digits, and return together after the server was killed. Before, strangers
upload files of drawings without images, behind which a teacher's file waits.
"""

import asyncio
import hashlib
import re
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
from streamlit.proto.WidgetStates_pb2 import WidgetState

from mlp.page.visitors.codes import ID
from tests.benchmarks.classroom import memory_mb
from tests.wire.files import data_url, many_dots, many_drawings, many_strokes
from tests.wire.servers import Servers, print_line
from tests.wire.visitor import Visitor

AHEAD = 5, 20
N_WITHOUT, POINTS_WITHOUT = 1_750, 280  # as many as a file of 5 MB holds
ROOMS, CORRECTING = 3, 3
N_IN_ROOM, N_OWN = 700, 490  # as many as a file of 5 MB holds; 49 of each digit
CORRECTING_S, PATIENCE_S = 15.0, 120.0


async def holder(url: str) -> Visitor:
    """Return somebody who has opened a room."""
    visitor = Visitor(url, "tab=Room", PATIENCE_S)
    await visitor.open_room()
    return visitor


async def behind(url: str, n: int) -> str:
    """Return what becomes of a teacher's file of 20 drawings behind so many strangers' files, and the seconds."""
    teacher, *strangers = [await holder(url) for _ in range(1 + n)]
    files = [many_strokes(N_WITHOUT, seed, POINTS_WITHOUT) for seed in range(n)]
    uploads = [
        asyncio.create_task(stranger.hand_over("room_file", "class.json", file))
        for stranger, file in zip(strangers, files, strict=True)
    ]
    await asyncio.sleep(1)  # until theirs are there
    began = time.monotonic()
    await teacher.hand_over("room_file", "class.json", many_drawings(20))
    took_s, became = time.monotonic() - began, "refused" if teacher.message else "read"
    await asyncio.gather(*uploads)
    for visitor in (teacher, *strangers):
        await visitor.close()
    return f"{became} after {took_s:.1f} s"


async def with_room(url: str) -> tuple[Visitor, float]:
    """Return a stranger whose room has the dots of a file, and the seconds that the file took."""
    stranger = await holder(url)
    began = time.monotonic()
    await stranger.hand_over("room_file", "class.json", many_dots(N_IN_ROOM))
    return stranger, time.monotonic() - began


async def with_digits(url: str) -> Visitor:
    """Return a stranger who has digits made of dots, and has drawn another one."""
    stranger = Visitor(url, "tab=Your drawings", PATIENCE_S)
    await stranger.open()
    await stranger.hand_over("drawings_in", "digits.json", many_dots(N_OWN))
    await stranger.draw(data_url(7))
    await stranger.until(lambda: "corrected" in stranger.widgets)
    return stranger


async def correct(stranger: Visitor, until: float) -> int:
    """Call the stranger's drawing another digit each second, and return how often."""
    n = 0
    while time.monotonic() < until:
        state = WidgetState(id=stranger.widgets["corrected"])
        state.string_array_value.data.append(str(n % 10))
        await stranger.set_state(state, "corrected")
        n += 1
        await asyncio.sleep(1)
    return n


async def saved_after(visitor: Visitor, digit: int, folder: Path) -> tuple[float, float]:
    """Draw for a visitor, and return the seconds until the drawing was read, and until it was on disk."""
    found = re.search(ID.pattern, visitor.cookie)
    assert found
    file, before = folder / hashlib.sha256(found[0].encode()).hexdigest() / "canvas.json", 0
    with suppress(FileNotFoundError):
        before = file.stat().st_mtime_ns
    read_s = await visitor.draw(data_url(digit))
    drawn = time.monotonic()
    while time.monotonic() - drawn < PATIENCE_S:
        with suppress(FileNotFoundError):
            if file.stat().st_mtime_ns != before:
                break
        await asyncio.sleep(0.05)
    return read_s, time.monotonic() - drawn


async def opened_after(visitor: Visitor) -> float:
    """Return the seconds until a page is open."""
    began = time.monotonic()
    await visitor.open()
    return time.monotonic() - began


async def before_kill(servers: Servers) -> list[Visitor]:
    """Add the files, correct digits, print what that costs another visitor, and return all, that one last."""
    url, process, folder = servers.now.url, psutil.Process(servers.now.process.pid), servers.kept
    other = Visitor(url, "", PATIENCE_S)
    await other.open()
    calm = [await saved_after(other, digit, folder) for digit in range(5)]
    print_line("in calm, a stroke; on disk", f"{max(calm)[0] * 1000:.0f} ms; {max(saved for _, saved in calm):.1f} s")
    for n in AHEAD:
        print_line(f"a teacher's file behind {n} strangers' without images", await behind(url, n))
    before_mb = memory_mb(process)
    rooms = [await with_room(url) for _ in range(ROOMS)]
    print_line(f"{ROOMS} rooms with a file, the slowest", f"{max(s for _, s in rooms):.1f} s")
    print_line("growth of the server's process", f"{memory_mb(process) - before_mb:.0f} MB")
    strangers = [await with_digits(url) for _ in range(CORRECTING)]
    until, found = time.monotonic() + CORRECTING_S, list[tuple[float, float]]()
    correcting = [asyncio.create_task(correct(stranger, until)) for stranger in strangers]
    while time.monotonic() < until:
        found.append(await saved_after(other, len(found) % 10, folder))
    n = sum(await asyncio.gather(*correcting))
    print_line(
        f"{n} corrections, a stroke meanwhile; on disk",
        f"{max(found)[0] * 1000:.0f} ms; {max(s for _, s in found):.1f} s",
    )
    await asyncio.sleep(5)  # until all is on disk
    everybody = [rooms[0][0], *strangers, other]
    for visitor in [*everybody, *(one for one, _ in rooms[1:])]:
        await visitor.close()
    return everybody


async def after_kill(url: str, everybody: list[Visitor]) -> None:
    """Let a room, the strangers and another visitor return at once, with a new one, and print how long pages took."""
    first, new = (Visitor(url, "", PATIENCE_S) for _ in range(2))
    await first.open()  # the first page of a server takes longer
    *dotted, back_s, new_s = await asyncio.gather(*map(opened_after, [*everybody, new]))
    print_line(
        "after a kill, pages of strangers, another's, a new one", f"{max(dotted):.1f} s, {back_s:.1f} s, {new_s:.1f} s"
    )
    for visitor in (first, new, *everybody):
        await visitor.close()


def main() -> None:
    """Serve the page, and print a table."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        servers = Servers(Path(folder), stack)

        async def attack() -> None:
            everybody = await before_kill(servers)
            servers.kill()
            servers.start()
            await after_kill(servers.now.url, everybody)

        asyncio.run(attack())


if __name__ == "__main__":
    main()
