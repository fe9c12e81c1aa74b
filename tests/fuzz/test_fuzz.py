"""Any input is answered or refused with a clear error; `make fuzz` tries a hundred thousand times as much."""

import random
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.targets import DOORS

QUICK = [door for door in DOORS if door.weight == 1]


@pytest.mark.parametrize("door", QUICK, ids=lambda door: door.name)
@given(seed=st.integers(0, 2**32))
def test_damaged_example_is_answered_or_refused(door, seed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert door.read(door.make(random.Random(seed))) in (True, False)


@pytest.mark.parametrize("door", QUICK, ids=lambda door: door.name)
def test_some_damaged_examples_are_answered_and_some_refused(door):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcomes = {door.read(door.make(random.Random(seed))) for seed in range(200)}
    assert outcomes == {True, False}


def test_pages_with_much_on_them_are_answered_or_refused():
    pages = next(door for door in DOORS if door.name == "pages")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcomes = {pages.read(pages.make(random.Random(seed))) for seed in range(25)}
    assert outcomes == {True, False}
