"""One visitor after another, with random actions and checks."""

import asyncio
import random
import time
import traceback
from contextlib import suppress
from functools import partial

from websockets.exceptions import WebSocketException

from tests.soak import files
from tests.soak.report import Report
from tests.wire.visitor import Visitor

QUERIES = (
    "",
    "tab=Runs&epochs=20",
    "tab=Your+drawings&hidden_layers=1&width_1=64",
    "optimizer=adam&learning_rate=0.001",
)
ACTIONS = {
    "draw": 6,
    "train": 2,
    "pause": 2,
    "download": 2,
    "upload good": 1,
    "upload bad": 1,
    "reload": 2,
    "leave": 1,
    "teach": 0.5,
    "second tab": 0.5,
    "go": 0.5,
}


class Life:
    """One visitor after another in the same place, with random actions until the time is over."""

    def __init__(self, url: str, rng: random.Random, patience_s: float, report: Report) -> None:
        self._url = url
        self._patience_s = patience_s
        self._rng = rng
        self._report = report
        self._new()

    def _new(self) -> None:
        self._visitor = Visitor(self._url, self._rng.choice(QUERIES), self._patience_s, live=False)
        self._there: set[int] = set()  # on the canvas, or in a photo that replaces it
        self._trained = False
        self._report.counts["visitors"] += 1

    async def live(self, until: float) -> None:
        """Teach the pretrained network, remove the result, then take random actions."""
        await self._try("come", self._visitor.open)
        await self._try("teach", self._teach)
        await self._try("download", self._download)
        while time.monotonic() < until:
            action = self._rng.choices(list(ACTIONS), list(ACTIONS.values()))[0]
            await self._try(action, getattr(self, "_" + action.replace(" ", "_")))
            await asyncio.sleep(self._rng.uniform(0.1, 2))
        await self._back()
        with suppress(Exception):
            await self._visitor.close()

    async def _try(self, name: str, act) -> None:
        try:
            await act()
            self._report.counts[f"times to {name}"] += 1
        except TimeoutError as error:
            where = traceback.extract_tb(error.__traceback__)[-3:]
            text = f"{name}, {self._visitor.digit!r}, {self._visitor.progress!r}: {' < '.join(f.name for f in where)}"
            text += "".join(f"\n    {line}" for line in self._visitor.diary)
            self._report.trouble("times a page did not answer in time", text)
            with suppress(Exception):
                await self._visitor.reload()
        except (OSError, WebSocketException) as error:
            self._report.trouble("connections that the page closed", f"{name}: {type(error).__name__}: {error}")
            with suppress(Exception):
                await self._visitor.reload()
        for exception in self._visitor.exceptions:
            self._report.trouble("exceptions on a page", exception)
        self._visitor.exceptions.clear()

    async def _draw(self) -> None:
        await self._visitor.choose_pretrained()
        # A digit that is certainly new, as nothing on the page would change otherwise.
        digit = self._rng.choice([digit for digit in range(10) if digit not in self._there])
        await self._visitor.draw(files.data_url(digit))
        self._there = {digit}
        self._report.answer(
            self._visitor.network_saw, f"{self._visitor.digit} {self._visitor.sure}", self._visitor.reads_with
        )

    async def _train(self) -> None:
        await self._visitor.train()
        self._trained = True

    async def _pause(self) -> None:
        if self._trained:
            await self._visitor.pause_or_resume()

    async def _upload_good(self) -> None:
        digit = self._rng.choice(sorted({*range(10)} - self._there) or [0])  # another one, or nothing would change
        self._there.add(digit)
        await self._visitor.upload("picture_in", "digit.png", files.png(files.picture(digit)))

    async def _upload_bad(self) -> None:
        status = await self._visitor.upload("picture_in", "![x](y) <b>.png", files.bad_picture(self._rng))
        self._report.counts["files refused by size"] += status == 413

    async def _teach(self) -> None:
        """Keep three drawings as own digits, and teach them to the pretrained network."""
        for _ in range(3):
            self._visitor.kept = False
            await self._draw()
            while not self._visitor.kept:  # by an earlier teaching
                await self._correct()
        await self._visitor.open_part("Mine", "Your drawings", "teach")
        known = set(self._visitor.errors)  # of files refused before, which a redrawn page repeats
        self._visitor.progress = ""
        await self._visitor.press("teach")
        await self._visitor.until(lambda: set(self._visitor.errors) - known or "own digit" in self._visitor.progress)
        refused = [error for error in self._visitor.errors if error not in known]
        if refused:
            self._report.trouble("teachings refused", refused[0])
        else:
            self._trained = True

    async def _correct(self) -> None:
        """Press the true digit, and return when it is kept, or when a new row has replaced it."""
        visitor, key = self._visitor, "corrected"
        row = visitor.widgets[key]
        await visitor.choose(key, [str(*self._there)], lambda: visitor.kept or visitor.widgets[key] != row)

    async def _download(self) -> None:
        """Download the run's weights."""
        if not self._trained:
            return
        await self._visitor.open_part("Mine", "Runs", "weights_out")
        for key in ("weights_out", "csv_out"):
            try:
                await self._visitor.until(partial(self._visitor.offers, key))
                data = await self._visitor.download(key)
            except TimeoutError:
                raise  # the page did not answer in time, as with other failures
            except OSError as error:
                self._report.trouble("downloads that failed", f"{key}: {error}")
            else:
                self._report.counts["files downloaded"] += 1
                if not data:
                    self._report.trouble("downloads that failed", f"{key}: empty")

    async def _second_tab(self) -> None:
        """Train a new network in another tab, and check that this one follows."""
        await self._visitor.pause()
        other = self._visitor.same_visitor()
        try:
            await other.open()
            self._visitor.progress = ""
            await other.train()
            self._trained = True
            try:
                await self._visitor.until(lambda: not self._visitor.at_rest or "done after" in self._visitor.progress)
            except TimeoutError:
                text = f"{self._visitor.progress!r} while the other said {other.progress!r}"
                self._report.trouble("tabs left behind by another of the same visitor", text)
        finally:
            await other.close()

    async def _reload(self) -> None:
        await self._visitor.close()
        await self._back()

    async def _leave(self) -> None:
        await self._visitor.close()
        await asyncio.sleep(self._rng.uniform(1, 8))
        await self._back()

    async def _go(self) -> None:
        """Leave; another visitor takes this place."""
        await self._visitor.close()
        self._new()
        await self._visitor.open()

    async def _back(self) -> None:
        """Reopen the page, and check that the run is there."""
        before, self._visitor.step = self._visitor.step, 0
        with suppress(Exception):
            await self._visitor.close()
        await self._visitor.open()
        if self._trained:
            self._report.counts["times a run was looked for"] += 1
            try:
                await self._visitor.until(lambda: self._visitor.step >= before)
            except TimeoutError:
                text = f"step {before} was reached, then the page showed {self._visitor.progress!r}"
                self._report.trouble("runs lost", "\n    ".join([text, *self._visitor.diary]))
