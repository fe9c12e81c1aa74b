"""Streamlit with all that the page's server replaces in it."""

import pytest

from mlp.page.server.serving import REPLACED


@pytest.fixture
def replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace it until the end of the test."""
    for owner, name, replacement in REPLACED:
        monkeypatch.setattr(owner, name, replacement(getattr(owner, name)))
