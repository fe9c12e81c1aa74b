"""Values of a session keep what they are given, and no two of them share a key."""

from collections import defaultdict
from importlib import import_module
from pkgutil import walk_packages

import mlp.page
from mlp.page.session_var import SessionVar
from mlp.training.positions import controls


def declared() -> dict[str, set[int]]:
    """The session variables of all modules of the page, by key."""
    found = defaultdict(set)
    for module in walk_packages(mlp.page.__path__, "mlp.page."):
        for kept in vars(import_module(module.name)).values():
            if isinstance(kept, SessionVar):
                found[kept.key].add(id(kept))
    return found


def test_no_two_values_of_a_session_share_a_key():
    found = declared()
    assert {key for key, kept in found.items() if len(kept) > 1} == set()
    assert len(found) > 70
    assert not found.keys() & controls().keys()
