"""Draw download buttons whose file is made at the click, and arrives whatever the page does meanwhile."""

import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import streamlit as st
from streamlit import runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileKind, MediaFileStorage, MediaFileStorageError
from streamlit.runtime.scriptrunner import get_script_run_ctx

KEPT_S = 120.0  # a file that was made, until a browser fetches it, which it does at once
FETCHED_S = 10.0  # a file that was fetched, as the same one may have been made for somebody else too
MAX_MB = 200.0  # of such files; those that were fetched go first, then the oldest

Make = Callable[[], bytes | str]


def download_button(
    label: str, make: Make, name: str, mime: str, *, key: str, icon: str, help: str | None = None
) -> None:
    """Draw a button that downloads what ``make()`` gives at the click; the page is not run again for it."""
    if runtime.exists():
        keep_downloads(runtime.get_instance().media_file_mgr)
    st.download_button(label, make, name, mime, key=key, icon=icon, help=help, on_click="ignore")


class _File(NamedTuple):
    """A file that was made: when, how many bytes it has, and when a browser last fetched it."""

    at: float
    size: int
    fetched: float | None = None


class Downloads:
    """The buttons of all sessions with what each downloads, and the files that were made at a click.

    Streamlit gives a button another id at each run of the script, forgets the last one before the browser knows, and
    lets the clean-up of any session delete a file that its browser has not yet fetched. Here a button keeps one id
    until its session ends, and a file is there until it was fetched, for two minutes at most.
    """

    def __init__(self, storage: MediaFileStorage) -> None:
        self._storage = storage
        self._ids: dict[tuple[str, str], str] = {}  # by session and element
        self._buttons: dict[str, tuple[Make, str, str | None]] = {}  # what makes the file, its MIME type and its name
        self._made: dict[str, _File] = {}  # the oldest first
        self._lock = threading.RLock()  # the storage looks at the file for its address

    def add(self, session: str, element: str, make: Make, mime: str, name: str | None) -> str:
        """Give the id of a button, which downloads this from now on."""
        with self._lock:
            button = self._ids.setdefault((session, element), secrets.token_hex(16))
            self._buttons[button] = make, mime, name
        return button

    def execute(self, button: str) -> str:
        """Make the file of a button, and give the address from which a browser can fetch it."""
        with self._lock:
            found = self._buttons.get(button)
        if found is None:
            raise MediaFileStorageError("this download button belongs to no open session")
        make, mime, name = found
        made = make()
        data = made.encode() if isinstance(made, str) else made
        with self._lock:
            file = self._storage.load_and_get_id(data, mime, MediaFileKind.DOWNLOADABLE, name)
            address = self._storage.get_url(file)
            self._made.pop(file, None)
            self._made[file] = _File(time.monotonic(), len(data))
            self._drop_old_files()
            return address

    def note_fetched(self, file: str) -> None:
        """Note that a browser has fetched a file, so that it may go."""
        with self._lock:
            if file in self._made:
                self._made[file] = self._made[file]._replace(fetched=time.monotonic())

    def forget(self, session: str | None) -> None:
        """Drop the buttons of a session that has ended, and files that are too old."""
        with self._lock:
            for owner, element in [key for key in self._ids if key[0] == session]:
                del self._buttons[self._ids.pop((owner, element))]
            self._drop_old_files()

    def _drop_old_files(self) -> None:
        now, n_bytes = time.monotonic(), sum(made.size for made in self._made.values())
        for file, made in sorted(self._made.items(), key=lambda item: item[1].fetched is None):
            too_old = now - made.at > KEPT_S if made.fetched is None else now - made.fetched > FETCHED_S
            if too_old or (n_bytes > MAX_MB * 1e6 and len(self._made) > 1):
                del self._made[file]
                self._storage.delete_file(file)
                n_bytes -= made.size


_hooking = threading.Lock()


def keep_downloads(manager: MediaFileManager) -> None:
    """Let a file manager of Streamlit's leave its deferred downloads to `Downloads`, from the first call on."""
    with _hooking:
        if "execute_deferred" in vars(manager):
            return
        downloads = Downloads(manager._storage)
        clear_session_refs = manager.clear_session_refs
        storage: Any = manager._storage
        get_file = storage.get_file

        def add_deferred(
            make: Make, mime: str, coordinates: str, file_name: str | None = None, *, element_id: str = ""
        ) -> str:
            context = get_script_run_ctx()
            return downloads.add(context.session_id if context else "", element_id, make, mime, file_name)

        def clear_and_forget(session_id: str | None = None) -> None:
            clear_session_refs(session_id)
            downloads.forget(session_id)  # None at the start of each run of the script, else at a session's end

        def get_and_note(name: str) -> Any:
            file = get_file(name)
            downloads.note_fetched(name.partition(".")[0])
            return file

        storage.get_file = get_and_note
        vars(manager).update(
            add_deferred=add_deferred, execute_deferred=downloads.execute, clear_session_refs=clear_and_forget
        )
