"""What the tests of all commands share."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUICK = ["--layers", "16", "--epochs", "2", "--images", "960", "--batch-size", "64"]
STROKE = {"label": 1, "strokes": [[[5, 0], [5, 100]]]}


def measures(text):
    """The lines ``name value`` as a dictionary."""
    return dict(line.rsplit(" ", 1) for line in text.splitlines())


def in_a_terminal(monkeypatch):
    """Let stderr be a terminal, where progress bars are drawn: what is captured counts as a pipe, which gets none."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
