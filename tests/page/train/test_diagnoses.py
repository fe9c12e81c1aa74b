"""Diagnoses on the page: they appear with a faulty run, and their button tries the remedy."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from mlp.analysis.diagnosis import Remedy
from mlp.page.train.note import try_remedy
from tests.images.drawings.sample_drawings import own_digits
from tests.page.sight import eventually, visitor_of
from tests.sample_digits import sample


def test_remedy_of_a_taught_run_teaches_the_same_network_again(open_page: Callable[..., AppTest]):
    page = open_page(tab="Your drawings")
    visitor, digits = visitor_of(page), sample().test
    visitor.digits.change(own_digits(digits.images[:20], digits.labels[:20]))
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
