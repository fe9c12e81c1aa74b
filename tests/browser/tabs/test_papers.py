"""All papers as they are printed, in all languages: on the sheets that they should take, and without requests."""

import re

import pytest
from playwright.sync_api import Browser

from mlp.jobs.earlier_runs import NumberedRun
from mlp.language import LANGUAGES, speaking
from mlp.page.visitors.visitor import Visitor
from tests.browser.tabs.test_print import PAPER
from tests.page.tabs.papers import after_a_lesson, of_signs, papers_of

SHEETS = {"sheet of a class": 2, "plan Digits": 2, "plan Signs of our own": 2}
"""Papers that take more than one sheet of A4: of many lessons, as none is cut, and of a plan with its lessons."""
WIDER = """[...document.querySelectorAll("body, p, dt, dd, td, th, figcaption")]
  .filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => `wide: ${part.textContent}`)"""


@pytest.fixture(scope="module")
def work() -> tuple[Visitor, NumberedRun]:
    """What is printed."""
    return after_a_lesson(), of_signs()


@pytest.mark.chromium
@pytest.mark.parametrize("language", LANGUAGES)
def test_papers_take_their_sheets_in_each_language(browser: Browser, work: tuple[Visitor, NumberedRun], language: str):
    page = browser.new_page(viewport=PAPER)
    asked, wrong = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: wrong.append(message.text))
    page.emulate_media(media="print")
    with speaking(language):
        printed = dict(papers_of(*work))
    sheets = {}
    for name, paper in printed.items():
        page.set_content(paper)
        sheets[name] = len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True)))
        wrong += page.evaluate(WIDER)
        assert page.locator("html").get_attribute("lang") == language
        assert page.evaluate("[...document.images].every((image) => image.naturalWidth > 0)"), name
        assert "default-src 'none'" in paper
    page.close()
    assert sheets == {name: SHEETS.get(name, 1) for name in printed}
    assert wrong == []
    assert asked == []
