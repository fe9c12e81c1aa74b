"""A visitor's first run starts slow, and a chosen speed stays."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from mlp.page.train.speed import note_reading, strip
from tests.page.sight import at_rest, draw, finished, tab_of, visitor_of


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
    visitor, desk = visitor_of(page), tab_of(page).desk
    visitor.reading_history.clear()
    for place, digit in enumerate(read):
        note_reading(visitor, desk.read_of, 3 * place, digit, 0.5)
    return strip(visitor, desk)


def test_strip_marks_the_first_right_reading(page: AppTest):
    draw(page, 4).button(key="step").click().run()
    found = strip_after(at_rest(page), 7, 4, 9, 4, 9)
    assert found.count('class="first"') == 1
    assert 'class="first" style="--n:1;--sure:50%" title="step 3: 4, 50.0% sure, for the first time">4<' in found
    assert "step by step; a 4 for the first time at step 3" in found
    assert "first" not in strip_after(page, 7, 9)
