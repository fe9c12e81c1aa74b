"""The first minute in German: a drawing, a run with its problem and remedy, refusals, and what leaves the page."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mlp.page.script.language import asked_by
from tests.page.sight import WILD, at_rest, eventually, finished, networks, text, visitor_of
from tests.page.ways import press

pytestmark = pytest.mark.usefixtures("german")


def test_run_has_its_names_and_numbers_as_in_german(open_page: Callable[..., AppTest]):
    page = finished(press(open_page(epochs=1), "train"))
    assert page.button(key="pause").label == "Weiter"
    assert "Schritt 125 von 125" in text(page, "progress")
    assert networks(page) == ["Vortrainiert", "Einfach", "1 · eigene Einstellungen"]


def test_problem_of_a_run_comes_with_its_remedy(open_page: Callable[..., AppTest]):
    page = press(open_page(**WILD), "train")
    eventually(lambda: not visitor_of(page).job.snapshot().playing)
    at_rest(page)
    assert "keine endliche Zahl mehr" in text(page, "hint_diverged")
    assert page.button(key="remedy_diverged").label == "Lernrate 0,0005 probieren"


def test_refusal_says_its_rule(open_page: Callable[..., AppTest]):
    page = open_page(epochs=0)
    assert "Epochen: eine ganze Zahl von 1 bis 100 (im Link: 0)" in page.warning[0].value
    press_refused = page.text_input(key="code").set_value("k7") and page.button(key="come_back").click().run()
    assert "Ein Code hat" in press_refused.error[0].value


def test_link_to_share_opens_in_the_language_of_its_sender(open_page: Callable[..., AppTest]):
    page = open_page(epochs=3)
    page.button_group(key="share_what").set_value("These settings").run()
    assert [one for one in page.get("html") if 'data-link="?epochs=3&amp;lang=de"' in one.proto.body]


@pytest.mark.parametrize(
    ("query", "cookie", "browser", "spoken"),
    [
        ("lang=es&epochs=3", "de", "fr-FR,fr;q=0.9", "es"),
        ("lang=tlh", "de", "fr", "de"),
        ("", None, "tlh, fr-CA;q=0.8", "fr"),
        ("", None, "pt", "en"),
        ("", None, None, "en"),
    ],
)
def test_language_is_that_of_the_link_else_the_chosen_one_else_the_browsers(
    query: str, cookie: str | None, browser: str | None, spoken: str
):
    assert asked_by(query, {"inkling_lang": cookie} if cookie else {}, browser) == spoken
