"""Everything that can be trained is kept: saved, restored after a kill, resumed, exported, sent, read, and repeated.

The rows are the `WAYS` to begin runs on the page, and the `GRID` of pairs of choices of what and how to train. One
server begins them all, and is killed by ``kill -9``; a second one opens the pages of their visitors again.
"""

import ast
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import fields, replace
from itertools import combinations, islice, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp.analysis.other_tools.network_export import TOOLS, download
from mlp.cli.main import main as command
from mlp.images.drawings.drawing_file import dump_drawings
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.jobs.checkpoints import Checkpoints
from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.job import Job
from mlp.nn.reader import Reader
from mlp.nn.weights import load_model
from mlp.page.live import new_page
from mlp.page.tabs.drawings.drawings_section import SHARES
from mlp.page.tabs.lessons.experiments import data_of
from mlp.page.tabs.lessons.lessons import LESSONS
from mlp.page.tabs.runs import downloads
from mlp.page.tabs.sent.copies import Copies, copy_of
from mlp.page.visitors.codes import new_id
from mlp.page.visitors.engine import engine
from mlp.page.visitors.persistence import is_saved, restore
from mlp.page.visitors.runs import all_runs
from mlp.page.visitors.session import visitors
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import DrawingData, drawing_data
from mlp.training.data.saved_sources import SOURCES, Source, fitted
from mlp.training.data.sources import chosen_mnist
from mlp.training.recipes import RECIPES
from mlp.training.run import Run, steps
from mlp.training.settings import SETTINGS, Settings
from tests.each_setting import NEEDS, changed_values
from tests.images.drawings.sample_drawings import letters, mixed
from tests.page import sight, ways
from tests.page.sight import APP, PATIENCE_S, draw, eventually, text, visitor_of
from tests.page.tabs.sent.test_copies import Page
from tests.page.ways import SOME, all_ways
from tests.sample_digits import sample
from tests.sample_shapes import TITLE, shapes_file, shapes_set

pytestmark = pytest.mark.timeout(600)  # twice what its server waits for one of all runs, whose end says which
PAGE = Path(__file__).resolve().parents[2] / "mlp" / "page"
WAYS = all_ways()
MORE = 20
"""Steps after the restart that must give the same bits."""
SAVED_S = 20.0
DIGITS = sample().test


FEW = next(each for each in LESSONS["examples"].experiments if each.drawings == 4)
SMALL = Settings(hidden=(16,), images=160, batch_size=8, epochs=4, seed=7, learning_rate=0.01)
FACTORS: dict[str, dict[str, dict[str, Any]]] = {
    "data": {"MNIST": {}, "own digits": {}, "own signs": {}, "signs held back": {}, "few images": {}, "a set": {}}
} | {
    one.field: {"default": {}}
    | {str(value): NEEDS.get(one.field, {}) | {one.field: value} for value in changed_values(one)}
    for one in SETTINGS
    if getattr(SMALL, one.field) == one.default
}
"""What and how a run can be trained: the names of the choices, and the settings of each."""


def all_pairs() -> list[dict[str, str]]:
    """Return choices of all factors, so that each pair of choices of two factors is in one of them."""
    factors = [[(factor, choice) for choice in choices] for factor, choices in FACTORS.items()]
    missing = {pair for one, other in combinations(factors, 2) for pair in product(one, other)}
    rows = []
    while missing:
        row = list(min(missing))
        for choices in factors:
            if choices[0][0] not in dict(row):
                row.append(
                    max(choices, key=lambda one: sum({(one, other), (other, one)} & missing != set() for other in row))
                )
        missing -= set(product(row, row))
        rows.append(dict(row))
    return rows


def source_of(data: str, share: int) -> Source:
    """Return the training data with this name."""
    if data == "MNIST":
        return chosen_mnist()
    if data == "own digits":
        return mixed(DIGITS.images[:9], DIGITS.labels[:9], share / 100)
    if data == "few images":
        return data_of(FEW)
    if data == "a set":
        return shapes_set()
    return drawing_data(letters(3 if data == "own signs" else 12))


def grid() -> dict[str, tuple[Settings, Source]]:
    """Return settings and data: of each recipe, of all pairs of choices, and of own digits at each share."""
    found: dict[str, tuple[Settings, Source]] = {}
    for name, recipe in RECIPES.items():
        small = {"hidden": (16, 8)[: len(recipe.settings.hidden)], "images": 300, "epochs": 3, "batch_size": 16}
        synthetic = min(recipe.settings.synthetic, 60)
        found[f"recipe {name}"] = replace(recipe.settings, **small, synthetic=synthetic), chosen_mnist()
    rows, shares = all_pairs(), list(reversed(SHARES))
    n_more = len(shares) - sum(row["data"] == "own digits" for row in rows)
    rows += [{**row, "data": "own digits"} for row in rows[:n_more]]
    for row in rows:
        share = shares.pop() if row["data"] == "own digits" and shares else 25
        settings = replace(
            SMALL, **{name: value for factor in row for name, value in FACTORS[factor][row[factor]].items()}
        )
        source = source_of(row["data"], share)
        if not isinstance(source, DrawingData) or source.base is None:  # as the page leaves out what is for MNIST only
            settings = fitted(settings, source)
        if isinstance(source, DrawingData) and source.base is None:
            settings = replace(settings, epochs=1)
        number = len(found) + 1
        found[f"{number} {row['data']}" + f" {share}%" * (row["data"] == "own digits")] = settings, source
    return found


