"""Starting a browser and the page: failures give a reason."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import chromium
from tests.browser.server import serve


def run_chromium_step(named: Path) -> subprocess.CompletedProcess[str]:
    """The first command of ``make test``, with a Chromium named by the caller."""
    command = [sys.executable, chromium.__file__]
    return subprocess.run(command, env={**os.environ, "INKLING_CHROMIUM": str(named)}, capture_output=True, text=True)


def test_unusable_named_browser_is_an_error_with_its_name(tmp_path: Path):
    stub = tmp_path / "chromium"
    stub.write_text("#!/bin/sh\necho not a browser\n")
    stub.chmod(0o755)

    for named in (stub, tmp_path / "missing"):
        step = run_chromium_step(named)
        assert step.returncode != 0
        assert step.stdout == ""
        assert f"INKLING_CHROMIUM must name a Chromium that opens pages, got {named}" in step.stderr


def test_failed_start_shows_the_end_of_the_log(tmp_path: Path):
    with (
        pytest.raises(RuntimeError, match=r"(?s)the page ended with status \d+:.*'no number'"),
        serve(tmp_path / "server.log", {"STREAMLIT_SERVER_MAX_UPLOAD_SIZE": "no number"}),
    ):
        pytest.fail("the page started")
