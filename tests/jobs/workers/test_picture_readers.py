"""Image files are read in separate processes: a slow one is ended, and delays no other visitor."""

import os
import pickle
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from mlp.images.decoding import MAX_BYTES, MAX_SCANS, PictureError
from mlp.images.drawings.drawing_file import dump_drawings
from mlp.images.photo import read_picture
from mlp.images.picture import dump_picture
from mlp.jobs.workers.picture_readers import AT_ONCE, NICENESS, PictureReaders, picture_process, read_drawings
from tests.images.drawings.sample_drawings import letters
from tests.jobs.waiting import wait_until
from tests.wire.files import many_scans, many_specks, picture, png

DIGIT = png(picture(7))


@pytest.fixture(scope="module")
def slow():
    """Return a JPEG with the most allowed scans over the most allowed pixels, which takes seconds to decode."""
    return many_scans(MAX_SCANS - 6, (5400, 5400))


@pytest.fixture
def readers():
    with closing(PictureReaders()) as readers:
        yield readers


@pytest.mark.parametrize("data", [DIGIT, many_specks()], ids=["digit", "page"])
def test_reading_in_a_process_gives_the_same_picture(readers, data):
    assert dump_picture(readers.read(data)) == dump_picture(read_picture(data))


def test_invalid_picture_is_refused_and_the_next_is_read(readers):
    with pytest.raises(PictureError, match="not a readable image"):
        readers.read(b"digit")
    with pytest.raises(PictureError, match=r"at most 10 MB, got 10\.0 MB"):
        readers.read(bytes(MAX_BYTES + 1))
    assert readers.read(DIGIT).sheet is None


def test_drawings_read_in_a_process_are_those_of_the_file(monkeypatch):
    monkeypatch.setattr("mlp.jobs.workers.picture_readers.parse_file", None)  # not in this process
    text = dump_drawings(letters(2))
    assert dump_drawings(read_drawings(text.encode())) == text
    for data, says in ((b"{", "not JSON"), (b"[" * 5_000_001, "at most 5 MB")):
        with pytest.raises(ValueError, match=says):
            read_drawings(data)


def test_slow_picture_is_refused_after_its_time(slow):
    with closing(PictureReaders(read_s=0.05)) as impatient:
        for _ in range(AT_ONCE + 1):
            with pytest.raises(PictureError, match="takes too long"):
                impatient.read(slow)


def test_slow_picture_delays_only_its_visitor(readers, slow):
    readers.read(DIGIT)
    with ThreadPoolExecutor(1) as stranger:
        busy = [stranger.submit(readers.read, slow) for _ in range(2)]
        readers.read(DIGIT)
        assert not busy[-1].done()


def reading() -> list[int]:
    """Return the child processes that read image files."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if child.cmdline()[-1:] == [str(NICENESS)]:
                found.append(child.pid)
    return found


@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are looked for in /proc")
def test_reading_process_has_low_priority_and_ends_when_idle():
    others = reading()  # those of the page, if another test has drawn it
    with closing(PictureReaders(idle_s=0.3)) as readers:
        readers.read(DIGIT)
        (pid,) = set(reading()) - set(others)
        assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)
        wait_until(lambda: pid not in reading())
        readers.read(DIGIT)


def test_answer_with_code_is_refused():
    with closing(picture_process()) as process:
        with pytest.raises(pickle.UnpicklingError, match="must hold bytes or an error, got functools"):
            process.carry_out(partial, print)
        assert process.carry_out(bytes, 3) == bytes(3)


def worked_ticks(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are looked for in /proc")
def test_picture_is_refused_when_its_process_is_killed(readers, slow):
    others = reading()
    readers.read(DIGIT)
    (pid,) = set(reading()) - set(others)
    ticks = worked_ticks(pid)
    with ThreadPoolExecutor(1) as visitor:
        doomed = visitor.submit(readers.read, slow)
        wait_until(lambda: worked_ticks(pid) > ticks)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(PictureError, match="try again"):
            doomed.result(60)
    assert readers.read(DIGIT).sheet is None