GRID = grid()


def later(job: Job) -> str:
    """Return a digest of the weights after some more steps; the job itself stays at its step."""
    run, train = job.run_state(), job.training_data.load().train
    for _ in islice(steps(run, train.images, train.labels, threads=1), MORE):
        pass
    return hashlib.sha256(run.network.values).hexdigest()


def facts_of(visitor: Visitor) -> dict[str, list[Any]]:
    """Return of each run of a visitor its step, a digest of its answers, and of its weights after more steps."""
    jobs = {f"trial {place}": job for place, job in enumerate(visitor.sweep.jobs)}
    jobs |= {"run": visitor.job} if visitor.job else {}
    facts = {name: [job.snapshot(), later(job)] for name, job in jobs.items()}
    facts |= {f"earlier run {run.number}": [run.snapshot, ""] for run in visitor.runs.runs}
    facts |= {f"lesson run {run.number}": [run.snapshot, ""] for run in visitor.lesson_runs.values()}
    return {name: [now.step, answers_of(now.reader), digest] for name, (now, digest) in facts.items()}


def answers_of(reader: Reader) -> str:
    """Return a digest of a network's probabilities for some images."""
    return hashlib.sha256(reader.predict_proba(DIGITS.images[:20])).hexdigest()


def at_rest(visitor: Visitor) -> Visitor:
    """Pause a visitor's runs after some steps."""
    for job in visitor.jobs():
        eventually(lambda job=job: job.snapshot().step >= SOME)
        job.pause()
    for job in visitor.jobs():
        eventually(lambda job=job: not job.snapshot().busy)
    return visitor


def begin() -> None:
    """Begin all runs as the page's server, report them once they are on disk, and wait to be killed."""
    made, told = [], {}
    for name, (_, way) in WAYS.items():
        made.append(at_rest(visitor_of(way())))
        told[name] = [made[-1].id, facts_of(made[-1])]
    for name, (settings, source) in GRID.items():
        made.append(visitor := visitors().get(None, ""))
        visitor.runs.begin(source)
        visitor.job = Job(Run(settings), source, engine(), visitor.id)
        for _ in range(SOME):
            visitor.job.step()
        told[name] = [visitor.id, facts_of(at_rest(visitor))]
    deadline = time.monotonic() + SAVED_S
    while time.monotonic() < deadline and not all(map(is_saved, made)):
        time.sleep(0.1)
    print(json.dumps(told), flush=True)
    sys.stdin.read()


def open_again(ids: dict[str, str]) -> None:
    """Open the page of each visitor again, draw a digit, and report what it shows."""
    seen = {}
    for name, visitor_id in ids.items():
        page = AppTest.from_file(APP, default_timeout=PATIENCE_S)
        page.session_state["visitor_id"] = visitor_id
        page = draw(page.run(), 4)
        seen[name] = [visitor_of(page).id, len(page.exception), text(page)]
    print(json.dumps(seen), flush=True)


