"""Visitors' data sets: one file for all who have the same, which goes with the last of them."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mlp.jobs.checkpoints import Checkpoints
from mlp.jobs.job import Job
from mlp.jobs.workers import picture_processes
from mlp.jobs.workers.picture_processes import MAX_SET_IMAGES, decode_set, stored_set
from mlp.page.visitors.registry import Visitors
from mlp.page.visitors.shelf import images_of
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.image_set import (
    FOLDER,
    STORED,
    UNUSED_S,
    ImageSet,
    offered,
    splits_of,
    store,
    stored_file,
)
from mlp.training.data.saved_sources import fitted
from mlp.training.run import Run
from tests.jobs.workers.manual_engine import ManualEngine
from tests.page.sight import eventually
from tests.page.visitors.sample_work import SETTINGS
from tests.sample_shapes import TITLE, shapes, shapes_data, shapes_file


@pytest.fixture
def sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of stored sets; none is offered."""
    monkeypatch.setenv(STORED, str(tmp_path / "sets"))
    monkeypatch.delenv(FOLDER)
    monkeypatch.setattr(picture_processes, "_known", {})
    offered.cache_clear()
    yield tmp_path / "sets"
    offered.cache_clear()


def file_of(n_each: int, seed: int) -> bytes:
    images, labels = shapes(n_each, seed)
    out = io.BytesIO()
    np.savez_compressed(out, images=images, labels=labels)
    return out.getvalue()


def taken(n_each: int = 10, seed: int = 5) -> ImageSet:
    return decode_set(file_of(n_each, seed), f"{TITLE}.npz")[0]


def server(folder: Path, **limits: float) -> Visitors:
    return Visitors(lambda session: session == "here", Checkpoints(folder, **limits))


def with_set(visitors: Visitors, data: ImageSet, *, trains: bool = False) -> Visitor:
    visitor = visitors.get(None, "here")
    visitor.sets = {data.digest: data}
    if trains:
        visitor.runs.begin(data)
        visitor.job = Job(Run(fitted(SETTINGS, data)), data, ManualEngine())
    return visitor


def files(sets: Path) -> list[str]:
    """Return the names of all stored files, after what nobody has was deleted, as if they were all old."""
    return sorted(file.name for file in sets.iterdir())


def pass_ten_minutes(sets: Path, visitors: Visitors) -> None:
    for file in sets.iterdir():
        os.utime(file, (0, file.stat().st_mtime - UNUSED_S - 1))
    visitors.delete_unused_sets()


