"""Any input is answered or refused with a clear error; `make fuzz` tries a hundred thousand times as much."""

import random
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.targets import INPUTS

QUICK = [kind for kind in INPUTS if kind.weight == 1]


@pytest.mark.parametrize("kind", QUICK, ids=lambda kind: kind.name)
@given(seed=st.integers(0, 2**32))
def test_damaged_example_is_answered_or_refused(kind, seed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert kind.read(kind.make(random.Random(seed))) in (True, False)


@pytest.mark.parametrize("kind", QUICK, ids=lambda kind: kind.name)
def test_some_damaged_examples_are_answered_and_some_refused(kind):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcomes = {kind.read(kind.make(random.Random(seed))) for seed in range(200)}
    assert outcomes == {True, False}


def test_crowded_pages_are_answered_or_refused():
    pages = next(kind for kind in INPUTS if kind.name == "pages")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcomes = {pages.read(pages.make(random.Random(seed))) for seed in range(25)}
    assert outcomes == {True, False}
