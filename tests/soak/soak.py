"""Many visitors at once, in a world in which things go wrong; counts of what became of them."""

import asyncio
import random
import time
import traceback
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.browser import chromium
from tests.browser.server import Server, serve
from tests.soak import files, world
from tests.soak.browsers import browse
from tests.soak.guest import Guest

QUERIES = ("", "tab=Runs&epochs=20", "tab=Your+digits&hidden_layers=1&width_1=64", "optimizer=adam&learning_rate=0.001")
ACTIONS = {"draw": 6, "train": 2, "pause": 2, "upload good": 1, "upload bad": 1, "reload": 2, "leave": 1, "go": 0.5}
MUST_BE_ZERO = (
    "different answers to identical drawings",
    "exceptions on a page",
    "runs lost",
    "times a page said nothing for too long",
)


@dataclass
class Report:
    """What has been counted so far."""

    counts: Counter[str] = field(default_factory=Counter)
    answers: dict[object, str] = field(default_factory=dict)  # the first answer to each drawing
    troubles: list[str] = field(default_factory=list)

    def answer(self, drawing: object, answer: str) -> None:
        """Note an answer of the shipped network."""
        self.counts["answers given"] += 1
        first = self.answers.setdefault(drawing, answer)
        if answer != first:
            self.trouble("different answers to identical drawings", f"{drawing}: {first!r}, then {answer!r}")

    def trouble(self, kind: str, what: str) -> None:
        """Note something that must not be."""
        self.counts[kind] += 1
        self.troubles.append(f"{kind}: {what}")

    @property
    def clean(self) -> bool:
        """Whether nothing happened that must not."""
        return not any(self.counts[kind] for kind in MUST_BE_ZERO)


class Life:
    """One guest after another in the same place: what the dice say, until the time is over."""

    def __init__(self, url: str, rng: random.Random, patience_s: float, report: Report) -> None:
        self._url = url
        self._patience_s = patience_s
        self._rng = rng
        self._report = report
        self._new()

    def _new(self) -> None:
        self._guest = Guest(self._url, self._rng.choice(QUERIES), self._patience_s)
        self._there: set[int] = set()  # on the canvas, or in a picture that stands in for it
        self._trained = False
        self._report.counts["visitors"] += 1

    async def live(self, until: float) -> None:
        """Do one thing after the other."""
        await self._try("come", self._guest.open)
        while time.monotonic() < until:
            action = self._rng.choices(list(ACTIONS), list(ACTIONS.values()))[0]
            await self._try(action, getattr(self, "_" + action.replace(" ", "_")))
            await asyncio.sleep(self._rng.uniform(0.1, 2))
        await self._back()
        with suppress(Exception):
            await self._guest.close()

    async def _try(self, name: str, act) -> None:
        try:
            await act()
            self._report.counts[f"times to {name}"] += 1
        except TimeoutError as error:
            where = traceback.extract_tb(error.__traceback__)[-3:]
            said = f"{name}, {self._guest.digit!r}, {self._guest.progress!r}: {' < '.join(f.name for f in where)}"
            self._report.trouble("times a page said nothing for too long", said)
            with suppress(Exception):
                await self._guest.reload()
        for exception in self._guest.exceptions:
            self._report.trouble("exceptions on a page", exception)
        self._guest.exceptions.clear()
        self._report.counts["addresses of uploads asked for again"] += self._guest.asked_again
        self._guest.asked_again = 0

    async def _draw(self) -> None:
        await self._guest.let_shipped_network_answer()
        # Another than any that may still be there: else nothing on the page would change.
        digit = self._rng.choice([digit for digit in range(10) if digit not in self._there])
        await self._guest.draw(files.data_url(digit))
        self._there = {digit}
        self._report.answer(self._guest.network_saw, f"{self._guest.digit} {self._guest.sure}")

    async def _train(self) -> None:
        await self._guest.train()
        self._trained = True

    async def _pause(self) -> None:
        if self._trained:
            await self._guest.press("pause")

    async def _upload_good(self) -> None:
        digit = self._rng.randrange(10)
        self._there.add(digit)
        await self._guest.upload("picture_in", "digit.png", files.png(files.picture(digit)))

    async def _upload_bad(self) -> None:
        status = await self._guest.upload("picture_in", "![x](y) <b>.png", files.bad_picture(self._rng))
        self._report.counts["files refused by size"] += status == 413

    async def _reload(self) -> None:
        await self._guest.close()
        await self._back()

    async def _leave(self) -> None:
        await self._guest.close()
        await asyncio.sleep(self._rng.uniform(1, 8))
        await self._back()

    async def _go(self) -> None:
        """For good: somebody else comes."""
        await self._guest.close()
        self._new()
        await self._guest.open()

    async def _back(self) -> None:
        """Open the page again, and look whether the run is there."""
        before, self._guest.step = self._guest.step, 0
        with suppress(Exception):
            await self._guest.close()
        await self._guest.open()
        if self._trained:
            self._report.counts["times a run was looked for"] += 1
            try:
                await self._guest.until(lambda: self._guest.step >= before)
            except TimeoutError:
                self._report.trouble("runs lost", f"step {before} was reached, then {self._guest.step} was there")


