"""``python -m tests.wire.lesson``: a class writes and trains in a room, with a restart and a stranger at the door.

Prints what it measured, and the exit status is 1 if anything was lost or a goal was missed.
"""

import argparse
import asyncio
import json
import random
import re
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from streamlit.proto.WidgetStates_pb2 import WidgetState

from mlp.machine import usable_cores
from mlp.page.tabs.classroom.thread import CLASS_RUN
from mlp.page.tabs.lessons.plan import PLANS
from mlp.training.settings import Settings
from tests.benchmarks.classroom import BARE_S, bare, rates
from tests.wire.files import data_url
from tests.wire.servers import Servers
from tests.wire.visitor import Visitor

EACH = 2
SEEN_S, STROKE_S = 1.0, 0.1  # until a drawing is on all pages, and until a stroke is read, its 95th percentile
TRAINING = 0.75  # of what bare processes reach
PAUSE_S = 8.0  # between a learner's drawings, on average: 480 take three minutes
LOOK_S = 1.0  # between a drawing and the press that gives it
PATIENCE_S = 60.0
STEPS_TO_TRAIN = 3  # of the plan, up to the one in which all train


class Lesson:
    """A class in one room.

    Parameters
    ----------
    url : str
    n : int
        Number of learners, besides the one who holds the room.
    """

    def __init__(self, url: str, n: int) -> None:
        self.holder = Visitor(url, "tab=Room", PATIENCE_S)
        self.learners = [Visitor(url, "", PATIENCE_S) for _ in range(n)]
        self.stranger = Visitor(url, "tab=Room", PATIENCE_S)
        self.strokes: list[float] = []
        self.seen: list[float] = []
        self.let_in: list[float] = []
        self.faults: list[str] = []
        self.n_given = 0

    async def gather(self) -> None:
        """Open a room, and let everybody in who waits at its door."""
        await self.holder.open_room()
        for learner in self.learners:
            learner.query = f"room={self.holder.room}&tab=Room&speed=Full&epochs=100"
            await learner.open()
            await learner.press("room_join")
            await learner.until(lambda learner=learner: "room_leave" in learner.widgets)
        await self.holder.until(lambda: len(self.learners) == n_waiting(self.holder))
        pressed = time.monotonic()
        await self.holder.press("strip_let_in")
        self.let_in = await asyncio.gather(*(self._until_in(learner, pressed) for learner in self.learners))

    async def _until_in(self, learner: Visitor, pressed: float) -> float:
        """Return the seconds from a press until a learner's page asks for drawings."""
        await learner.until(lambda: "room_row" in learner.widgets)
        return time.monotonic() - pressed

    async def knock(self) -> None:
        """Try a code that no room has."""
        await self.stranger.open()
        self.stranger.hold("room_typed", WidgetState(id=self.stranger.widgets["room_typed"], string_value="zzzz zzzz"))
        await self.stranger.press("room_join")
        if "No room has this code" not in self.stranger.message:
            self.faults.append(f"a stranger was told {self.stranger.message!r}")
        await self.stranger.close()

    async def write(self, rng: random.Random) -> float:
        """Let every learner train and draw two of each digit; return the images a second of all runs meanwhile."""
        for learner in self.learners:
            await learner.press("train")
        for learner in self.learners:
            await learner.until(lambda learner=learner: learner.step)
        before = [(learner.step, learner.step_since) for learner in self.learners]
        await asyncio.gather(*(self._write(learner, rng.random()) for learner in self.learners))
        return sum(rates(self.learners, before)) * Settings().batch_size

    async def _write(self, learner: Visitor, seed: float) -> None:
        rng = random.Random(seed)
        for label in [label for label in range(10) for _ in range(EACH)]:
            await asyncio.sleep(rng.uniform(0.5, 1.5) * (PAUSE_S - LOOK_S))
            self.strokes.append(await learner.draw(data_url(label, rng.uniform(-15, 15))))
            await asyncio.sleep(rng.uniform(0.5, 1.5) * LOOK_S)
            pressed = time.monotonic()
            await learner.pick("room_row", label)
            self.n_given += 1
            n = self.n_given
            await asyncio.gather(*(self._until_shown(page, n) for page in (self.holder, *self.learners)))
            self.seen.append(time.monotonic() - pressed)

    async def _until_shown(self, page: Visitor, n: int) -> None:
        await page.until(lambda: n_shown(page) >= n)

    async def train(self) -> None:
        """Let every learner train with the class, and wait until each run has begun."""
        for learner in self.learners:
            await learner.press("room_teach")
        for learner in self.learners:
            await learner.until(lambda learner=learner: learner.step)

    async def train_in_plan(self) -> float:
        """Go to the step of the plan in which all train, its holder too, and return the minutes until all are done."""
        began = time.monotonic()
        for _ in range(STEPS_TO_TRAIN):
            await self.holder.press("strip_next")
        for learner in self.learners:
            await learner.until(lambda learner=learner: "Train a network" in learner.labels.get("next_step", ""))
            await learner.press("next_step")
        for page in (self.holder, *self.learners):
            await page.until(lambda page=page: f"of {CLASS_RUN.epochs}" in page.progress and page.at_rest, times=10)
        return (time.monotonic() - began) / 60

    async def return_after_restart(self) -> None:
        """Open all pages again, and compare what the room shows."""
        before = n_shown(self.holder)
        for page in (self.holder, *self.learners):
            await page.reload()
            await page.until(lambda page=page: "room_wall" in page.shown)
            if n_shown(page) != before:
                self.faults.append(f"{n_shown(page)} of {before} drawings after the restart")

    async def end(self, folder: Path) -> None:
        """Open the table, download all drawings, close the room, and look for what is left of it."""
        await self.holder.press("strip_to_table")
        await self.holder.until(lambda: "room_table" in self.holder.widgets)
        if (n := len(json.loads(await self.holder.download("room_out"))["samples"])) != self.n_given:
            self.faults.append(f"{n} of {self.n_given} drawings were downloaded")
        await self.holder.until(lambda: "room_close" in self.holder.widgets)
        await self.holder.press("room_close")
        await self.holder.until(lambda: "room_open" in self.holder.widgets)
        for learner in self.learners:
            await learner.until(lambda learner=learner: "room_told" in learner.widgets)
        await asyncio.sleep(3)
        if left := [path.name for kind in ("room", "*.learner") for path in folder.rglob(f"{kind}.json")]:
            self.faults.append(f"left on disk: {left}")
        for page in (self.holder, *self.learners):
            await page.close()


