"""Limit the uploaded files in memory, which Streamlit keeps until the session ends.

A visitor's page takes a few files, and reads each once, when it arrives.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from streamlit.runtime import get_instance, memory_uploaded_file_manager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec, UploadFileUrlInfo

SESSION_FILES = 8
SESSION_BYTES = 40_000_000
ALL_BYTES = 200_000_000


class BoundedFiles(memory_uploaded_file_manager.MemoryUploadedFileManager):
    """Files of all sessions, accepted only under ids from the page; above a limit, the oldest are dropped.

    Above the limit of all sessions, the session with the most bytes loses a file first.
    """

    def __init__(self, upload_endpoint: str) -> None:
        super().__init__(upload_endpoint)
        self._given: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=SESSION_FILES))
        self._bounding = threading.Lock()

    def get_upload_urls(self, session_id: str, file_names: Sequence[str]) -> list[UploadFileUrlInfo]:
        """Return addresses for the first few of the files, however many were requested."""
        urls = super().get_upload_urls(session_id, file_names[:SESSION_FILES])
        with self._bounding:
            self._given[session_id].extend(url.file_id for url in urls)
        return urls

    def expects(self, session_id: str, file_id: str) -> bool:
        """Whether the page of this session has issued this id, for one of its last files."""
        with self._bounding:
            return file_id in self._given.get(session_id, ())

    def add_file(self, session_id: str, file: UploadedFileRec) -> None:
        """Keep a file, and drop files above the limits.

        Raises
        ------
        HTTPException
            If its id was not issued to this session; the sender gets 403.
        """
        with self._bounding:
            if file.file_id not in self._given.get(session_id, ()):  # its session may have ended during the upload
                raise HTTPException(403, "this page has not asked for this file")
            self.remove_file(session_id, file.file_id)  # a repeated file counts as new
            super().add_file(session_id, file)
            while len(self.file_storage[session_id]) > SESSION_FILES or self._held(session_id) > SESSION_BYTES:
                self._drop_oldest(session_id)
            while sum(map(self._held, self.file_storage)) > ALL_BYTES:
                self._drop_oldest(max(self.file_storage, key=self._held))

    def remove_session_files(self, session_id: str) -> None:
        """Drop the files of a session that has ended."""
        with self._bounding:
            self._given.pop(session_id, None)
        super().remove_session_files(session_id)

    def _held(self, session_id: str) -> int:
        return sum(len(file.data) for file in list(self.file_storage.get(session_id, {}).values()))

    def _drop_oldest(self, session_id: str) -> None:
        self.remove_file(session_id, next(iter(self.file_storage[session_id])))


def expects(session_id: str, file_id: str) -> bool:
    """Whether the page of a session has asked for a file."""
    files = get_instance().uploaded_file_mgr
    return isinstance(files, BoundedFiles) and files.expects(session_id, file_id)


def install() -> None:
    """Make the server that is about to start store its files in `BoundedFiles`."""
    memory_uploaded_file_manager.MemoryUploadedFileManager = BoundedFiles  # type: ignore[misc]
