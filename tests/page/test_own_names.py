"""Signs that somebody names like words of the page keep their names in German, wherever they are shown."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp import language
from mlp.images.drawings.drawing_file import parse_drawings
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.page.tabs.classroom.rooms import ROOMS
from tests.images.drawings.sample_drawings import letters
from tests.page.sight import component, draw_sign, finished, markup, page_of, text, visitor_of
from tests.page.test_every_text import LIVE, everywhere
from tests.page.ways import press

NAMES = ("Clear", "Train", "Undo")
TRANSLATED = ("Leeren", "Trainieren", "Rückgängig")
OWN_SIGNS = {"tab": "Your drawings", "drawings": "signs", "epochs": 6}
UNKNOWN = ("Turmuhr", "Wellenritt", "Flaschenzug")
"""Names that no text of the page has."""
pytestmark = pytest.mark.usefixtures("german")


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The texts that were looked up in the German catalog."""
    texts, german = set[str](), language.catalog("de")
    translation = german.gettext
    monkeypatch.setattr(german, "gettext", lambda message: texts.add(message) or translation(message))
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


def check(shown: dict[str, str]) -> None:
    """Check that each place shows the names as they are, and no translation."""
    for place, words in shown.items():
        assert [name for name in NAMES if name in words] == [*NAMES], place
        assert [name for name in TRANSLATED if name in words] == [], place


def labels(page: AppTest, key: str) -> str:
    """Return the labels of the buttons whose keys are this and a number."""
    return " ".join(button.label for button in page.button if re.fullmatch(rf"{key}_\d", str(button.key)))


def test_names_of_signs_are_not_translated(open_page: Callable[..., AppTest]):
    page = with_signs(open_page(**OWN_SIGNS), *NAMES)
    picture, files = component(page, "stage_network"), page.session_state["downloads"].files
    shown = {
        "bars": text(page, "bars"),
        "row": labels(page, "sign"),
        "names in the picture": str(picture["names"]),
        "description of the picture": picture["description"],
        "drawings": text(page, "sections"),
        "choice": str(page.selectbox(key="drawings_name_3").options),
        "file": str(parse_drawings(files["drawings_out"].make()).names),
        "page to take home": str(re.findall('<li id="bar-.*?</b>', files["share_file"].make())),
    }
    assert text(page, "answer").startswith("Clear 9")
    assert ">Liest Clear, " in markup(page)  # for screen readers
    page.session_state["requested_tab"] = "Mistakes"
    shown["table"] = component(page.run(), "confusion")
    check(shown)


def test_names_of_a_room_of_signs_are_not_translated(open_page: Callable[..., AppTest]):
    holder, learner = room_of_signs(open_page, *NAMES)
    check(
        {
            "row": component(learner, "room_row"),
            "wall": text(learner, "room_wall"),
            "wall of the holder": component(holder, "room_held_wall"),
            "guess": str(learner.button_group(key="room_guess_of").options),
        }
    )
    assert "Zeichne Clear, und drücke dann Clear." in text(learner, "correction_row")


def test_names_are_never_looked_up_in_a_catalog(open_page: Callable[..., AppTest], looked_up: set[str]):
    for page in (with_signs(open_page(**OWN_SIGNS), *UNKNOWN), *room_of_signs(open_page, *UNKNOWN)):
        everywhere(page)
        page_of(page).parts(LIVE)
    assert "Clear" in looked_up
    assert [words for words in looked_up if any(name in words for name in UNKNOWN)] == []
