"""Inkling as an installed package: its command opens the same page from any folder."""

import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import APP, Server, serve
from tests.browser.sight import answer, write

PROGRAM = [sys.executable, "-P", "-c", "import sys; from mlp.cli.main import inkling; sys.exit(inkling())"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the unpacked wheel, as pip installs it; its requirements are here."""
    built, target = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(built)]
    subprocess.run(build, cwd=APP.parent, check=True, capture_output=True, timeout=120)
    for wheel in built.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(target)
    return target


def test_inkling_command_opens_the_page_from_any_folder(installed: Path, page: Page, server: Server, tmp_path: Path):
    write(page, 3, saved=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("streamlit.py", "app.py", "mlp.py"):  # names that a user's folder may contain
        (elsewhere / name).write_text("raise RuntimeError('this is not the page')\n")
    with serve(tmp_path / "log", {"PYTHONPATH": str(installed)}, program=PROGRAM, folder=elsewhere) as second:
        page.goto(second.url)
        expect(page).to_have_title("Inkling")
        expect(answer(page)).to_contain_text("Nothing drawn yet")
        expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(250, 249, 247)")
        expect(page.get_by_test_id("stException")).to_have_count(0)

        # A browser sends a host's cookies to all ports, so each server must find its own visitor by them.
        write(page, 7, saved=True)
        page.goto(server.url)
        expect(answer(page)).to_contain_text("3")
        page.goto(second.url)
        expect(answer(page)).to_contain_text("7")
        page.goto("about:blank")
    assert second.process.poll() is not None
    with pytest.raises(OSError, match="refused"):
        urlopen(f"{second.url}/_stcore/health", timeout=30)
