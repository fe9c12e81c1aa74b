"""Tests of the origin of a run."""

import json

import pytest

from mlp.jobs.origin import Origin
from mlp.language import Later


@pytest.mark.parametrize("name", ["somebody's file", Later("{number} · {made}", number=3, made=Later("own settings"))])
def test_saved_origin_keeps_what_translates_its_name(name: str):
    origin = Origin(name, "uploaded", (0.25, 0.5))
    again = Origin.from_saved(json.loads(json.dumps(origin.saved())))
    assert again == origin
    assert type(again.name) is type(name)
    assert vars(again.name) == vars(name) if isinstance(name, Later) else True
