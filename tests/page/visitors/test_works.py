"""Each kind of a visitor's work is counted, saved, restored, set aside if it is damaged, and freed."""

import errno
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from mlp.images.picture import Picture, SheetPhoto
from mlp.images.sheet_photos.found_digits import FoundDigit
from mlp.jobs import record
from mlp.jobs.checkpoints import UNREADABLE, Checkpoints
from mlp.jobs.job import Job
from mlp.jobs.sweep import Sweep
from mlp.nn.reader import Reader
from mlp.page.visitors.persistence import DiskError, is_saved
from mlp.page.visitors.visitor import KEPT, Visitor
from mlp.page.visitors.works import (
    WORKS,
    Canvas,
    Digits,
    ImageSets,
    LessonRuns,
    Moments,
    Photo,
    Runs,
    Signs,
    Trials,
    Uploads,
)
from mlp.training.data.image_set import ImageSet
from mlp.training.data.sources import Mnist, chosen_mnist
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.images.drawings.sample_drawings import letters
from tests.jobs.sweeps import sweep_over
from tests.jobs.workers.manual_engine import ManualEngine
from tests.page.visitors.sample_work import (
    DRAWING,
    SETTINGS,
    names_on_disk,
    server,
    trained,
    with_digit,
    with_two_earlier_runs,
)


def with_small_values(visitor):
    visitor.keep_drawing(DRAWING)
    visitor.network, visitor.nickname = "uploaded-1", "Ann"
    visitor.answer("momentum", "It rolls on.")
    visitor.guesses["rates"] = (0.25, 0.5)


def with_moments(visitor):
    visitor.runs.begin(trained(1).data)
    visitor.job = trained(3)
    states = np.zeros((1, SETTINGS.n_parameters), np.float16)
    visitor.job.rewind.add([(1, states[0])])


def with_results_of_a_lesson(visitor, n_steps=3):
    visitor.sweep = sweep_over(SETTINGS, "seed", [5, 6])
    visitor.sweep.purpose, visitor.sweep.jobs = "lesson", [trained(n_steps, seed=5), trained(4, seed=6)]
    visitor.keep_lesson_runs()
    visitor.sweep = Sweep([])


def with_photo_of_two_digits(visitor, ink=9):
    ink, shown = np.full((30, 20), ink, np.uint8), np.full((10, 8, 3), 5, np.uint8)
    digits = tuple(FoundDigit((left, 0, left + 3, 8), 0, ink) for left in (0, 4))
    visitor.picture = Picture(ink, shown, SheetPhoto(shown, digits))


def with_upload(visitor, temperature):
    network = Settings(hidden=(4,)).new_network()
    visitor.uploads = {2: Reader(network), 7: Reader(network, temperature=temperature)}


THINGS = ImageSet("Things", ("A", "B"), "0" * 64, (3, 1, 1))
EXAMPLES = {
    Canvas: with_small_values,
    Digits: lambda visitor: visitor.digits.change(with_digit(7)),
    Signs: lambda visitor: visitor.signs.change(letters(2)),
    Runs: with_two_earlier_runs,
    ImageSets: lambda visitor: setattr(visitor, "sets", {THINGS.digest: THINGS}),
    Photo: with_photo_of_two_digits,
    Uploads: lambda visitor: with_upload(visitor, 0.5),
    LessonRuns: with_results_of_a_lesson,
    Trials: lambda visitor: setattr(visitor, "sweep", sweep_over(SETTINGS, "seed", [5, 6])),
    Moments: with_moments,
}
"""A visitor's work of each kind. A new kind needs a row."""
CHANGES = {
    Canvas: lambda visitor: visitor.answer("momentum", "It stops."),
    Digits: lambda visitor: visitor.digits.change(with_digit(8)),
    Signs: lambda visitor: visitor.signs.change(letters(3)),
    Runs: lambda visitor: visitor.job.set_learning_rate(0.5),
    ImageSets: lambda visitor: setattr(visitor, "sets", {THINGS.digest: replace(THINGS, title="More")}),
    Photo: lambda visitor: with_photo_of_two_digits(visitor, ink=8),
    Uploads: lambda visitor: with_upload(visitor, 0.25),
    LessonRuns: lambda visitor: with_results_of_a_lesson(visitor, n_steps=5),
    Trials: lambda visitor: visitor.sweep.jobs[1].set_learning_rate(0.5),
    Moments: lambda visitor: visitor.job.rewind.add([(2, np.ones(SETTINGS.n_parameters, np.float16))]),
}
"""A change of that work."""
KINDS = pytest.mark.parametrize("kind", WORKS)


