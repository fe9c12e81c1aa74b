"""A download button gives its whole file at every click, whatever this session and others do meanwhile."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from mlp.page.style import download_button
from mlp.page.style.download_button import keep_downloads


class Files:
    """Streamlit's file manager, with downloads that are kept, and sessions that use it as its script runner does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._storage = MemoryMediaFileStorage("/media")
        self._patch = monkeypatch
        self.manager = MediaFileManager(self._storage)
        keep_downloads(self.manager)

    def draw(self, session: str, make: Callable[[], bytes | str], name: str = "a.bin") -> str:
        """The id of a button, drawn by a run of the session's script."""
        self._patch.setattr(download_button, "get_script_run_ctx", lambda: SimpleNamespace(session_id=session))
        return self.manager.add_deferred(make, "application/x-test", "0.1", name, element_id="weights_out")

    def begin_again(self) -> None:
        """Begin a run of a session's script."""
        self.manager.clear_session_refs()

    def clean_up(self, times: int = 2) -> None:
        """What each session does at the end of each of its runs."""
        for _ in range(times):
            self.manager.remove_orphaned_files()

    def fetch(self, address: str) -> bytes:
        return self._storage.get_file(address.rsplit("/")[-1]).content


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Files:
    return Files(monkeypatch)


def test_a_button_works_while_its_page_is_drawn_again_and_others_clean_up(files: Files):
    button = files.draw("ada", lambda: b"first")
    files.begin_again()
    files.clean_up()
    assert files.fetch(files.manager.execute_deferred(button)) == b"first"
    assert files.draw("ada", lambda: b"second") == button
    files.clean_up()
    assert files.fetch(files.manager.execute_deferred(button)) == b"second"


def test_a_file_is_there_until_its_browser_has_had_time_to_fetch_it(files: Files, monkeypatch: pytest.MonkeyPatch):
    button = files.draw("ada", lambda: "text")
    address = files.manager.execute_deferred(button)
    files.begin_again()
    files.clean_up(9)
    assert files.fetch(address) == b"text"
    address = files.manager.execute_deferred(button)
    monkeypatch.setattr(download_button, "KEPT_S", -1.0)
    files.begin_again()
    with pytest.raises(MediaFileStorageError):
        files.fetch(address)


def test_a_file_that_was_fetched_goes_before_one_that_was_not(files: Files, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(download_button, "MAX_MB", 0.0025)
    first, second = (
        files.manager.execute_deferred(files.draw(name, lambda n=n: bytes([n]) * 1000))
        for n, name in enumerate(("ada", "ben"))
    )
    files.fetch(second)
    third = files.manager.execute_deferred(files.draw("cy", lambda: b"c" * 1000))
    assert [len(files.fetch(address)) for address in (first, third)] == [1000, 1000]
    with pytest.raises(MediaFileStorageError):
        files.fetch(second)


def test_a_file_that_was_fetched_is_soon_forgotten(files: Files, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(download_button, "FETCHED_S", -1.0)
    fetched, waits = (
        files.manager.execute_deferred(files.draw(name, lambda name=name: name)) for name in ("ada", "ben")
    )
    files.fetch(fetched)
    files.begin_again()
    assert files.fetch(waits) == b"ben"
    with pytest.raises(MediaFileStorageError):
        files.fetch(fetched)


def test_files_that_were_made_take_bounded_memory(files: Files, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(download_button, "MAX_MB", 0.0025)
    made = [files.manager.execute_deferred(files.draw("ada", lambda n=n: bytes([n]) * 1000)) for n in range(3)]
    assert [len(files.fetch(address)) for address in made[1:]] == [1000, 1000]
    with pytest.raises(MediaFileStorageError):
        files.fetch(made[0])


def test_the_buttons_of_each_session_are_its_own_and_end_with_it(files: Files):
    ada, ben = files.draw("ada", lambda: b"ada's"), files.draw("ben", lambda: b"ben's")
    files.manager.clear_session_refs("ada")
    with pytest.raises(MediaFileStorageError):
        files.manager.execute_deferred(ada)
    assert files.fetch(files.manager.execute_deferred(ben)) == b"ben's"
