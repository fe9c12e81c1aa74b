"""The time for rooms, as for the registry of visitors."""

from typing import Any

import pytest


@pytest.fixture
def clock(clock: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("mlp.page.tabs.classroom.rooms.time", clock)
    return clock
