"""What strangers do to a class: sweeps, slow images, files without end, half requests, waiting at its door."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import cycle
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from streamlit.proto.WidgetStates_pb2 import WidgetState

from mlp.page.server.serving import raise_descriptor_limit
from tests.wire.files import (
    data_url,
    many_dots,
    many_drawings,
    many_scans,
    many_specks,
    many_states,
    picture,
    png,
    wide_network,
)
from tests.wire.visitor import NO_ANSWER, Visitor

if TYPE_CHECKING:
    from tests.wire.siege import Siege

LARGE = "&hidden_layers=4&width_1=512&width_2=512&width_3=512&width_4=512&optimizer=adam"
SEEDS = [str(seed) for seed in range(42, 50)]
N_SCANS = 45_000
OTHERS_S = 3.0  # limit for reading another visitor's image, and for a new visitor's page
CSV_S = 1.0  # limit for another visitor's curves
HALF_SENT = 1000
WAITING = 45  # more than a room has places
OPENING = 3  # of them open the page at once
PATIENCE_S = 60.0
APART_S = 0.5  # between two acts of a stranger
WIDEST = wide_network(1, 415_000), wide_network(*[37, 8192] * 8)
DRAWINGS = many_drawings(8_000), many_drawings(1_900), many_dots(700)
STATES = many_states(4_900_000)
BODY_BYTES, PIECE_BYTES, BODIES = 100_000_000, 1 << 16, 4


async def _leave(*visitors: Visitor) -> None:
    """Pause their sweeps, which would play on into the next row, and close their pages."""
    for visitor in visitors:
        with suppress(Exception):
            if "Pause" in visitor.labels.get("pause", ""):
                await visitor.press("pause")
            await visitor.close()


async def sweeping(siege: "Siege", query: str) -> Visitor:
    """Return a stranger who has started eight runs together, or was refused in a sentence."""
    stranger = Visitor(siege.url, query)
    try:
        await stranger.open()
        await stranger.set_state(
            WidgetState(id=stranger.widgets["sweep_setting"], string_value="Seed"), "sweep_setting"
        )
        seeds = WidgetState(id=stranger.widgets["sweep_values_seed"])
        seeds.string_array_value.data.extend(SEEDS)
        stranger.hold("sweep_values_seed", seeds)
        await stranger.set_state(seeds, "sweep_values_seed")
        await stranger.press("sweep_start")
        await stranger.until(lambda: stranger.message or "sweep_table" in stranger.shown)
    except NO_ANSWER as error:
        siege.fault(f"a sweep was neither begun nor refused: {error or type(error).__name__}")
    return stranger


async def fill_memory(siege: "Siege") -> None:
    """Start five sweeps of the largest networks that the page's sliders allow."""
    strangers = [await sweeping(siege, "tab=Runs&epochs=100" + LARGE) for _ in range(5)]
    siege.notes += [stranger.message for stranger in strangers if stranger.message]
    await siege.rest()
    await _leave(*strangers)


def steps_of(table: str, steps_per_epoch: int) -> int:
    """Return the total steps of all runs in the table of a sweep.

    Examples
    --------
    >>> steps_of("<td>2 of 100</td> … <td>0 of 100, step 1,250</td>", 1563)
    4376
    """
    return sum(
        int(step.replace(",", "")) if step else int(epochs) * steps_per_epoch
        for epochs, step in re.findall(r"<td>(\d+) of \d+(?:, step ([\d,]+))?</td>", table)
    )


async def take_turns(siege: "Siege") -> None:
    """Start one sweep of the network that the class trains; its share of all training must be one person's."""
    stranger = await sweeping(siege, "tab=Runs&epochs=100")
    found = re.search(r"of ([\d,]+)", siege.students[0].visitor.progress)
    per_epoch = int(found[1].replace(",", "")) // 100 if found else 0

    def steps() -> tuple[int, int]:
        ours = sum(student.seen[-1][1] for student in siege.students)
        return steps_of(stranger.shown.get("sweep_table", ""), per_epoch), ours

    before = steps()
    await siege.rest()
    mine, ours = (now - then for now, then in zip(steps(), before, strict=True))
    fair = 1 / (len(siege.students) + 1)
    share = mine / (mine + ours) if mine + ours else 0.0
    siege.notes.append(f"the stranger had {share:.0%} of all training, with a fair share of {fair:.0%}")
    if not 0 < share <= 1.2 * fair:
        siege.fault(f"a stranger took {share:.0%} of all training")
    await _leave(stranger)


