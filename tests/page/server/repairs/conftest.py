"""Streamlit with one repair at a time."""

from collections.abc import Callable
from functools import reduce
from importlib import import_module
from typing import Any

import pytest

from mlp.page.server.streamlit_private import PRIVATE


@pytest.fixture
def repair(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that installs a repair, until the end of the test."""

    def install(name: str) -> None:
        for replaced in (place for place, digest in PRIVATE[name].items() if digest is not None):
            module, _, path = replaced.partition(":")
            *owners, last = path.split(".")
            owner: Any = reduce(getattr, owners, import_module(module))
            monkeypatch.setattr(owner, last, getattr(owner, last))  # restored after the test
        import_module(f"mlp.page.server.repairs.{name}").install()

    return install
