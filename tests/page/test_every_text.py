"""Each text goes through a catalog: with one that accents every letter, nothing is left in plain English."""

import json
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from gettext import NullTranslations
from typing import Any

import pytest
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.testing.v1 import AppTest

from mlp import language
from mlp.page.tabs.classroom.rooms import ROOMS
from mlp.page.tabs.lessons.lessons_section import LESSON_VIEWS, lessons_open
from mlp.page.tabs.registry import SECTIONS
from tests.languages.made_up import accented
from tests.languages.plain_words import english_in
from tests.page.sight import draw, page_of, visitor_of
from tests.page.test_everywhere import REFUSED, STATES
from tests.page.ways import press
from tests.sample_shapes import LICENSE, NAMES, TITLE

OF_THE_SET = re.compile("|".join([*NAMES, TITLE, LICENSE]))
"""What the offered data set is called, and its classes."""
READ = {"label", "help", "body", "placeholder", "options", "content", "caption", "text", "description"}
"""Fields of messages that a visitor reads."""
LIVE = ("run", "reading", "scene", "room", "page")
"""What makes the parts that the live channel sends, by its names."""


class Accented(NullTranslations):
    """Translates every text into accented letters: what is left plain went through no catalog."""

    def gettext(self, message: str) -> str:
        return accented(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)


def texts_in(message: Any) -> Iterator[str]:
    """Return the texts of a message that a visitor reads, with what Streamlit says in an unnamed list."""
    if message.DESCRIPTOR.name in ("Selectbox", "MultiSelect") and not message.placeholder:
        yield "Choose an option"
    for field, value in message.ListFields():
        values = value if field.is_repeated else [value]
        if field.type == field.TYPE_MESSAGE and not field.message_type.GetOptions().map_entry:
            for each in values:
                yield from texts_in(each)
        elif field.type == field.TYPE_STRING and field.name in READ:
            yield from values
        elif field.name == "json" and value[:1] in '{["':
            yield from strings_in(json.loads(value))


def strings_in(data: Any, name: str = "body") -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from strings_in(value, "body" if key.startswith("html.") else key)
    elif isinstance(data, str) and name in READ:
        yield data


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Texts that have gone through no catalog, of all messages from now on."""
    found: set[str] = set()
    monkeypatch.setattr(language, "_spoken", ContextVar("language", default="ja"))
    monkeypatch.setattr(language, "catalog", lambda _: Accented())
    send = ScriptRunContext.enqueue

    def enqueue(context: ScriptRunContext, message: Any) -> None:
        for text in texts_in(message):
            found.update(english_in(OF_THE_SET.sub("", text)))
        send(context, message)

    monkeypatch.setattr(ScriptRunContext, "enqueue", enqueue)
    return found


def live_texts(page: AppTest) -> set[str]:
    """Return the plain texts of the parts that the live channel sends."""
    parts = page_of(page).parts(LIVE)
    assert {"html.answer", "html.spoken", "scene"} <= set(parts)
    return {text for each in strings_in(parts) for text in english_in(each)}


def everywhere(page: AppTest) -> None:
    """Open each section and view, and each lesson."""
    for section in SECTIONS:
        page.session_state["requested_tab"] = section.name
        page.run()
        for view in section.views.titles if section.views is not None else ():
            page.session_state[section.views.chosen.key] = view
            page.run()
    page.session_state[lessons_open.key] = True
    for lesson in LESSON_VIEWS.titles:
        page.session_state[LESSON_VIEWS.chosen.key] = lesson
        page.run()
    assert not page.exception


@pytest.mark.parametrize("state", ["nothing drawn", "during a run", "after a run", "a taught network", "own signs"])
def test_each_text_of_each_place_goes_through_a_catalog(
    english: set[str], open_page: Callable[..., AppTest], state: str
):
    page = STATES[state](open_page)
    everywhere(page)
    assert "\n".join(sorted(english | live_texts(page))) == ""


@pytest.mark.parametrize("what", [what for what in REFUSED if what != "a link"])  # whose names and values stay
def test_refusals_go_through_a_catalog(english: set[str], open_page: Callable[..., AppTest], what: str):
    link, act = REFUSED[what]
    act(open_page(**link))
    assert "\n".join(sorted(english)) == ""


def test_rooms_go_through_a_catalog(english: set[str], open_page: Callable[..., AppTest]):
    holder = press(open_page(tab="Room"), "room_open")
    room = ROOMS.of(visitor_of(holder))
    assert room is not None
    room.open_door()
    learner = press(open_page(room=room.code), "room_join")
    draw(learner, 7)
    for page in (holder, learner):
        everywhere(page.run())
        english |= live_texts(page)
    assert "\n".join(sorted(english)) == ""
