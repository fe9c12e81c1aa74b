"""The thread: one button leads through the page."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from mlp.page.tabs.next_step import THREAD
from mlp.page.train.card import is_first_try
from tests.page.sight import at_rest, draw, eventually, page_of, visitor_of
from tests.page.ways import LONG, press


def label(page: AppTest) -> str:
    """Return what is next; empty if nothing is."""
    return next((button.label for button in page.button if button.key == "next_step"), "")


def take(page: AppTest) -> str:
    """Press the button, and return what is next after it."""
    page.button(key="next_step").click().run()
    assert not page.exception
    return label(page)


def test_thread_leads_through_the_whole_page(open_page: Callable[..., AppTest]):
    page = open_page(epochs=1)
    visitor, way = visitor_of(page), [label(page)]
    way.append(take(page))
    assert page_of(page).desk.given
    draw(page, 4)
    assert label(page) == way[-1]
    assert take(page) == ""  # watching a first run is what is next
    assert visitor.job.playing
    at_rest(page)
    way.append(label(page))
    page.slider(key="epochs").set_value(2).run()
    assert label(page) == "Train with these settings"
    assert take(page) == way[-1]
    assert visitor.job.snapshot().settings.epochs == 2
    way.append(take(page))
    assert visitor.job.snapshot().settings.learning_rate == page.select_slider(key="learning_rate").value == 1
    at_rest(page)

    page.segmented_control(key="tab").set_value("Step by step").run()  # which is then not suggested again
    way += [take(page), take(page)]
    assert page.session_state["tab"] == "Lab"
    assert page.segmented_control(key="lab_choice").value == "fool"
    assert visitor_of(open_page(visitor=page)).seen >= {"Mistakes", "Step by step", "Lab"}
    way.append(take(page))
    assert page.session_state["lessons_open"]
    page.button(key="close_lessons").click().run()
    take(page)
    assert page.session_state["drawer"]
    page.button(key="signs_begin").click().run()
    way.append(label(page))
    others = ("Train with these settings", "See one step in slow motion")
    assert way == [step.label for step in THREAD if step.label not in others]


def test_thread_does_not_break_a_first_run_that_is_paused_before_it_reads(open_page: Callable[..., AppTest]):
    page = press(press(open_page(epochs=100, batch_size=8, learning_rate=0.001), "train"), "pause")
    assert not visitor_of(page).job.playing
    assert visitor_of(page).job.snapshot().can_continue
    assert label(page) == ""


def test_learning_rate_that_the_run_follows_makes_no_other_settings(open_page: Callable[..., AppTest]):
    page = draw(press(open_page(**LONG), "train"), 4)
    eventually(lambda: not is_first_try(visitor_of(page)))  # until then, watching it is what is next
    before = label(page.run())
    page.select_slider(key="learning_rate").set_value(0.3).run()
    assert label(page) == before
    page.slider(key="epochs").set_value(2).run()
    assert label(page) == "Train with these settings"
    assert label(open_page(visitor=page)) == before  # whose controls nobody has moved