def test_thirty_visitors_with_the_same_file_have_one(sets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    visitors, parse, parsed = server(tmp_path / "kept"), picture_processes.parse_data, []
    monkeypatch.setattr(picture_processes, "parse_data", lambda *given: parsed.append(given) or parse(*given))
    packed = file_of(10, seed=5)
    for number in range(30):
        about = stored_set(packed, f"{number}.npz", str(sets), room=1)
        with_set(visitors, taken())
    assert about == stored_set(packed, "x.npz", str(sets), room=1)
    assert len(parsed) == 1
    assert files(sets) == [taken().digest]
    visitors.save()
    pass_ten_minutes(sets, visitors)
    assert files(sets) == [taken().digest]
    assert len(list((tmp_path / "kept").glob("*/*.set.json"))) == 30


def test_who_stores_a_visitors_set_does_not_decode_the_offered_ones(sets: Path, monkeypatch: pytest.MonkeyPatch):
    sets.with_name("offered").mkdir()
    (sets.with_name("offered") / "Things.npz").write_bytes(shapes_file())
    monkeypatch.setenv(FOLDER, str(sets.with_name("offered")))
    stored_set(file_of(10, seed=5), "x.npz", str(sets), room=1)
    assert len(files(sets)) == 1


def test_one_who_deletes_all_work_takes_nothing_from_another(sets: Path, tmp_path: Path):
    visitors, data = server(tmp_path / "kept"), taken()
    first, second = (with_set(visitors, data, trains=True) for _ in range(2))
    visitors.save()
    visitors.remove(first)
    pass_ten_minutes(sets, visitors)
    again = server(tmp_path / "kept").get(second.id, "here")
    assert again.sets == {data.digest: data}
    assert again.job.data.load().learned == data.learned
    visitors.remove(second)
    pass_ten_minutes(sets, visitors)
    assert files(sets) == []


def test_set_outlives_a_killed_server_and_its_run_goes_on(sets: Path, tmp_path: Path):
    data = taken()
    before = server(tmp_path / "kept")
    visitor = with_set(before, data, trains=True)
    visitor.sets = {}  # as if it was offered: the run alone keeps it
    before.save()
    after = server(tmp_path / "kept")
    pass_ten_minutes(sets, after)
    again = after.get(visitor.id, "here")
    assert again.job.data == data
    assert again.notice is None


def test_run_whose_set_is_gone_is_restored_and_says_so_when_it_goes_on(sets: Path, tmp_path: Path):
    data, before = taken(), server(tmp_path / "kept")
    visitor = with_set(before, data, trains=True)
    before.save()
    stored_file(data.digest).unlink()
    splits_of.cache_clear()
    again = server(tmp_path / "kept").get(visitor.id, "here")
    assert again.notice is None
    assert again.sets == {data.digest: data}
    assert (again.job.data, again.job.snapshot().learned) == (data, data.learned)
    again.job.play()
    eventually(lambda: again.job.snapshot().error is not None)
    assert "lacks its images" in again.job.snapshot().error


def test_set_of_a_visitor_in_memory_is_not_deleted_before_it_is_saved(sets: Path, tmp_path: Path):
    visitors = server(tmp_path / "kept")
    data = with_set(visitors, taken()).sets.popitem()[1]
    with_set(visitors, data)
    pass_ten_minutes(sets, visitors)
    assert files(sets) == [data.digest]


def test_set_counts_for_each_owner_and_once_for_the_server(sets: Path, tmp_path: Path):
    data = taken(200)
    size = stored_file(data.digest).stat().st_size
    assert size == 600 * 785
    small = server(tmp_path / "small", max_mb=size / 1e6)  # of which one may have a tenth
    visitor = with_set(small, data)
    small.save()
    assert "disk is full" in visitor.notice
    large = server(tmp_path / "large", max_mb=11 * size / 1e6)
    owners = [with_set(large, data) for _ in range(30)]
    large.save()
    assert [owner.notice for owner in owners] == [None] * 30


def test_network_that_names_the_digest_of_another_visitors_set_finds_no_images(sets: Path, tmp_path: Path):
    data = store(shapes_data())
    visitors = server(tmp_path / "kept")
    with_set(visitors, data)
    stranger = visitors.get(None, "there")
    assert images_of(stranger, data.learned.reads) is None
    with_set(visitors, data)
    assert images_of(with_set(visitors, data), data.learned.reads) == data


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (bytes(10_000_001), "at most 10 MB"),
        (b"no ZIP", "a data set must be a folder, an .npz or a ZIP"),
        (file_of(1, 0), "at least 3 images of each class"),
    ],
)
def test_file_that_is_no_set_is_refused_by_its_rule_and_stores_nothing(sets: Path, data: bytes, rule: str):
    with pytest.raises(ValueError, match=rule):
        decode_set(data, "x.npz")
    assert not sets.exists()


def test_sets_beyond_what_a_server_holds_are_refused(sets: Path, monkeypatch: pytest.MonkeyPatch):
    pixels = np.zeros((MAX_SET_IMAGES + 1, 784), np.uint8)
    out = io.BytesIO()
    np.savez_compressed(out, images=pixels, labels=np.arange(len(pixels)) % 2)
    with pytest.raises(ValueError, match="at most 40,000 images, got 40,001"):
        decode_set(out.getvalue(), "x.npz")
    taken()
    monkeypatch.setattr(picture_processes, "MAX_SETS_BYTES", 1)
    with pytest.raises(ValueError, match="no room for another data set now; try again in ten minutes"):
        decode_set(file_of(10, seed=6), "x.npz")
