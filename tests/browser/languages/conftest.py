"""The page in languages that a test makes up, each with a catalog alone."""

from collections.abc import Iterator

import pytest

from mlp import language
from mlp.language import speaking
from tests.browser.server import Server, serve
from tests.languages.made_up import MADE_UP, link_page


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The page with the made-up languages, which this process speaks meanwhile, too."""
    folder = tmp_path_factory.mktemp("made up") / "page"
    link_page(folder)
    with pytest.MonkeyPatch.context() as patch, serve(folder.with_name("server.log"), folder=folder) as running:
        patch.setattr(language, "FOLDER", folder / "mlp/languages")
        patch.setattr(language, "LANGUAGES", (language.ENGLISH, *MADE_UP))
        yield running


@pytest.fixture
def longer_words() -> Iterator[str]:
    """The language whose words are half as long again; this thread speaks it during the test."""
    with speaking("eo"):
        yield "eo"
