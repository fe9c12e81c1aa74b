"""The Dockerfile passes a linter, and every file that it names exists."""

import re
import subprocess
import sys
from pathlib import Path

from tests.container.__main__ import closed_folder, instructions

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_hadolint_finds_nothing_in_the_dockerfile():
    program = Path(sys.executable).with_name("hadolint")
    checked = subprocess.run([program, str(ROOT / "Dockerfile")], capture_output=True, text=True)
    assert (checked.returncode, checked.stdout) == (0, "")


def test_closed_folder_is_named_before_the_build(tmp_path: Path):
    (tmp_path / "closed" / "bin").mkdir(parents=True)
    (tmp_path / "closed" / "bin").chmod(0o755)
    (tmp_path / "closed").chmod(0o700)
    assert closed_folder(tmp_path / "closed" / "bin" / "python") == tmp_path / "closed"
    assert closed_folder(Path("/bin/sh")) is None


def test_copied_files_exist_and_are_not_ignored():
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[0] == "!"}
    sources = [source for name, rest in instructions(DOCKERFILE) if name == "COPY" for source in rest.split()[:-1]]
    assert sources
    for source in sources:
        assert (ROOT / source).exists()
        assert source.split("/")[0] in kept


def test_image_is_pinned_and_runs_without_root():
    steps = dict(instructions(DOCKERFILE))
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", steps["FROM"])
    assert steps["USER"].isdecimal()
    assert int(steps["USER"]) > 0
    assert "--require-hashes" in DOCKERFILE
    assert "_stcore/health" in steps["HEALTHCHECK"]
