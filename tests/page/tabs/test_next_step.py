"""One line says what to do next, and does it."""

from streamlit.testing.v1 import AppTest

from tests.page.sight import at_rest, draw, text, visitor_of


def test_the_next_step_follows_what_was_done(page: AppTest):
    assert page.button(key="next_step").label == "draw a digit, or take one"
    page.button(key="next_step").click().run()
    assert page.session_state["begun_with"]["raw"]["objects"][0]["type"] == "Image"

    draw(page, 4)
    assert page.button(key="next_step").label == "train a network of your own"
    page.button(key="next_step").click().run()
    assert visitor_of(page).job.playing

    page.button(key="next_step").click().run()
    assert visitor_of(page).job.snapshot().settings.learning_rate == 1
    assert page.select_slider(key="learning_rate").value == 1
    assert "teach it your hand" in text(page, "next_line")
    page.button(key="pause").click().run()
    at_rest(page)

    page.pills(key="correction").set_value(4).run()
    page.button(key="next_step").click().run()
    assert page.session_state["tab"] == "Look inside"
