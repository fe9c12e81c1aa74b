"""Attack a page while a class draws and trains, and measure the class's losses."""

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mlp.page.visitors.eviction import MAX_MB
from tests.browser.caddy import caddy
from tests.browser.server import Server, serve
from tests.siege.pupil import Pupil
from tests.siege.row import STROKE_MS, Row, fair_share, is_back
from tests.siege.watch import Watch, between, speed
from tests.soak import world
from tests.wire.visitor import Visitor

SETTLE_S = 8.0  # from the class's arrival to the measurement before the attack
ALONE_S = 5.0
NEWCOMER_S = 20.0  # between two later visitors, as Streamlit removes closed tabs when one comes and goes
BACK_POLL_S = 2.0


class Surroundings:
    """The server's surroundings during the siege, such as a cluster; none here."""

    environment: Mapping[str, str] = MappingProxyType({})  # the server's environment variables

    def __init__(self, folder: Path, rng: random.Random) -> None:
        """Start them."""

    def close(self) -> None:
        """Stop them."""


@dataclass(frozen=True)
class Attack:
    """An attack on one part of the page.

    Parameters
    ----------
    name : str
        A word for ``--only``.
    title : str
        A short description for the table.
    act : callable
        Attacks until the siege is over, and records its findings.
    pupils : int
        Number of students in the class.
    strangers : int or None
        Number of persons who share with the class; None if the attack removes the workers that train.
    surroundings : type of Surroundings
        The services that the server connects to.
    proxied : bool
        Whether attackers and students meet the proxy of ``compose.yaml`` instead of the server itself.
    needs : str
        A package that must be installed.
    """

    name: str
    title: str
    act: Callable[["Siege"], Awaitable[None]]
    pupils: int = 8
    strangers: int | None = 1
    surroundings: type[Surroundings] = Surroundings
    proxied: bool = False
    needs: str = ""


@dataclass
class Siege:
    """An attack's view of the siege, and its notes."""

    server: Server
    url: str  # the page's address: the server's, or the proxy's
    pupils: list[Pupil]
    rng: random.Random
    around: Any  # the attack's environment
    seconds: float
    start_again: Callable[[], Server]
    until: float = 0.0
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    down: list[tuple[float, float]] = field(default_factory=list)  # times without a server

    @property
    def over(self) -> bool:
        """Whether the time for attacks is over."""
        return time.monotonic() > self.until

    @property
    def left_s(self) -> float:
        """Seconds until the time for attacks is over."""
        return max(0.0, self.until - time.monotonic())

    async def restart(self, ended: float) -> None:
        """Restart the server at the same place."""
        self.server = await asyncio.to_thread(self.start_again)
        self.down.append((ended, time.monotonic()))

    def strokes_ms(self, start: float, end: float) -> tuple[float, ...]:
        """Return the waits of the strokes that started in that time, while the server ran.

        If the server was killed before it answered a stroke, the wait until then counts, but only if it was too long.
        """
        strokes = [stroke for pupil in self.pupils for stroke in pupil.strokes if start <= stroke[0] < end]
        waits = []
        for at, seconds in strokes:
            killed = next((since for since, until in self.down if at <= until and at + seconds >= since), None)
            wait_ms = 1000 * (seconds if killed is None else killed - at)
            if killed is None or wait_ms > STROKE_MS:
                waits.append(wait_ms)
        return tuple(waits)

    def fault(self, what: str) -> None:
        """Record a failure, once."""
        if what not in self.faults:
            self.faults.append(what)


