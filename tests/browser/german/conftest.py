"""The page as somebody opens it whose browser prefers German."""

from collections.abc import Iterator

import pytest

from mlp.language import speaking


@pytest.fixture(autouse=True)
def german() -> Iterator[None]:
    """Speak German in this process, too, so that elements are found by their German names."""
    with speaking("de"):
        yield
