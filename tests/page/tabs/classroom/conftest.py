"""The time for rooms, as for the registry of visitors, and a room with two pages."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mlp.page.tabs.classroom.rooms import ROOMS
from tests.page.sight import visitor_of
from tests.page.tabs.classroom.ways import Pages
from tests.page.visitors.trouble import Clock
from tests.page.ways import press


@pytest.fixture
def clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr("mlp.page.tabs.classroom.rooms.time", clock)
    return clock


@pytest.fixture
def classroom(open_page: Callable[..., AppTest]) -> Pages:
    """A room with an open door, its holder's page and a learner's."""
    holder = press(open_page(tab="Room"), "room_open")
    room = ROOMS.of(visitor_of(holder))
    assert room is not None
    room.open_door()
    learner = press(open_page(room=room.code), "room_join")
    return room, holder.run(), learner
