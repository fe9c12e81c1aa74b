"""*Teach it now*: the row tells how the answer changed, and what that cost when it was last measured."""

import re
from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from tests.page.sight import at_rest, draw, text, visitor_of


def test_cost_of_a_lesson_is_that_of_the_step_it_was_measured_at(open_page: Callable[..., AppTest]):
    page = draw(open_page(network="article"), 4)
    page.button_group(key="corrected").set_value(9).run()
    page.button(key="teach_now").click().run()
    job = visitor_of(page).job
    while job.playing:
        shown = text(page.run(), "correction_row")
        assert (
            "measuring the effect" in shown
            or re.search(r"at step [\d,]+ it cost .* on MNIST: ", shown)
            or not job.playing
        )
    at_rest(page)
    assert re.search(r"(?<!step )it cost .* on MNIST: [\d.]+% → [\d.]+%", text(page.run(), "correction_row"))
    assert "at step" not in text(page, "correction_row")