async def trouble_makers(server: Server, rng: random.Random, until: float, every_s: float, report: Report) -> None:
    """Kill a worker now and then."""
    while time.monotonic() < until:
        await asyncio.sleep(rng.uniform(0.3, 1.7) * every_s)
        report.counts["workers killed"] += world.kill_one(server.process.pid, rng)


async def _soak(
    server: Server,
    seed: int,
    seconds: float,
    n_visitors: int,
    n_browsers: int,
    path: str | None,
    patience_s: float,
    report: Report,
) -> None:
    first = Guest(server.url, "", patience_s)
    await first.open()
    await first.draw(files.data_url(0))
    await first.train()
    pid = server.process.pid
    begin = world.memory_mb(pid), world.open_files(pid)
    until = time.monotonic() + seconds
    guests = [random.Random(f"{seed} {number}") for number in range(n_visitors - n_browsers)]
    lives = [Life(server.url, rng, patience_s, report).live(until) for rng in guests]
    for number in range(n_browsers):
        lives.append(browse(server.url, path, random.Random(f"{seed} browser {number}"), until, patience_s, report))
    every_s = max(3.0, seconds / 60)
    await asyncio.gather(*lives, trouble_makers(server, random.Random(f"{seed} kills"), until, every_s, report))
    await first.close()
    # Streamlit forgets a closed tab two minutes later, when the next one comes; a short soak does not wait for that.
    await asyncio.sleep(130 if seconds >= 300 else 1)
    last = Guest(server.url, "", patience_s)
    await last.open()
    await last.close()
    await asyncio.sleep(1)
    report.counts["memory at start, MB"], report.counts["memory at end, MB"] = (
        round(begin[0]),
        round(world.memory_mb(pid)),
    )
    report.counts["open files at start"], report.counts["open files at end"] = begin[1], world.open_files(pid)


def soak(seed: int, seconds: float, n_visitors: int, n_browsers: int, folder: Path, patience_s: float = 30.0) -> Report:
    """Let visitors come to a page of their own.

    Parameters
    ----------
    seed : int
        What each of them does, and in which order, follows from it; when, from the machine too.
    seconds : float
        How long they go on.
    n_visitors, n_browsers : int
        How many at a time, and how many of them in a real browser.
    folder : path
        For the server's log, its data and its checkpoints.
    patience_s : float
        How long visitors wait for anything; what takes longer is counted.
    """
    report = Report()
    path = chromium.find() if n_browsers else None  # not from within the event loop
    with world.bad_mirror(random.Random(f"{seed} mirror"), report.counts) as mirror:
        environment = {
            "MLP_DATA_MIRRORS": f"{mirror},{mirror}",
            "MLP_DATA_DIR": str(folder / "data"),
            "MLP_CHECKPOINTS": str(folder / "checkpoints"),
        }
        (folder / "data").mkdir()
        with serve(folder / "server.log", environment) as server:
            try:
                asyncio.run(_soak(server, seed, seconds, n_visitors, n_browsers, path, patience_s, report))
            finally:
                report.counts["tracebacks in the server's log"] = server.log.read_text().count("Traceback")
    return report