def n_waiting(page: Visitor) -> int:
    """Return the number of those whom the next press lets in."""
    found = re.match(r"Let in (\d+)", page.labels.get("strip_let_in", ""))
    return int(found[1]) if found else 0


def n_shown(page: Visitor) -> int:
    """Return the number of drawings that a page's wall names."""
    found = re.match(r"(\d+) drawing", page.text("room_wall"))
    return int(found[1]) if found else 0


async def hold(servers: Servers, n: int, seed: int) -> list[str]:
    """Hold a lesson, print what was measured, and return what went wrong."""
    bare_per_s = bare(usable_cores(), BARE_S)
    lesson = Lesson(servers.now.url, n)
    await lesson.gather()
    await lesson.knock()
    began = time.monotonic()
    images_per_s = await lesson.write(random.Random(seed))
    seconds = time.monotonic() - began
    await asyncio.sleep(6)
    servers.kill()
    servers.start()
    await lesson.return_after_restart()
    minutes = await lesson.train_in_plan()
    await lesson.train()
    await lesson.end(servers.kept)
    stroke_s = statistics.quantiles(lesson.strokes, n=20)[-1]
    print(f"{n} learners gave {lesson.n_given} drawings in {seconds:.0f} s")
    print(f"one press let them in: after {statistics.median(lesson.let_in):.2f} s, the last {max(lesson.let_in):.2f}")
    print(f"a stroke was read after {1000 * statistics.median(lesson.strokes):.0f} ms, 95% after {1000 * stroke_s:.0f}")
    slow = statistics.quantiles(lesson.seen, n=20)[-1]
    print(f"a drawing was on all pages after {statistics.median(lesson.seen):.2f} s, 95% after {slow:.2f} s")
    share = images_per_s / ((bare_per_s + bare(usable_cores(), BARE_S)) / 2)
    print(f"meanwhile, they trained with {share:.0%} of {usable_cores()} bare processes")
    in_plan = PLANS["Digits"].stages[STEPS_TO_TRAIN - 1].minutes
    print(f"in the plan's step of {in_plan} min, all had trained after {minutes:.1f} min")
    if minutes > in_plan:
        lesson.faults.append(f"the plan's training took {minutes:.1f} min, goal {in_plan}")
    if share < TRAINING:
        lesson.faults.append(f"training had {share:.0%} of bare processes, goal {TRAINING:.0%}")
    if stroke_s > STROKE_S:
        lesson.faults.append(f"95% of strokes were read after {1000 * stroke_s:.0f} ms, goal {1000 * STROKE_S:.0f}")
    if slow > SEEN_S:
        lesson.faults.append(f"95% of drawings were on all pages after {slow:.2f} s, goal {SEEN_S:g} s")
    return lesson.faults


def main() -> int:
    """Hold the lesson; the exit status is 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.wire.lesson", description=__doc__)
    parser.add_argument("--learners", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        faults = asyncio.run(hold(Servers(Path(folder), stack), given.learners, given.seed))
    print("\n".join(faults) or "nothing was lost, and each goal was met")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
