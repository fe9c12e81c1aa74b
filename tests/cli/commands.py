"""Helpers for the tests of all commands."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUICK = ["--layers", "16", "--epochs", "2", "--images", "960", "--batch-size", "64"]
STROKE = {"label": 1, "strokes": [[[5, 0], [5, 100]]]}


def measures(text):
    """Return the lines ``name value`` as a dictionary."""
    return dict(line.rsplit(" ", 1) for line in text.splitlines())


def in_a_terminal(monkeypatch):
    """Make stderr look like a terminal, as the captured one is a pipe, which gets no progress bars."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
