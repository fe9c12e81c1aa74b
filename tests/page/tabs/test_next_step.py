"""The suggested next step appears, and its button carries it out."""

from streamlit.testing.v1 import AppTest

from tests.page.sight import at_rest, draw, tab_of, visitor_of


def test_next_step_follows_the_visitors_actions(page: AppTest):
    assert page.button(key="next_step").label == "Or show me one"
    page.button(key="next_step").click().run()
    assert tab_of(page).desk.given
    assert page.button(key="next_step").label == "Train your own network"

    draw(page, 4)
    assert page.button(key="next_step").label == "Train your own network"
    page.button(key="next_step").click().run()
    assert visitor_of(page).job.playing

    page.button(key="next_step").click().run()
    assert visitor_of(page).job.snapshot().settings.learning_rate == 1
    assert page.select_slider(key="learning_rate").value == 1
    page.button(key="pause").click().run()
    at_rest(page)

    toured = []
    for _ in range(4):
        page.run()
        toured.append(page.button(key="next_step").label)
        page.button(key="next_step").click().run()
    assert toured == [
        "See what it gets wrong",  # the page begins inside the network
        "See one step in slow motion",
        "Fool it in the lab",
        "Try a lesson",
    ]
    assert page.session_state["tab"] == "Lab"
    assert page.session_state["lessons_open"]
