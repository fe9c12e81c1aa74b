"""``python -m tests.wire.siege``: a class draws and trains while much fails around it. Prints a table of goals.

Workers are killed, memory and disk run out, strangers upload, sweep, read and wait, and the server is killed. The class
is behind the real proxy of ``compose.yaml``, if its program is installed. It takes ten minutes.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from mlp.jobs.workers.picture_processes import AT_ONCE
from mlp.jobs.workers.worker_process import NICENESS
from mlp.page.visitors.registry import MAX_MB
from tests.browser.caddy import PROGRAM, caddy
from tests.wire import strangers
from tests.wire.servers import Servers, print_line
from tests.wire.student import EPOCHS, PATIENCE_S, Student
from tests.wire.visitor import NO_ANSWER, Visitor

STUDENTS = 8
SETTLE_S = 8.0
STROKE_MS = 300.0  # measured at the server
NOISE = 0.9  # ratio of two measurements of the same speed on the same machine
MARGIN = 1.2  # memory may exceed its limit by a fifth
DECODER_MB = 300  # while it decodes the largest image
CHECKPOINT_MB = 1  # while the disk is full


@dataclass
class Moment:
    """Measurements at one time: memory of server and workers, their descriptors, and CPU seconds of other programs."""

    at: float
    memory_mb: float
    descriptors: int
    others_s: float


@dataclass
class Siege:
    """A class on a server, and what was measured and found."""

    servers: Servers
    url: str
    rng: random.Random
    seconds: float
    students: list[Student] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    until: float = 0.0
    outages: list[tuple[float, float]] = field(default_factory=list)  # from when to when this row let nothing be saved
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    cpu_s: dict[psutil.Process, float] = field(default_factory=dict)  # of all servers and workers, ended ones too

    @property
    def over(self) -> bool:
        """Whether the time for this row is over."""
        return time.monotonic() > self.until

    async def rest(self) -> None:
        """Wait until the time for this row is over."""
        await asyncio.sleep(max(0.0, self.until - time.monotonic()))

    def fault(self, what: str) -> None:
        """Record a failure, once."""
        if what not in self.faults:
            self.faults.append(what)

    def family(self) -> list[psutil.Process]:
        """Return the server's process and its living descendants."""
        with suppress(psutil.Error):
            server = psutil.Process(self.servers.now.process.pid)
            return [server, *server.children(recursive=True)]
        return []

    def workers(self) -> list[psutil.Process]:
        """Return the processes that train."""
        found = []
        for process in self.family()[1:]:
            with suppress(psutil.Error):
                if process.cmdline()[-2:] == ["mlp.jobs.workers.worker", str(NICENESS)]:
                    found.append(process)
        return found

    async def restart(self, **environment: str) -> None:
        """Kill the server by ``kill -9``, and start it again at the same place."""
        workers = self.workers()
        self.servers.kill()
        self.outages.append((time.monotonic(), time.monotonic()))
        gone, alive = await asyncio.to_thread(psutil.wait_procs, workers, 10)
        if alive:
            self.fault(f"{len(alive)} of {len(gone) + len(alive)} workers outlived their server")
        await asyncio.to_thread(self.servers.start, **environment)

    def measure(self) -> None:
        """Record a moment."""
        memory, descriptors = 0.0, 0
        for process in self.family():
            with suppress(psutil.Error):
                memory += process.memory_full_info().pss / 1e6
                self.cpu_s[process] = sum(process.cpu_times()[:2])
                descriptors += process.num_fds()
        busy = psutil.cpu_times()
        others_s = sum(busy) - busy.idle - busy.iowait - sum(self.cpu_s.values())
        self.moments.append(Moment(time.monotonic(), memory, descriptors, others_s))
        for student in self.students:
            student.note_steps()

    async def watch(self) -> None:
        """Measure every second until canceled."""
        while True:
            self.measure()
            await asyncio.sleep(1)

    def speed(self, start: float, end: float) -> float:
        """Return the class's steps per second of each core that other programs left to the server; 0 without any.

        The visitors run on the same machine, so their CPU time must not count against the server.
        """
        seen = [moment for moment in self.moments if start <= moment.at <= end]
        if len(seen) < 2:
            return 0.0
        first, last = seen[0], seen[-1]
        left = psutil.cpu_count() * (last.at - first.at) - (last.others_s - first.others_s)
        steps = sum(student.step_at(last.at) - student.step_at(first.at) for student in self.students)
        return steps / left if left > 0 else 0.0