def saved_visitor(folder, *kinds):
    """Return a visitor with work of these kinds on disk."""
    visitors = server(folder)
    visitor = visitors.get(None, "here")
    for kind in kinds:
        EXAMPLES[kind](visitor)
    visitors.save()
    assert is_saved(visitor)
    return visitor


def content(visitor):
    """Return the content of all files of a visitor as it would be saved now."""
    return {file.name: decoded(file.dump()) for work in visitor.works for file in work.files()}


def decoded(data):
    """Return equal values for files of equal content, as the order within a .safetensors file varies."""
    if data.startswith((b"{", b"[")):
        return json.loads(data)
    arrays = {name: array.tobytes() for name, array in safetensors.numpy.load(data).items()}
    if "network" in arrays:  # a file in a file
        arrays["network"] = decoded(arrays["network"])
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    return header.get("__metadata__", {}), arrays


@KINDS
def test_kind_is_counted_and_restored_as_it_was(tmp_path, kind):
    visitor = saved_visitor(tmp_path, kind)
    assert kind is Moments or kind(visitor).n_bytes() > 0
    assert kind(visitor).files() != []
    again = server(tmp_path).get(visitor.id, "here")
    assert content(again) == content(visitor)
    assert again.notice is None
    assert [work.n_bytes() > 0 for work in again.works] == [work.n_bytes() > 0 for work in visitor.works]


def test_every_kind_has_an_example_and_words_or_is_optional():
    assert EXAMPLES.keys() == CHANGES.keys() == set(WORKS)
    assert [kind for kind in WORKS if not kind.words] == [Moments]


@KINDS
def test_restored_work_is_not_written_again(tmp_path, kind):
    visitor = saved_visitor(tmp_path, kind)
    visitors = server(tmp_path)
    visitors.get(visitor.id, "here")
    before = {path: path.stat().st_ino for path in tmp_path.glob("*/*.*")}  # a file is replaced, not changed
    visitors.save(all_now=True)
    assert before
    assert {path: path.stat().st_ino for path in before} == before


@KINDS
def test_changed_work_is_written(tmp_path, kind):
    visitor = saved_visitor(tmp_path, kind)
    visitors = server(tmp_path)
    again = visitors.get(visitor.id, "here")
    CHANGES[kind](again)
    visitors.save()
    assert content(server(tmp_path).get(visitor.id, "here")) == content(again) != content(visitor)


def damage(folder, visitor, name):
    next(folder.glob(f"*/{name}")).write_bytes(b"noise")


def write_what_no_kind_decodes(folder, visitor, name):
    Checkpoints(folder).write(visitor.id, name, b"noise")


@pytest.mark.parametrize("spoil", [damage, write_what_no_kind_decodes])
@KINDS
def test_damaged_file_is_set_aside_and_named_once_and_the_others_load(tmp_path, caplog, kind, spoil):
    visitor = saved_visitor(tmp_path, *WORKS)
    names = {name for name in names_on_disk(tmp_path) if kind(visitor).number_of(name) is not None}
    for name in names:
        spoil(tmp_path, visitor, name)
    visitors = server(tmp_path)
    again = visitors.get(visitor.id, "here")
    gone = {*names, "4.moments.safetensors"} if kind is Runs else names  # saved steps need their run
    before, now = content(visitor), content(again)
    assert {name: before[name] for name in before.keys() - gone} == {name: now[name] for name in now.keys() - gone}
    assert now.keys() & gone <= {"canvas.json"}
    assert (kind.words.partition("{")[0] in again.notice) if kind.words else (again.notice is None)
    assert all(name in caplog.text for name in names)
    EXAMPLES[kind](again)
    visitors.save()
    aside = {path.name.partition(".")[2] for path in tmp_path.glob(f"*/{UNREADABLE}/*")}
    assert names <= aside
    last = server(tmp_path).get(visitor.id, "here")
    assert content(last) == content(again)
    assert last.notice is None