async def upload_pictures(siege: "Siege") -> None:
    """Upload images that take long to read; another visitor's must be read meanwhile."""
    bad, good = cycle([many_scans(N_SCANS), many_specks()]), cycle([png(picture(3)), png(picture(7))])
    stranger, other = Visitor(siege.url), Visitor(siege.url)
    await other.open()
    worst = 0.0

    async def send() -> None:
        while not siege.over:
            with suppress(*NO_ANSWER):
                await stranger.open()
                await stranger.upload("picture_in", "![x](y) <b>.jpg", next(bad))
            await _leave(stranger)

    sending = asyncio.create_task(send())
    while not siege.over:
        began = time.monotonic()
        try:
            await other.upload("picture_in", "digit.png", next(good))
        except NO_ANSWER:
            siege.fault("another visitor's photo was not read")
        worst = max(worst, time.monotonic() - began)
        await asyncio.sleep(1)
    await sending
    if worst > OTHERS_S:
        siege.fault(f"another visitor's photo waited {worst:.1f} s")
    await _leave(other)


async def load_files(siege: "Siege") -> None:
    """Download networks without end; another visitor's curves must arrive meanwhile."""
    stranger, other = (Visitor(siege.url, "tab=Runs&epochs=1&images=1000") for _ in range(2))
    for visitor in (stranger, other):
        await visitor.open()
        await visitor.train()
        await visitor.until(lambda visitor=visitor: {"home_out", "csv_out"} <= visitor.downloads.keys())
    n_files = 0

    async def repeat(act: Callable[[], Awaitable[None]]) -> None:
        nonlocal n_files
        while not siege.over:
            with suppress(*NO_ANSWER):
                await act()
                n_files += 1

    async def download() -> None:
        await stranger.download("home_out")

    async def curves() -> None:
        began = time.monotonic()
        if not (await other.download("csv_out")).startswith(b"step,"):
            siege.fault("another visitor's curves are not there")
        if time.monotonic() - began > CSV_S:
            siege.fault(f"another visitor's curves arrived after {time.monotonic() - began:.1f} s")
        await asyncio.sleep(0.5)

    await asyncio.gather(*(repeat(act) for act in (download, download, download, download, curves)))
    siege.notes.append(f"{n_files} files were downloaded")
    await _leave(stranger, other)


async def storm_doors(siege: "Siege") -> None:
    """Wait at a room's door, upload the widest networks and the longest files, and send messages that unpack to 10 MB.

    Meanwhile a room keeps its drawings, and lets a late pupil in once its holder has sent the others away.
    """
    holder, pupil, late = (Visitor(siege.url, query, PATIENCE_S) for query in ("tab=Room", "", ""))
    waiting: list[Visitor] = []
    try:
        await holder.open_room()
        await holder.until(lambda: "room_door" in holder.widgets)
        pupil.query = late.query = f"room={holder.room}&tab=Room"
        await holder.press("room_door")
        await _give(pupil, 7)
        await holder.press("room_door")
        # In a separate loop, because they would slow down the measurements.
        attack = asyncio.create_task(asyncio.to_thread(asyncio.run, _send_files(siege)))
        waiting = [Visitor(siege.url, late.query, PATIENCE_S) for _ in range(WAITING)]
        await asyncio.gather(*(_ask(waiting[start::OPENING]) for start in range(OPENING)))
        await siege.rest()
        siege.notes.append(f"{WAITING} strangers waited; {await attack} networks, drawings and messages were sent")
        await _let_in(siege, holder, late)
        await holder.until(lambda: "room_close_anyway" in holder.widgets)
        if not re.search(r"\b1 drawing", holder.text("room_wall")):
            siege.fault(f"the room's drawing is gone: {holder.text('room_wall')!r}")
    except NO_ANSWER as error:
        siege.fault(f"a room did not answer: {error or type(error).__name__}")
    await _leave(*waiting, pupil, late)
    with suppress(*NO_ANSWER):
        await holder.press("room_close_anyway")
    await _leave(holder)


async def _ask(strangers: list[Visitor]) -> None:
    """Let each of these open a room's link and ask to come in, one after the other."""
    for stranger in strangers:
        await stranger.open()
        await stranger.press("room_join")


async def _give(pupil: Visitor, digit: int) -> None:
    """Join a room whose door is open, and give it a drawing."""
    await pupil.open()
    await pupil.press("room_join")
    await pupil.until(lambda: "room_row" in pupil.widgets)
    await pupil.draw(data_url(digit))
    await pupil.pick("room_row", digit)