@dataclass(frozen=True)
class Row:
    """What happens around the class, and how many more people share the workers.

    Parameters
    ----------
    title : str
        A short description.
    act : callable
        Lets it happen until the time is over, and records what it finds.
    strangers : int or None
        People who train beside the class; None if those who train are killed, so that speed is no goal.
    decoders : int
        Processes that decode images meanwhile, of up to `DECODER_MB` each.
    """

    title: str
    act: Callable[[Siege], Awaitable[None]]
    strangers: int | None = 0
    decoders: int = 0


async def calm(siege: Siege) -> None:
    """Do nothing, the state to compare with."""
    await siege.rest()


async def kill_workers(siege: Siege) -> None:
    """Kill a worker every three seconds."""
    while not siege.over:
        if workers := siege.workers():
            siege.rng.choice(workers).kill()
        await asyncio.sleep(3)


async def kill_server(siege: Siege) -> None:
    """Kill the server three times, at random moments."""
    for _ in range(3):
        await asyncio.sleep(siege.rng.uniform(0.2, 1.0) * siege.seconds / 3)
        await siege.restart()


async def fill_disk(siege: Siege) -> None:
    """Leave no room for files, start new runs, and make room again: earlier work returns, and the page says so."""
    await siege.restart(MLP_CHECKPOINT_MB=str(CHECKPOINT_MB))
    await siege.rest()
    newcomer = Visitor(siege.url, f"epochs={EPOCHS}", PATIENCE_S)
    try:
        await newcomer.open()
        await newcomer.train()
        await newcomer.until(lambda: "disk" in newcomer.message)
    except NO_ANSWER:
        siege.fault("no notice said that the disk is full")
    await newcomer.close()
    await siege.restart()
    siege.outages = [(siege.outages[0][0], siege.outages[-1][1])]


ROWS = {
    "calm": Row("nothing", calm),
    "workers": Row("workers are killed", kill_workers, strangers=None),
    "turns": Row("a stranger sweeps eight runs", strangers.take_turns, strangers=1),
    "pictures": Row("a stranger uploads slow images", strangers.upload_pictures, strangers=1, decoders=AT_ONCE),
    "files": Row("a stranger downloads without end", strangers.load_files, strangers=2),
    "proxy": Row("1,000 half-sent heads and four large bodies", strangers.besiege_proxy),
    "memory": Row("five strangers sweep large networks", strangers.fill_memory, strangers=5),
    "doors": Row("strangers wait, and send the widest files and messages", strangers.storm_doors, strangers=4),
    "disk": Row("the disk is full", fill_disk, strangers=None),
    "server": Row("the server is killed", kill_server, strangers=None),
}
HEADER = ("while", "training (fair share)", "strokes, median, worst", "lost", "memory, highest (allowed)", "goals")