def besiege(attack: Attack, seed: int, seconds: float, back_s: float, folder: Path) -> Row:
    """Run a class and an attack, and return the class's losses.

    Parameters
    ----------
    attack : Attack
    seed : int
        Determines the drawings and the attack's choices. Their times also depend on the machine.
    seconds : float
        Length of the attack. The class is observed for a third of that before.
    back_s : float
        Limit of the wait for memory to recover afterward.
    folder : path
        Folder for the server's logs and checkpoints.
    """
    rng = random.Random(f"{seed} {attack.name}")
    with ExitStack() as stack:
        around = stack.enter_context(closing(attack.surroundings(folder, rng)))
        environment = {
            "MLP_CHECKPOINTS": str(folder / "checkpoints"),
            "MLP_SCHEDULER": "",
            **around.environment,
        }

        def start(port: int | None = None) -> Server:
            log = folder / f"server-{len(list(folder.glob('*.log')))}.log"
            return stack.enter_context(serve(log, environment, port))

        server = start()
        port = int(server.url.rpartition(":")[2])
        url = stack.enter_context(caddy(port, folder)) if attack.proxied else server.url
        pupils = [Pupil(url, random.Random(f"{seed} pupil {number}")) for number in range(attack.pupils)]
        siege = Siege(server, url, pupils, rng, around, seconds, lambda: start(port))
        return asyncio.run(_besiege(attack, siege, back_s))


async def _besiege(attack: Attack, siege: Siege, back_s: float) -> Row:
    def count_steps() -> None:
        for pupil in siege.pupils:
            pupil.count_steps()

    def trained_at(at: float) -> float:
        return sum(pupil.trained_at(at) for pupil in siege.pupils)

    watch, stop = Watch(lambda: siege.server.process.pid, count_steps), asyncio.Event()
    first, *others = siege.pupils
    await first.come()
    await asyncio.sleep(ALONE_S)
    alone_mb = watch.measure().memory_mb
    for pupil in others:
        await pupil.come()
    lives = [asyncio.create_task(pupil.live(stop)) for pupil in siege.pupils]
    watching = asyncio.create_task(watch.run())
    await asyncio.sleep(SETTLE_S)
    calm = time.monotonic()
    await asyncio.sleep(max(4.0, siege.seconds / 3))
    began = time.monotonic()
    siege.until = began + siege.seconds
    await attack.act(siege)
    ended = time.monotonic()
    before = between(watch.moments, calm, began)
    before_mb = sum(moment.memory_mb for moment in before) / len(before)
    back = await _wait_until_back(siege, watch, before_mb, back_s)
    stop.set()
    await asyncio.gather(*lives)
    found = await asyncio.gather(*(pupil.find_run() for pupil in siege.pupils))
    watching.cancel()
    for pupil in siege.pupils:
        await pupil.leave()
    lost = [reason for reason in found if reason]
    during = between(watch.moments, began, ended)
    cores = os.cpu_count() or 1
    calm_speed = speed(before, cores, trained_at)
    waited = sorted(siege.strokes_ms(calm, began))
    if waited:
        siege.notes.append(f"before, {waited[len(waited) // 2]:.0f} ms for a stroke, {waited[-1]:.0f} at most")
    siege.notes += [f"a stroke was not answered: {reason}" for pupil in siege.pupils for reason in pupil.unanswered][:5]
    return Row(
        attack.title,
        speed(during, cores, trained_at) / calm_speed if calm_speed else 0.0,
        None if attack.strangers is None else fair_share(attack.pupils, attack.strangers),
        siege.strokes_ms(began, ended),
        len(lost),
        before_mb,
        max(moment.memory_mb for moment in watch.moments if moment.at >= began),
        watch.moments[-1].memory_mb,
        alone_mb + MAX_MB,
        back,
        tuple(siege.faults),
        (*siege.notes, *(f"lost: {reason}" for reason in lost)),
    )


async def _wait_until_back(siege: Siege, watch: Watch, before_mb: float, back_s: float) -> float | None:
    """Return the seconds until memory has recovered; None if it does not in time."""
    start = newcomer = time.monotonic()
    while time.monotonic() - start < back_s:
        if is_back(watch.moments[-1].memory_mb, before_mb):
            return time.monotonic() - start
        if time.monotonic() - newcomer > NEWCOMER_S:
            newcomer = time.monotonic()
            await open_and_close(siege.server)
        await asyncio.sleep(BACK_POLL_S)
    return None


async def open_and_close(server: Server) -> None:
    """Open the page and close it again."""
    newcomer = Visitor(server.url)
    with suppress(Exception):
        await newcomer.open()
    with suppress(Exception):
        await newcomer.close()


def workers_of(siege: Siege) -> list[int]:
    """Return the process ids of the workers."""
    return world.workers(siege.server.process.pid)
