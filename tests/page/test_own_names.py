"""The names of somebody's signs are shown as they are in German, wherever they are shown."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp import language
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.page.tabs.classroom.rooms import ROOMS
from tests.images.drawings.sample_drawings import letters
from tests.page.sight import draw_sign, finished, page_of, visitor_of
from tests.page.test_every_text import LIVE, everywhere
from tests.page.ways import press

OWN_SIGNS = {"tab": "Your drawings", "drawings": "signs", "epochs": 6}
UNKNOWN = ("Turmuhr", "Wellenritt", "Flaschenzug")
"""Names that no text of the page has."""
pytestmark = pytest.mark.usefixtures("german")


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The texts that were looked up in the German catalog."""
    texts, german = set[str](), language.catalog("de")
    gettext, ngettext = german.gettext, german.ngettext
    monkeypatch.setattr(german, "gettext", lambda message: texts.add(message) or gettext(message))
    monkeypatch.setattr(german, "ngettext", lambda one, many, n: texts.update((one, many)) or ngettext(one, many, n))
    return texts


def signs(*names: str) -> DrawingSet:
    """Return a set of signs with these names, and five drawings of each."""
    drawn = letters(5)
    for label, name in enumerate(names):
        drawn = drawn.renamed(label, name)
    return drawn


def with_signs(page: AppTest, *names: str) -> AppTest:
    """Teach a network signs with these names, and draw one of them."""
    visitor_of(page).signs.change(signs(*names))
    page.session_state["share_what"] = "A file"
    page = finished(press(page.run(), "signs_train"))
    return draw_sign(page, "A", np.random.default_rng(7))


def room_of_signs(open_page: Callable[..., AppTest], *names: str) -> list[AppTest]:
    """Return the pages of the holder and of a learner in a room that collects these signs."""
    holder = open_page(tab="Room")
    visitor_of(holder).signs.change(signs(*names))
    press(holder.run(), "room_open")
    room = ROOMS.of(visitor_of(holder))
    assert room is not None
    room.open_door()
    learner = press(open_page(room=room.code), "room_join")
    return [holder.run(), learner]


def test_names_are_never_looked_up_in_a_catalog(open_page: Callable[..., AppTest], looked_up: set[str]):
    for page in (with_signs(open_page(**OWN_SIGNS), *UNKNOWN), *room_of_signs(open_page, *UNKNOWN)):
        everywhere(page)
        page_of(page).parts(LIVE)
        for file in page.session_state["downloads"].files.values():
            file.make()
    assert "Clear" in looked_up
    assert [words for words in looked_up if any(name in words for name in UNKNOWN)] == []
