"""A few seconds of the siege: it loses nothing, and finds what is lost."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.wire.siege import run
from tests.wire.student import Student


@pytest.mark.thorough
@pytest.mark.skipif(not Path("/proc").exists(), reason="memory shared by processes is measured in /proc")
def test_class_loses_nothing_while_its_server_is_killed(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    run(["server"], seed=5, seconds=4, folder=tmp_path, n_students=2)
    rows = [line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert [(row[0], row[3]) for row in rows[2:]] == [("nothing", "0"), ("the server is killed", "0")]
    assert "outlived" not in str(rows)


@pytest.mark.parametrize(("seen", "lost"), [("7", ""), ("another", "a drawing")])
def test_drawing_that_does_not_return_is_found(seen: str, lost: str):
    class Page(SimpleNamespace):
        async def reload(self) -> None:
            self.network_saw = seen

        async def until(self, condition) -> None:
            assert condition()

    student = Student("http://127.0.0.1:1", None)
    student.drawn = [(0.0, "4"), (1.0, "7")]
    student.visitor = Page(step=0, progress="step 0 of 9", at_rest=False, step_since=0.0)
    assert asyncio.run(student.loss([])) == lost
