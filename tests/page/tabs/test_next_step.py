"""The suggested next step appears, and its button carries it out."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from tests.page.sight import at_rest, draw, eventually, tab_of, visitor_of


def test_next_step_follows_the_visitors_actions(page: AppTest):
    assert page.button(key="next_step").label == "draw a digit, or get one"
    page.button(key="next_step").click().run()
    assert tab_of(page).desk.given
    assert page.button(key="next_step").label == "train your own network"

    draw(page, 4)
    assert page.button(key="next_step").label == "train your own network"
    page.button(key="next_step").click().run()
    assert visitor_of(page).job.playing

    page.button(key="next_step").click().run()
    assert visitor_of(page).job.snapshot().settings.learning_rate == 1
    assert page.select_slider(key="learning_rate").value == 1
    page.button(key="pause").click().run()
    at_rest(page)
    assert page.button(key="next_step").label == "teach it: choose which digit you drew"
    page.button(key="next_step").click().run()
    assert any(".st-key-stage" in element.proto.body for element in page.get("html"))  # the page scrolls to it

    toured = []  # whether or not the visitor has taught a digit
    for _ in range(4):
        page.run()
        toured.append(page.button(key="next_step").label)
        page.button(key="next_step").click().run()
    assert toured == [
        "see what it gets wrong",  # the page begins inside the network
        "watch one step in slow motion",
        "fool it in the lab",
        "try a lesson",
    ]
    assert page.session_state["tab"] == "Lab"
    assert page.session_state["lessons_open"]


def test_next_step_asks_for_no_digit_where_none_can_be_chosen(open_page: Callable[..., AppTest]):
    page = draw(open_page(learning_rate="1", hide="correction"), 4)
    page.button(key="step").click().run()
    at_rest(page)
    assert page.button(key="next_step").label == "see what it gets wrong"


def test_next_step_after_divergence_is_the_remedy(open_page: Callable[..., AppTest]):
    page = open_page(learning_rate="1", momentum="0.99", hidden_layers="4", images="300", epochs="100")
    draw(page, 4)
    page.button(key="train").click().run()
    eventually(lambda: visitor_of(page).job.snapshot().diverged is not None)
    at_rest(page)
    assert page.button(key="next_step").label.startswith("fix it: try learning rate 0.0")
    page.button(key="next_step").click().run()
    assert visitor_of(page).job.snapshot().settings.learning_rate < 0.1
