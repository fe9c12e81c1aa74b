"""``python -m tests.siege.kills``: kill the server of a class repeatedly, and check that all work returns.

The class draws, keeps own digits, trains and starts new runs in a process with the page's registry and workers. The
process is killed by ``kill -9`` at a random moment, and restarts with the work on disk.
"""

import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from mlp.jobs.checkpoints import Checkpoints
from mlp.jobs.job import Job
from mlp.page.visitors.engine import engine
from mlp.page.visitors.persistence import restored
from mlp.page.visitors.registry import Visitors
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run
from mlp.training.settings import Settings

N_PUPILS = 8
SAVED_WITHIN_S = 2.0  # work that the server had for this long must be on disk
STEPS_S = 10.0
ACT_S = 0.05
SETTINGS = Settings(hidden=(64,), images=3000, epochs=200)


def teach_class(folder: Path, ids: list[str], seed: int) -> None:
    """Act for random students as the page's server would, and report the work of each, until killed."""
    visitors = Visitors(lambda session: True, Checkpoints(folder))
    visitors.watch()
    pupils = [visitors.get(visitor_id, "tab") for visitor_id in ids or [None] * N_PUPILS]
    report("ids", [pupil.id for pupil in pupils])
    rng = random.Random(seed)
    while True:
        pupil = rng.choice(pupils)
        act = rng.choices(("draw", "keep", "train", "look"), (5, 2, 0.3, 5))[0]
        if act == "draw":
            drawn = time.time_ns()
            pupil.keep_drawing({"n": drawn})
            report("drawing", pupil.id, drawn)
        elif act == "keep":
            image = np.frombuffer(rng.randbytes(784), np.uint8)
            with contextlib.suppress(ValueError):  # fifty of a digit are the most
                pupil.digits.change(pupil.digits.now.with_example(rng.randrange(10), image))
                report("digit", pupil.id, image[:16].tobytes().hex())
        elif act == "train" or pupil.job is None:
            begin(pupil, rng)
        runs = [run.number for run in pupil.runs.runs]
        report("runs", pupil.id, [*runs, pupil.runs.current], pupil.job.snapshot().step if pupil.job else 0)
        time.sleep(ACT_S)


def begin(pupil: Visitor, rng: random.Random) -> None:
    """Replace the student's run with a new one."""
    job = Job(Run(SETTINGS), chosen_mnist(), engine(), pupil.id)
    with pupil.lock:
        if pupil.job is not None:
            pupil.job.pause()
            pupil.runs.add(pupil.job.snapshot())
        pupil.runs.begin(chosen_mnist())
        pupil.job = job
    job.play()


def report(*what: Any) -> None:
    """Print a piece of work that the server holds, with the current time."""
    print(json.dumps([time.time(), *what]), flush=True)


def losses(reported: list[list[Any]], folder: Path, killed: float, oldest: dict[str, float]) -> list[str]:
    """Return the work that the server reported and that is missing on disk; update the oldest age of each kind."""
    lost = []
    by_pupil: dict[str, list[list[Any]]] = defaultdict(list)
    for line in reported:
        if line[1] != "ids":
            by_pupil[line[2]].append(line)
    checkpoints = Checkpoints(folder)
    for pupil, lines in by_pupil.items():
        visitor = restored(pupil, checkpoints) or Visitor(pupil)
        if visitor.notice is not None:
            lost.append(f"{pupil}: {visitor.notice}")
        digits = {digit.image[:16].tobytes().hex() for digit in visitor.digits.now.examples}
        drawn = (visitor.drawing or {}).get("n", 0)
        numbers = {run.number for run in visitor.runs.runs} | ({visitor.runs.current} if visitor.job else set())
        last_runs = next((line[3] for line in reversed(lines) if line[1] == "runs"), [])
        for at, what, _, value, *_ in lines:
            age = killed - at
            if what == "runs":
                there = not {number for number in value if number and number in last_runs} - numbers
            else:
                there = value in digits if what == "digit" else value <= drawn
            if not there:
                oldest[what] = max(oldest[what], age)
                if age > SAVED_WITHIN_S:
                    lost.append(f"{what} {value} that the server had for {age:.1f} s")
        step, number = visitor.job.snapshot().step if visitor.job else 0, visitor.runs.current
        later = [at for at, what, _, value, *more in lines if what == "runs" and value[-1] == number and more[0] > step]
        if later:
            oldest["steps"] = max(oldest["steps"], killed - later[0])
            if killed - later[0] > STEPS_S:
                lost.append(f"{killed - later[0]:.1f} s of steps")
    return lost


def main() -> int:
    """Kill the server ``--times`` times; the exit status is 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.siege.kills", description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--server", nargs=2, metavar=("FOLDER", "IDS"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.server:
        teach_class(Path(given.server[0]), json.loads(given.server[1]), given.seed)
    rng, ids, lost = random.Random(given.seed), [], []
    oldest = {"drawing": 0.0, "digit": 0.0, "runs": 0.0, "steps": 0.0}
    n_reported = 0
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "kept"
        for number in range(given.times):
            command = [sys.executable, "-m", "tests.siege.kills", "--seed", str(rng.randrange(2**32))]
            server = subprocess.Popen(
                [*command, "--server", str(kept), json.dumps(ids)],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # the workers' errors about their lost server
                text=True,
                env={**os.environ, "MLP_WORKERS": "1"},
            )
            assert server.stdout is not None
            reported = [json.loads(server.stdout.readline())]
            ids = reported[0][2]
            time.sleep(rng.uniform(0.2, 6.0))
            server.kill()
            killed = time.time()
            reported += [json.loads(line) for line in server.stdout.read().splitlines() if line.endswith("]")]
            server.wait()
            n_reported += len(reported)
            found = losses(reported, kept, killed, oldest)
            lost += found
            for each in found:
                print(f"kill {number + 1}: {each}", flush=True)
            if (number + 1) % 20 == 0:
                print(f"{number + 1} kills: {len(lost)} lost, {oldest}", file=sys.stderr, flush=True)
    print(f"seed {given.seed}: {given.times} kills of a class of {N_PUPILS}, {n_reported:,} things reported")
    print(f"{len(lost)} lost: work older than {SAVED_WITHIN_S:g} s, or more than {STEPS_S:g} s of steps")
    print("the oldest work not yet on disk, in seconds:", {what: round(age, 2) for what, age in oldest.items()})
    return int(bool(lost))


if __name__ == "__main__":
    sys.exit(main())
