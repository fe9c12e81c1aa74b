"""The lab: each room on a fresh page, by its link."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mlp.page.settings.hiding import LAB_ROOMS
from tests.browser.sight import part, tab


@pytest.mark.parametrize("room", LAB_ROOMS)
def test_a_link_opens_a_room_in_sight(open_page: Callable[..., Page], room: str):
    page = open_page(f"?lab={room}")
    expect(tab(page, "Lab")).to_be_checked()
    expect(part(page, f"lab_{room}").get_by_text("Three questions")).to_be_visible()
    expect(part(page, "lab_card").get_by_role("radio", name=LAB_ROOMS[room], exact=True)).to_be_in_viewport()
