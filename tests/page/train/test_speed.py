"""A visitor's first run starts slow, and a chosen speed stays."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from mlp.page.train.speed import note_reading, strip
from mlp.page.visitors.shelf import shelf
from tests.browser.pen import fit
from tests.page.sight import at_rest, draw, finished, page_of, picture, put, text, visitor_of


def test_first_run_starts_slow_and_the_second_at_full_speed(open_page: Callable[..., AppTest]):
    page = open_page(speed="Full", epochs="1")
    page.session_state["speed_chosen"] = False
    page.button(key="train").click().run()
    assert page.segmented_control(key="speed").value == "Full"  # a moved control could receive its old position
    assert visitor_of(page).job.snapshot().speed == "slow"
    page.segmented_control(key="speed").set_value("Normal").run()
    assert visitor_of(page).job.snapshot().speed == "normal"
    page.segmented_control(key="speed").set_value("Full").run()
    finished(page).button(key="train").click().run()
    assert visitor_of(page).job.snapshot().speed == "full"


def strip_after(page: AppTest, *read: int) -> str:
    """Return the strip of the page's drawing after these readings, at steps 0, 3, 6 …"""
    visitor, desk = visitor_of(page), page_of(page).desk
    visitor.reading_history.clear()
    for place, digit in enumerate(read):
        note_reading(visitor, desk.read_of, 3 * place, digit, 0.5)
    return strip(visitor, desk, shelf(visitor)["run-1"])


def test_strip_marks_the_first_right_reading(page: AppTest):
    draw(page, 4).button(key="step").click().run()
    found = strip_after(at_rest(page), 7, 4, 9, 4, 9)
    assert found.count('class="first"') == 1
    assert 'class="first" style="--n:1;--sure:50%" title="step 3: 4, 50.0% sure, for the first time">4<' in found
    assert "step by step; a 4 for the first time at step 3" in found
    assert "first" not in strip_after(page, 7, 9)


def test_strip_is_of_what_is_on_the_canvas_and_absent_beside_no_digit(page: AppTest):
    draw(page, 4).button(key="step").click().run()
    at_rest(page).button(key="step").click().run()
    assert "your drawing, as it learned" in text(at_rest(page), "progress")
    put(page, picture(fit([[(50, 95), (5, 40), (25, 5), (50, 30), (75, 5), (95, 40), (50, 95)]])))
    assert "I don’t know this one." in text(page, "answer")
    assert "as it learned" not in text(page, "progress")
    page.button(key="step").click().run()
    assert "as it learned" not in text(at_rest(page), "progress")
    draw(page, 4)
    assert "your drawing, as it learned" in text(page, "progress")
    draw(page, 7)
    assert "as it learned" not in text(page, "progress")
    page.button(key="clear").click().run()
    assert "as it learned" not in text(page, "progress")