def test_run_without_its_own_folder_of_images_is_set_aside(tmp_path, monkeypatch):
    data = chosen_mnist().load()
    visitors = server(tmp_path)
    visitor = visitors.get(None, "here")
    visitor.digits.change(with_digit(7))
    with monkeypatch.context() as patch:
        patch.setattr(Mnist, "load", lambda mnist: data)
        visitor.runs.begin(Mnist("/moved"))
        visitor.job = Job(Run(SETTINGS), Mnist("/moved"), ManualEngine())
        visitors.save()
    again = server(tmp_path).get(visitor.id, "here")
    assert (again.job, len(again.digits.now)) == (None, 1)
    assert "part of your earlier work: run 1." in again.notice


def test_file_of_no_known_kind_is_set_aside_too(tmp_path):
    visitor = saved_visitor(tmp_path, Digits)
    checkpoints = Checkpoints(tmp_path)
    for name in ("bookmarks.json", "x.run.safetensors"):
        checkpoints.write(visitor.id, name, b"[]")
    visitors = server(tmp_path)
    again = visitors.get(visitor.id, "here")
    assert "something of another version of Inkling" in again.notice
    visitors.save()
    assert names_on_disk(tmp_path) == ["canvas.json", "digits.json"]
    aside = {path.name.partition(".")[2] for path in tmp_path.glob(f"*/{UNREADABLE}/*")}
    assert aside == {"bookmarks.json", "x.run.safetensors"}


def test_visitor_whose_work_is_all_unreadable_keeps_the_code_and_can_delete_it(tmp_path):
    visitor = saved_visitor(tmp_path, Digits)
    for name in ("canvas.json", "digits.json"):
        damage(tmp_path, visitor, name)
    for _ in range(2):
        visitors = server(tmp_path)
        again = visitors.get(visitor.id, "here")
        assert again.id == visitor.id
        visitors.save()
    assert len(list(tmp_path.glob(f"*/{UNREADABLE}/*"))) == 2
    visitors.remove(again)
    assert list(tmp_path.glob("*/*")) == []


@pytest.mark.parametrize("trouble", [MemoryError(), OSError(errno.EIO, "Input/output error")])
@KINDS
def test_disk_or_memory_that_fails_leaves_every_file_where_it_is(tmp_path, monkeypatch, kind, trouble):
    visitor = saved_visitor(tmp_path, *WORKS)
    read, names = Path.read_bytes, names_on_disk(tmp_path)

    def fails(path):
        if kind(visitor).number_of(path.name) is not None:
            raise trouble
        return read(path)

    visitors = server(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", fails)
        with pytest.raises(DiskError):
            visitors.get(visitor.id, "here")
        visitors.save()
    assert names_on_disk(tmp_path) == names
    assert content(visitors.get(visitor.id, "here")) == content(visitor)


def test_memory_that_runs_out_while_a_file_is_decoded_is_no_damage(tmp_path, monkeypatch):
    visitor = saved_visitor(tmp_path, Runs)

    def fails(*_):
        raise MemoryError

    visitors = server(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(record, "parse_source", fails)
        with pytest.raises(DiskError):
            visitors.get(visitor.id, "here")
    assert content(visitors.get(visitor.id, "here")) == content(visitor)


@KINDS
def test_work_that_is_gone_leaves_the_disk(tmp_path, kind):
    visitors = server(tmp_path)
    visitor = visitors.get(None, "here")
    EXAMPLES[kind](visitor)
    visitors.save()
    assert names_on_disk(tmp_path) != []
    empty = Visitor("x")
    for name in KEPT:
        setattr(visitor, name, getattr(empty, name))
    visitors.save()
    assert names_on_disk(tmp_path) == []


def test_new_result_of_a_lesson_takes_a_free_number(tmp_path):
    visitor = saved_visitor(tmp_path, LessonRuns)
    damage(tmp_path, visitor, "0.lesson.safetensors")
    visitors = server(tmp_path)
    again = visitors.get(visitor.id, "here")
    again.sweep = sweep_over(SETTINGS, "seed", [8, 9])
    again.sweep.purpose, again.sweep.jobs = "lesson", [trained(3, seed=8)]
    again.keep_lesson_runs()
    again.sweep = Sweep([])
    visitors.save()
    seeds = [run.snapshot.settings.seed for run in server(tmp_path).get(visitor.id, "here").lesson_runs.values()]
    assert sorted(seeds) == [6, 8]