async def measured(siege: Siege, row: Row, calm_speed: float, bound_mb: float) -> tuple[list[str], float, bool]:
    """Return a row's cells, the class's speed, and whether all goals were met."""
    stop = asyncio.Event()
    siege.faults, siege.notes, siege.outages = [], [], []
    began = time.monotonic()
    siege.until = began + siege.seconds
    lives = [asyncio.create_task(student.live(stop)) for student in siege.students]
    await row.act(siege)
    ended = time.monotonic()
    stop.set()
    await asyncio.gather(*lives)
    siege.measure()
    lost = [one for one in await asyncio.gather(*(each.loss(siege.outages) for each in siege.students)) if one]
    siege.notes += [f"lost: {one}" for one in lost]
    speed = siege.speed(began, ended)
    share, fair = speed / (calm_speed or speed or 1), STUDENTS / (STUDENTS + (row.strangers or 0))
    # Without a server, nothing is answered; then only those strokes count that were.
    waits = sorted(1000 * s for each in siege.students for at, s in each.strokes if began <= at < ended)
    waits = [ms for ms in waits if not siege.outages or ms < 1000 * PATIENCE_S]
    worst_mb = max(moment.memory_mb for moment in siege.moments if moment.at >= began)
    allowed_mb = MARGIN * (bound_mb + row.decoders * DECODER_MB)
    missed = list(siege.faults)
    if lost:
        missed.append(f"{len(lost)} lost")
    if row.strangers is not None and share < NOISE * fair:
        missed.append("training below the fair share")
    if not waits and row.strangers is not None:
        missed.append("nobody could draw")
    elif row.strangers is not None and waits[-1] > STROKE_MS:
        missed.append(f"{sum(ms > STROKE_MS for ms in waits)} of {len(waits)} strokes above {STROKE_MS:.0f} ms")
    if worst_mb > allowed_mb:
        missed.append("memory above its bound")
    cells = [
        row.title,
        f"{share:.0%} ({fair:.0%})" if row.strangers is not None else f"{share:.0%} (–)",
        f"{waits[len(waits) // 2]:,.0f}, {waits[-1]:,.0f} ms" if waits else "–",
        str(len(lost)),
        f"{worst_mb:,.0f} ({allowed_mb:,.0f}) MB",
        "; ".join(missed) or "met",
    ]
    return cells, speed, not missed


async def besiege(siege: Siege, names: list[str], n_students: int = STUDENTS) -> bool:
    """Run the class through these rows, print each, and return whether all goals were met."""
    watching = asyncio.create_task(siege.watch())
    siege.measure()
    bound_mb = siege.moments[-1].memory_mb + MAX_MB
    first = Visitor(siege.url, "tab=Mistakes", PATIENCE_S)
    await first.open()  # reads all images with the pretrained network, which a server does once
    await first.close()
    for number in range(n_students):
        student = Student(siege.url, random.Random(f"{siege.rng.random()} {number}"))
        await student.visitor.open()
        await student.visitor.train()
        siege.students.append(student)
    await asyncio.sleep(min(SETTLE_S, siege.seconds))
    met, calm_speed, descriptors = True, 0.0, 0
    print_line(*HEADER)
    print_line(*["---"] * len(HEADER))
    for name in ["calm", *(name for name in names if name != "calm")]:
        cells, speed, fine = await measured(siege, ROWS[name], calm_speed, bound_mb)
        calm_speed, descriptors = calm_speed or speed, descriptors or siege.moments[-1].descriptors
        met &= fine
        print_line(*cells)
        for note in siege.notes:
            print(f"{name}: {note}", file=sys.stderr, flush=True)
    watching.cancel()
    last = siege.moments[-1]
    print(f"\nAt the end {last.memory_mb:,.0f} MB, {last.descriptors} descriptors; after the first row {descriptors}.")
    for student in siege.students:
        await student.visitor.close()
    if tracebacks := sum(
        log.read_text(errors="replace").count("Traceback") for log in siege.servers.folder.glob("*.log")
    ):
        print(f"{tracebacks} tracebacks in the server's log")
    return met and not tracebacks


def run(names: list[str], seed: int, seconds: float, folder: Path, n_students: int = STUDENTS) -> bool:
    """Serve the page behind the proxy, run a class through these rows, and return whether all goals were met."""
    with ExitStack() as stack:
        servers = Servers(folder, stack)
        url = servers.now.url
        if PROGRAM is not None:
            url = stack.enter_context(caddy(urlsplit(url).port or 0, folder))
        siege = Siege(servers, url, random.Random(seed), seconds)
        return asyncio.run(besiege(siege, names, n_students))


def main() -> int:
    """Run the class; the exit status is 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.wire.siege", description=__doc__)
    parser.add_argument("--only", choices=list(ROWS), action="append", help="only this row; may be repeated")
    parser.add_argument("--minutes", type=float, default=0.7, help="length of each row")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    given = parser.parse_args()
    print(f"seed {given.seed}, {given.minutes:g} minutes each; {'with' if PROGRAM else 'without'} the proxy\n")
    with tempfile.TemporaryDirectory() as folder:
        return int(not run(given.only or list(ROWS), given.seed, given.minutes * 60, Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
