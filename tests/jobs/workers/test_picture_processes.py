"""Image files are read in separate processes: a slow one is ended, and delays no other visitor."""

import os
import pickle
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from mlp.images.decoding import FORMATS, MAX_BYTES, MAX_SCANS, PictureError
from mlp.images.drawings.drawing_file import dump_drawings, parse_drawings
from mlp.images.photo import decode_picture
from mlp.images.picture import dump_picture
from mlp.jobs.workers.picture_processes import (
    AT_ONCE,
    MAX_WITHOUT_IMAGE,
    NICENESS,
    FileProcesses,
    decode,
    decode_drawings,
    paint,
    picture_process,
)
from tests.images.drawings.sample_drawings import letters
from tests.jobs.waiting import wait_until
from tests.wire.files import many_drawings, many_scans, many_specks, many_strokes, picture, png

DIGIT = png(picture(7))


@pytest.fixture(scope="module")
def slow():
    """Return a JPEG with the most allowed scans over the most allowed pixels, which takes seconds to decode."""
    return many_scans(MAX_SCANS - 6, (5400, 5400))


@pytest.fixture
def picture_processes(monkeypatch):
    """Return a context in which pictures are decoded by processes of its own, with these arguments."""

    @contextmanager
    def processes(**arguments):
        with closing(FileProcesses(AT_ONCE, **arguments)) as own, monkeypatch.context() as patch:
            patch.setattr("mlp.jobs.workers.picture_processes._pictures", own)
            yield

    return processes


@pytest.fixture
def decoders(picture_processes):
    with picture_processes():
        yield decode


@pytest.mark.parametrize("data", [DIGIT, many_specks()], ids=["digit", "page"])
def test_reading_in_a_process_gives_the_same_picture(decoders, data):
    assert dump_picture(decoders(data)) == dump_picture(decode_picture(data))


def test_invalid_picture_is_refused_and_the_next_is_read(decoders):
    with pytest.raises(PictureError, match="not a readable image") as refused:
        decoders(b"digit")
    assert refused.value.args[0].values == {"formats": ", ".join(FORMATS)}  # so that it can be translated here
    with pytest.raises(PictureError, match=r"at most 10 MB, got 10\.0 MB"):
        decoders(bytes(MAX_BYTES + 1))
    assert decoders(DIGIT).sheet is None


def test_drawings_read_in_a_process_are_those_of_the_file(monkeypatch):
    monkeypatch.setattr("mlp.jobs.workers.picture_processes.gc", None)  # not in this process
    text = dump_drawings(letters(2))
    assert dump_drawings(decode_drawings(text.encode())) == text
    for data, says in ((b"{", "not JSON"), (b"[" * 5_000_001, "at most 5 MB")):
        with pytest.raises(ValueError, match=says):
            decode_drawings(data)


def test_file_of_many_drawings_without_an_image_is_refused():
    assert len(decode_drawings(many_strokes(MAX_WITHOUT_IMAGE))) == MAX_WITHOUT_IMAGE
    too_many = many_strokes(MAX_WITHOUT_IMAGE + 1)
    with pytest.raises(ValueError, match="at most 100 drawings without an image, got 101; upload several files"):
        decode_drawings(too_many)
    with pytest.raises(ValueError, match="got 500; upload"):
        decode_drawings(many_strokes(500))
    assert len(parse_drawings(too_many)) == MAX_WITHOUT_IMAGE + 1  # by the library
    assert len(decode_drawings(many_drawings(MAX_WITHOUT_IMAGE + 1))) == MAX_WITHOUT_IMAGE + 1


def test_too_long_file_of_drawings_is_refused_before_it_waits(monkeypatch):
    monkeypatch.setattr("mlp.jobs.workers.picture_processes._drawings", None)
    with pytest.raises(ValueError, match="at most 5 MB"):
        decode_drawings(b"[" * 5_000_001)


@pytest.mark.parametrize(
    ("processes", "act"),
    [
        ("_drawings", partial(decode_drawings, dump_drawings(letters(2)).encode())),
        ("_pictures", partial(paint, bytes, 3)),
        ("_pictures", partial(decode, DIGIT)),
    ],
    ids=["drawings", "painting", "photo"],
)
def test_wait_for_a_turn_ends_in_a_sentence(monkeypatch, processes, act):
    with closing(FileProcesses(wait_s=0)) as busy:  # a process takes longer to start
        monkeypatch.setattr(f"mlp.jobs.workers.picture_processes.{processes}", busy)
        with pytest.raises(PictureError, match="many files are being read"):
            act()


def test_slow_picture_is_refused_after_its_time(picture_processes, slow):
    with picture_processes(work_s=0.05):
        for _ in range(AT_ONCE + 1):
            with pytest.raises(PictureError, match="takes too long"):
                decode(slow)


def test_slow_picture_delays_only_its_visitor(decoders, slow):
    decoders(DIGIT)
    with ThreadPoolExecutor(1) as stranger:
        busy = [stranger.submit(decoders, slow) for _ in range(2)]
        decoders(DIGIT)
        assert not busy[-1].done()


def decoding() -> list[int]:
    """Return the child processes that read image files."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if child.cmdline()[-1:] == [str(NICENESS)]:
                found.append(child.pid)
    return found


@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are looked for in /proc")
def test_reading_process_has_low_priority_and_ends_when_idle(picture_processes):
    others = decoding()  # those of the page, if another test has drawn it
    with picture_processes(idle_s=0.3):
        decode(DIGIT)
        (pid,) = set(decoding()) - set(others)
        assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)
        wait_until(lambda: pid not in decoding())
        decode(DIGIT)


def test_answer_with_code_is_refused():
    with closing(picture_process()) as process:
        with pytest.raises(pickle.UnpicklingError, match="must hold bytes or an error, got functools"):
            process.carry_out(partial, print)
        assert process.carry_out(bytes, 3) == bytes(3)


def worked_ticks(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are looked for in /proc")
def test_picture_is_refused_when_its_process_is_killed(decoders, slow):
    others = decoding()
    decoders(DIGIT)
    (pid,) = set(decoding()) - set(others)
    ticks = worked_ticks(pid)
    with ThreadPoolExecutor(1) as visitor:
        doomed = visitor.submit(decoders, slow)
        wait_until(lambda: worked_ticks(pid) > ticks)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(PictureError, match="try again"):
            doomed.result(60)
    assert decoders(DIGIT).sheet is None
