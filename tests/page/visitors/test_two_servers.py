"""A second page on a folder that MLP_CHECKPOINTS names ends before it serves anybody."""

import subprocess
import sys

from mlp.jobs.checkpoints import chosen_checkpoints
from tests.page.sight import APP

START = """
import sys
from mlp.jobs import checkpoints
from streamlit.web.cli import main
checkpoints.LOCK_WAIT_S = 0.0
sys.argv = ["streamlit", "run", sys.argv[1], "--server.port", "0", "--server.headless", "true"]
main()
"""


def test_second_page_on_a_named_folder_ends_with_the_address_of_the_first(tmp_path, monkeypatch):
    monkeypatch.setenv("MLP_CHECKPOINTS", str(tmp_path))
    first = chosen_checkpoints("http://localhost:8501/")
    second = subprocess.run([sys.executable, "-c", START, APP], capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "Inkling cannot start: the page at http://localhost:8501/ keeps its visitors' work" in second.stderr
    assert "Traceback" not in second.stderr
    assert first is not None