async def _let_in(siege: "Siege", holder: Visitor, late: Visitor) -> None:
    """Send away all who wait, and let in a pupil who asks then."""
    await holder.until(lambda: "room_none" in holder.widgets)
    await holder.press("room_none")
    holder.widgets.pop("strip_let_in", None)  # another one is drawn for whoever asks then
    await late.open()
    await late.press("room_join")
    await holder.until(lambda: "strip_let_in" in holder.widgets)
    await holder.press("strip_let_in")
    await late.until(lambda: "room_row" in late.widgets)


async def _send_files(siege: "Siege") -> list[int]:
    """Send the widest files and messages until the time is over, and return how often each was sent."""
    return await asyncio.gather(*(_repeat(siege, act) for act in (_send_networks, _send_drawings, _send_states)))


async def _repeat(siege: "Siege", act: Callable[["Siege", int], Awaitable[None]]) -> int:
    """Do something until the time is over, and return how often it was done."""
    n = 0
    while not siege.over:
        with suppress(*NO_ANSWER):
            await act(siege, n)
            n += 1
        await asyncio.sleep(APART_S)
    return n


async def _send_networks(siege: "Siege", n: int) -> None:
    """Upload the widest network that a file can hold, or that the page accepts, and look at its mistakes."""
    stranger = Visitor(siege.url, "tab=Runs", PATIENCE_S)
    await stranger.open()
    await stranger.hand_over("weights_in", "net.safetensors", WIDEST[n % 2])
    stranger.query = "tab=Mistakes"
    await stranger.reload()
    await _leave(stranger)


async def _send_drawings(siege: "Siege", n: int) -> None:
    """Open a room, and add as many drawings as a file can hold, or as a room takes."""
    stranger = Visitor(siege.url, "tab=Room", PATIENCE_S)
    await stranger.open_room()
    await stranger.hand_over("room_file", "class.json", DRAWINGS[n % len(DRAWINGS)])
    await stranger.press("room_close_anyway" if "room_close_anyway" in stranger.widgets else "room_close")
    await _leave(stranger)


async def _send_states(siege: "Siege", n: int) -> None:
    """Send a message of 10 kB that unpacks to nearly 10 MB, and wait until the page closes the connection."""
    stranger = Visitor(siege.url, "", PATIENCE_S)
    await stranger.connect()
    await stranger.socket.send(STATES)
    with suppress(*NO_ANSWER):
        await stranger.until_closed()
    await _leave(stranger)


async def besiege_proxy(siege: "Siege") -> None:
    """Keep a thousand heads half sent, and send bodies of 100 MB; new visitors must open the page meanwhile."""
    raise_descriptor_limit()  # of this process, the attacker's
    # In a separate loop, because they would slow down the measurements.
    attack = asyncio.create_task(asyncio.to_thread(asyncio.run, _half_requests(siege)))
    while not siege.over:
        newcomer = Visitor(siege.url)
        try:
            await newcomer.open()
        except NO_ANSWER as error:
            siege.fault(f"a new visitor could not open the page: {error or type(error).__name__}")
        await _leave(newcomer)
        await asyncio.sleep(3)
    await attack


async def _half_requests(siege: "Siege") -> None:
    server = urlsplit(siege.url)
    host = f"Host: {server.netloc}\r\n"
    closed, read = 0, 0

    async def hold() -> None:
        nonlocal closed
        reader, writer = await asyncio.open_connection(server.hostname, server.port)
        writer.write(f"GET / HTTP/1.1\r\n{host}".encode())
        await reader.read()
        closed += 1
        writer.close()

    async def send() -> None:
        nonlocal read
        _, writer = await asyncio.open_connection(server.hostname, server.port)
        writer.write(f"PUT /_stcore/upload_file/a/b HTTP/1.1\r\n{host}Content-Length: {BODY_BYTES}\r\n\r\n".encode())
        sent = 0
        while sent < BODY_BYTES:
            writer.write(bytes(PIECE_BYTES))
            await writer.drain()
            sent += PIECE_BYTES
        read += 1

    async def repeat(act: Callable[[], Awaitable[None]]) -> None:
        while True:
            with suppress(OSError):
                await act()
            await asyncio.sleep(1)

    tasks = [asyncio.create_task(repeat(act)) for act in (HALF_SENT * [hold] + BODIES * [send])]
    await siege.rest()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    siege.notes.append(f"{closed:,} half-sent requests were closed, {read} large bodies were read")
    if read or not closed:
        siege.fault("half-sent requests stay open, or large bodies are read")
