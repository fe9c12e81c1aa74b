"""A visitor's first run starts slow, and a chosen speed stays."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from tests.page.sight import at_rest, draw, eventually, text, visitor_of


def test_first_run_starts_slow_and_the_second_at_full_speed(open_page: Callable[..., AppTest]):
    page = open_page(speed="Full", epochs="1")
    page.session_state["speed_chosen"] = False
    page.button(key="train").click().run()
    assert page.segmented_control(key="speed").value == "Full"  # a moved control could receive its old position
    assert visitor_of(page).job.snapshot().speed == "slow"
    page.segmented_control(key="speed").set_value("Normal").run()
    assert visitor_of(page).job.snapshot().speed == "normal"
    page.segmented_control(key="speed").set_value("Full").run()
    eventually(lambda: visitor_of(page).job.snapshot().finished)
    page.button(key="train").click().run()
    assert visitor_of(page).job.snapshot().speed == "full"


def says_slow_start(page: AppTest) -> bool:
    """Whether the page marks the speed control for a slow start."""
    return any("ink-slow-start" in one.proto.body for one in page.container(key="progress").get("html"))


def test_control_says_slow_start_until_it_is_over(open_page: Callable[..., AppTest]):
    page = open_page(epochs="1", batch_size="1")
    assert not says_slow_start(page)
    page.session_state["speed_chosen"] = False
    assert says_slow_start(page.run())
    page.button(key="train").click().run()
    assert says_slow_start(page)
    page.segmented_control(key="speed").set_value("Slow").run()
    assert not says_slow_start(page)


def test_chosen_speed_applies_to_the_next_run(page: AppTest):
    page.segmented_control(key="speed").set_value("Normal").run()
    page.button(key="train").click().run()
    assert visitor_of(page).job.snapshot().speed == "normal"
    assert page.segmented_control(key="speed").value == "Normal"


def test_strip_shows_in_all_tabs_with_the_same_drawing(
    open_page: Callable[..., AppTest],
):
    page = open_page()
    draw(page, 4)
    for step in range(1, 4):
        page.button(key="step").click().run()
        at_rest(page)
        page.run()
        assert f"step {step:,} of" in text(page, "progress")
    shown = text(page, "progress")
    assert "your drawing, as it learned" in shown
    other = open_page(visitor=page)
    assert text(other, "progress") == shown
    draw(other, 5)
    assert "your drawing, as it learned" not in text(other, "progress")
    draw(other, 4)
    assert text(other, "progress") == shown

    other.segmented_control(key="network").set_value("shipped").run()
    assert text(other, "progress") == shown
    draw(page, 5)
    assert "your drawing, as it learned" not in text(page, "progress")