def serve(folder: Path, ids: str = "") -> subprocess.Popen[str]:
    env = {**os.environ, "MLP_CHECKPOINTS": str(folder), "MLP_WORKERS": "1"}
    words = [sys.executable, "-m", __name__, str(folder), *([ids] if ids else [])]
    return subprocess.Popen(words, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


Told = dict[str, tuple[str, dict[str, list[Any]]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def told(folder: Path) -> Told:
    """What the server said of the runs of each row before it was killed."""
    with serve(folder) as server:
        assert server.stdout is not None
        told: Told = json.loads(server.stdout.readline())
        server.kill()
    return told


@pytest.fixture(scope="module")
def returned(folder: Path, told: Told) -> dict[str, Visitor]:
    """The visitor of each row, from disk."""
    found = {name: Visitor(visitor_id) for name, (visitor_id, _) in told.items()}
    return {name: visitor for name, visitor in found.items() if restore(visitor, Checkpoints(folder))}


ROWS = [*WAYS, *GRID]


@pytest.mark.parametrize("row", ROWS)
def test_runs_return_after_a_kill_and_resume_to_the_same_bits(row: str, told: Told, returned: dict[str, Visitor]):
    assert row in returned, "nothing of it is on disk"
    assert returned[row].notice is None
    assert facts_of(returned[row]) == told[row][1]


Form = Callable[[NumberedRun], bytes | str]
PICTURES: dict[str, Form] = {
    "report": lambda run: downloads.report(run, Visitor("").digits.now),
    "png": lambda run: downloads.curves_picture(run, "png"),
}
"""The slow forms, which depend on a run's curves only, so that the rows take turns."""
EXPORTS: dict[str, Form] = {
    "weights": lambda run: downloads.weights(run, DrawingSet()),
    "home": lambda run: downloads.home_page(run, DrawingSet()),
    "csv": downloads.curves_table,
} | {tool: lambda run, tool=tool: download(run.snapshot.reader, tool, "mine") for tool in TOOLS}
"""The other forms in which the page offers a run, by their buttons."""


@pytest.mark.parametrize("row", ROWS)
def test_returned_run_is_exported_in_each_form(row: str, returned: dict[str, Visitor], tmp_path: Path):
    picture = list(PICTURES)[ROWS.index(row) % len(PICTURES)]
    for run in all_runs(returned[row])[:1]:
        files = {form: make(run) for form, make in (EXPORTS | {picture: PICTURES[picture]}).items()}
        assert all(files.values())
        (tmp_path / "mine.safetensors").write_bytes(files["weights"])
        assert answers_of(load_model(tmp_path / "mine.safetensors")) == answers_of(run.snapshot.reader)


@pytest.mark.parametrize("row", ROWS)
def test_returned_run_is_handed_on_without_its_drawings(row: str, returned: dict[str, Visitor], tmp_path: Path):
    for run in all_runs(returned[row])[:1]:
        servers, reader = [Copies(), Copies()], run.snapshot.reader
        for copies in servers:
            copies.checkpoints = Checkpoints(tmp_path)
        code = servers[0].send(Visitor(new_id()), copy_of(reader, "Ada"))
        copy = servers[1].visit(code, Page())
        assert (copy.reader.names, copy.reader.straighten) == (reader.names, reader.straighten)
        read, again = (one.predict_proba(DIGITS.images[:20]) for one in (reader, copy.reader))
        np.testing.assert_allclose(again, read, atol=0.02)
        (file,) = tmp_path.glob("*/network.safetensors")
        drawing = run.data.images[:784] if isinstance(run.data, DrawingData) else b""
        assert not any(drawing) or drawing not in file.read_bytes()


@pytest.mark.parametrize("row", GRID)
def test_shown_command_trains_the_same_weights(row: str, returned: dict[str, Visitor], tmp_path: Path, monkeypatch):
    (run,) = all_runs(returned[row])
    out, signs = tmp_path / "mine.safetensors", letters(12 if "held back" in row else 3)
    words = downloads.command_of(run, signs, str(out))
    assert (words is None) == ("own digits" in row or "few images" in row)
    if words is not None:
        (tmp_path / "my-signs.json").write_text(dump_drawings(signs))
        (tmp_path / TITLE).write_bytes(shapes_file())
        monkeypatch.chdir(tmp_path)
        assert command(shlex.split(words)[3:]) == 0
        job, train = returned[row].job, returned[row].job.training_data.load().train
        ended = job.run_state()
        for _ in steps(ended, train.images, train.labels):
            pass
        assert load_model(out).network.values.tobytes() == ended.network.values.tobytes()


def test_page_shows_each_run_again_after_a_restart(folder: Path, told: Told, returned: dict[str, Visitor]):
    with serve(folder, json.dumps({name: told[name][0] for name in WAYS})) as server:
        seen = json.loads(server.communicate()[0])
    for name, (visitor_id, exception, shown) in seen.items():
        assert (visitor_id, exception) == (told[name][0], 0)
        if job := returned[name].job:
            assert f"step {job.snapshot().step:,} of" in shown, name
            assert re.search(r"Reading with \d · ", shown)


def test_each_way_to_begin_a_run_has_a_row():
    found = set()
    for path in PAGE.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef) and path.parent.name != "visitors":
                called = {getattr(call.func, "id", "") for call in ast.walk(function) if isinstance(call, ast.Call)}
                if called & {"begin", "begin_sweep", "adopt"}:
                    found.add(f"{path.relative_to(PAGE).as_posix()} {function.name}")
    assert found == {place for place, _ in WAYS.values()}


def test_each_source_and_setting_has_a_row():
    assert {type(source).__name__ for _, source in GRID.values()} == set(SOURCES)
    values = [
        {field.name: getattr(settings, field.name) for field in fields(Settings)} for settings, _ in GRID.values()
    ]
    assert [name for name in values[0] if len({each[name] for each in values}) == 1] == []


def test_each_form_of_export_has_a_row():
    source = Path(downloads.__file__).read_text()
    buttons = set(re.findall(r'key="(\w+)_out"', source)) | {*TOOLS}
    assert buttons == set(EXPORTS | PICTURES)


if __name__ == "__main__":
    new_page.CANVAS_S = new_page.ANSWER_S = 0  # no browser has to draw the canvas first
    sight.PATIENCE_S = ways.PATIENCE_S = 300  # all rows fail if one is late
    if len(sys.argv) == 2:
        begin()
    else:
        open_again(json.loads(sys.argv[2]))
