"""A simulated student: trains, draws every few seconds, and records each stroke's wait and whether the run survives."""

import asyncio
import random
import re
import time
from contextlib import suppress

import numpy as np
from websockets.exceptions import WebSocketException

from tests.soak import files
from tests.wire.visitor import Visitor

DRAW_EVERY_S = 3.0  # on average
PATIENCE_S = 30.0  # limit of each wait; an unanswered stroke counts as this long
FOUND_S = 60.0  # limit for a run to continue after the page was reopened
EPOCHS = 100  # too many for the run to end during a siege, on the whole of MNIST

NO_ANSWER = (TimeoutError, OSError, WebSocketException)


class Pupil:
    """Trains and draws until stopped; reconnects if the page has closed the connection.

    Parameters
    ----------
    url : str
        The page's address.
    rng : random.Random
        Source of the drawn digits and their times.
    """

    def __init__(self, url: str, rng: random.Random) -> None:
        self._visitor = Visitor(url, f"epochs={EPOCHS}", PATIENCE_S)
        self._rng = rng
        self._on_canvas: set[int] = set()  # digits that may be on the canvas
        self._counted = 0  # steps of the current run
        self._reached = 0  # by the current run, as far as it has to be restored
        self.steps = 0  # of all runs, as the page shows them
        self.progress_seen = [(time.monotonic(), 0)]  # times of new steps on the page, and all steps by then
        self.strokes: list[tuple[float, float]] = []  # time of each, and the seconds until it was read
        self.unanswered: list[str] = []  # unanswered strokes, and the page's text then

    async def come(self) -> None:
        """Open the page, and train."""
        await self._visitor.open()
        await self._visitor.train()

    async def live(self, stop: asyncio.Event) -> None:
        """Draw from time to time, and train again when a run is done."""
        while not stop.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(self._rng.uniform(0.5, 1.5) * DRAW_EVERY_S):
                    await stop.wait()
                    return
            began = time.monotonic()
            try:
                await self._draw()
                if "done after" in self._visitor.progress:
                    self.count_steps()
                    await self._visitor.train()
                    self._reached = self._counted = 0
            except NO_ANSWER as error:
                self.strokes.append((began, PATIENCE_S))
                self.unanswered.append(f"{type(error).__name__}, {self._visitor.progress!r}, {self._visitor.message!r}")
                await self._come_back(stop)

    def count_steps(self) -> None:
        """Count the steps that the page has shown since the last check."""
        step = self._visitor.step
        if step > self._counted:  # steps repeated after a loss were counted before
            self.steps += step - self._counted
            self.progress_seen.append((self._visitor.step_since, self.steps))
        self._counted = max(self._counted, step)
        self._reached = max(self._reached, step)

    def trained_at(self, at: float) -> float:
        """Return the steps of all runs at a time, interpolated between the times at which the page showed them.

        With many students, a page is redrawn every seven seconds: its number is 3.5 s of steps too low on average.
        """
        times, steps = zip(*self.progress_seen, strict=True)
        return float(np.interp(at, times, steps))

    @property
    def steps_per_epoch(self) -> int:
        """Steps in an epoch, according to the page; 0 before a run."""
        found = re.search(r"step [\d,]+ of ([\d,]+)", self._visitor.progress)
        return int(found[1].replace(",", "")) // EPOCHS if found else 0

    def settle_for(self, step: int) -> None:
        """Expect the run to be restored only up to this step, which the server saved before it was killed."""
        self._reached = min(self._reached, step)

    @property
    def step(self) -> int:
        """Steps of the run, according to the page."""
        return self._visitor.step

    async def find_run(self) -> str:
        """Reload the page, and return the problem with the run; an empty string if it is there and continues."""
        self.count_steps()
        expected, self._visitor.step, self._visitor.progress = self._reached, 0, ""
        until = time.monotonic() + FOUND_S
        while time.monotonic() < until:
            with suppress(*NO_ANSWER):
                await self._visitor.reload()
                if self._visitor.at_rest and "done" not in self._visitor.progress:
                    await self._visitor.press("pause")  # reads Resume
                await self._visitor.until(lambda: self._continues(expected))
                return ""
        return (
            f"step {expected:,} was reached, then the page showed {self._visitor.progress!r}: {self._visitor.message!r}"
        )

    async def leave(self) -> None:
        """Close the tab."""
        with suppress(Exception):
            await self._visitor.close()

    def _continues(self, expected: int) -> bool:
        return self._visitor.step > expected or (self._visitor.step == expected and "done" in self._visitor.progress)

    async def _draw(self) -> None:
        # A digit that is certainly new, as nothing on the page would change otherwise.
        digit = self._rng.choice([digit for digit in range(10) if digit not in self._on_canvas] or range(10))
        self._on_canvas.add(digit)
        began = time.monotonic()
        self.strokes.append((began, await self._visitor.draw(files.data_url(digit))))
        self._on_canvas = {digit}

    async def _come_back(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.leave()
            try:
                await self._visitor.open()
                return
            except NO_ANSWER:
                await asyncio.sleep(1)
