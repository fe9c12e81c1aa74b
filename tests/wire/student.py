"""A student of the class that `tests.wire.siege` besieges: draws, trains, and finds the work again."""

import asyncio
import random
import time
from contextlib import suppress

import numpy as np

from tests.wire.files import data_url
from tests.wire.visitor import NO_ANSWER, Visitor

EPOCHS = 100
DRAW_EVERY_S = 3.0  # on average
PATIENCE_S = 60.0  # limit of each wait; an unanswered stroke counts as this long
FOUND_S = 120.0  # limit for a run to continue after its page was reopened
DRAWING_S, STEPS_S = 5.0, 10.0  # what is older must be on disk


class Student:
    """Trains and draws until stopped, and opens the page again if it was closed."""

    def __init__(self, url: str, rng: random.Random) -> None:
        self.visitor = Visitor(url, f"epochs={EPOCHS}", PATIENCE_S)
        self._rng = rng
        self._digit = 0
        self.drawn: list[tuple[float, list[str]]] = []  # times of drawings, and what the network saw of each
        self.strokes: list[tuple[float, float]] = []  # times, and the seconds until each was read
        self.seen = [(time.monotonic(), 0)]  # times at which the page has shown new steps, and the steps of all runs
        self._earlier = 0  # steps of runs that are done

    async def live(self, stop: asyncio.Event) -> None:
        """Draw from time to time, and train again when a run is done."""
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._rng.uniform(0.5, 1.5) * DRAW_EVERY_S)
                return
            began = time.monotonic()
            self._digit = (self._digit + self._rng.randrange(1, 10)) % 10  # a new one, so that the page changes
            try:
                self.strokes.append((began, await self.visitor.draw(data_url(self._digit))))
                finished = self.visitor.finished_scripts  # one more, once the server has the canvas's own report
                await self.visitor.until(lambda finished=finished: self.visitor.finished_scripts > finished)
                self.drawn.append((time.monotonic(), self.visitor.network_saw))
                if "done after" in self.visitor.progress:
                    self.note_steps()
                    self._earlier = self.seen[-1][1]
                    await self.visitor.train()
            except NO_ANSWER:
                self.strokes.append((began, PATIENCE_S))
                while not stop.is_set():
                    with suppress(*NO_ANSWER):
                        await self.visitor.reload()
                        break
                    await asyncio.sleep(1)

    def note_steps(self) -> None:
        """Note the step that the page shows."""
        if (total := self._earlier + self.visitor.step) > self.seen[-1][1]:
            self.seen.append((self.visitor.step_since, total))

    def step_at(self, at: float) -> float:
        """Return the step at a time, interpolated, as a class's pages are redrawn seconds apart."""
        times, steps = zip(*self.seen, strict=True)
        return float(np.interp(at, times, steps))

    async def loss(self, outages: list[tuple[float, float]]) -> str:
        """Reload the page, and return what is missing of the run or drawing; an empty string for nothing.

        What was older than the promised times when each of the ``outages`` began, in which nothing could be saved, must
        be there, and what came after them.
        """
        visitor = self.visitor
        safe = [
            number
            for number, (at, _) in enumerate(self.drawn)
            if not any(began - DRAWING_S < at <= ended for began, ended in outages)
        ]
        may_show = [saw for _, saw in self.drawn[safe[-1] :]] if safe else []
        expected = (int(self.step_at(outages[0][0] - STEPS_S)) if outages else self.seen[-1][1]) - self._earlier
        visitor.step, shown, until = 0, "", time.monotonic() + FOUND_S
        while time.monotonic() < until:
            with suppress(*NO_ANSWER):
                await visitor.reload()
                shown = visitor.progress
                if may_show and visitor.network_saw not in may_show:
                    return "a drawing"
                if visitor.at_rest and "done" not in visitor.progress:
                    await visitor.press("pause")  # reads Resume
                await visitor.until(
                    lambda: visitor.step >= expected and (not visitor.at_rest or "done" in visitor.progress)
                )
                self.note_steps()
                return ""
        return f"the run at step {expected:,}; the page shows {shown!r}, {visitor.message!r}"
