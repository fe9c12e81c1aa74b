"""Diagnoses on the page: they appear with a faulty run, and their button tries the remedy."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from mlp.analysis.diagnosis import Remedy
from mlp.page.train.note import try_remedy
from tests.images.drawings.sample_drawings import own_digits
from tests.page.sight import at_rest, eventually, text, visitor_of
from tests.sample_digits import sample


def trained(page: AppTest) -> AppTest:
    """The page after it has trained a network to its end."""
    page.button(key="train").click().run()
    eventually(lambda: not visitor_of(page).job.snapshot().playing)
    return at_rest(page)


def keys(page: AppTest) -> list[str]:
    return [button.key for button in page.button if button.key and button.key.startswith("remedy_")]


def test_too_small_steps_are_diagnosed_with_a_remedy_button(open_page: Callable[..., AppTest]):
    page = trained(open_page(learning_rate="0.0001", epochs="4", width_1="16", width_2="16"))
    assert keys(page) == ["remedy_not_falling"]
    assert "The loss is hardly falling" in text(page)

    page.button(key="remedy_not_falling").click().run()
    assert not page.exception
    now = visitor_of(page).job.snapshot()
    assert now.settings.learning_rate == page.select_slider(key="learning_rate").value == 0.01
    assert now.settings.epochs == 4
    eventually(lambda: visitor_of(page).job.snapshot().finished)
    page = at_rest(page)
    assert keys(page) == []
    assert visitor_of(page).runs.shown == (1,)


def test_remedy_of_a_taught_run_teaches_the_same_network_again(open_page: Callable[..., AppTest]):
    page = open_page(tab="Your drawings")
    visitor, digits = visitor_of(page), sample().test
    visitor.digits.change(own_digits(digits.images[:9], digits.labels[:9]))
    page.run().button(key="teach").click().run()
    eventually(lambda: visitor.job.snapshot().step)
    taught, origin, first = visitor.job, visitor.runs.origin, visitor.job.first_network.values.copy()
    try_remedy(visitor, taught.snapshot(), Remedy("Try learning rate 0.01", {"learning_rate": 0.01}))
    assert visitor.job is not taught
    assert visitor.job.data == taught.data
    assert (visitor.job.first_network.values == first).all()
    assert (visitor.runs.origin, visitor.runs.current) == (origin, 2)
    assert len(origin.read_before) == 2
    visitor.job.pause()
