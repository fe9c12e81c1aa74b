"""Uploaded files are limited per session and in all, and accepted only on the page's request."""

import pytest
from starlette.exceptions import HTTPException
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from mlp.page.server import file_store
from mlp.page.server.file_store import SESSION_FILES, BoundedFiles


@pytest.fixture
def files() -> BoundedFiles:
    return BoundedFiles("/upload")


def send(files: BoundedFiles, session: str, n_bytes: int) -> str:
    """Request an address and send a file there; return its id."""
    identifier = files.get_upload_urls(session, ["a.png"])[0].file_id
    files.add_file(session, UploadedFileRec(identifier, "a.png", "image/png", bytes(n_bytes)))
    return identifier


def held(files: BoundedFiles, *sessions: str) -> list[int]:
    return [sum(len(file.data) for file in files.file_storage.get(session, {}).values()) for session in sessions]


def test_file_that_the_page_asked_for_is_kept(files: BoundedFiles):
    identifier = send(files, "pupil", 1000)
    assert [len(file.data) for file in files.get_files("pupil", [identifier])] == [1000]


def test_file_under_a_made_up_id_is_refused(files: BoundedFiles):
    theirs = files.get_upload_urls("pupil", ["a.png"])[0].file_id
    for session, identifier in (("stranger", "made-up"), ("stranger", theirs)):
        with pytest.raises(HTTPException):
            files.add_file(session, UploadedFileRec(identifier, "a.png", "image/png", b"x"))
    assert held(files, "pupil", "stranger") == [0, 0]


def test_session_drops_its_oldest_files_by_number_and_size(files: BoundedFiles, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(file_store, "SESSION_BYTES", 1000)
    small = [send(files, "stranger", 1) for _ in range(SESSION_FILES + 2)]
    assert [file.file_id for file in files.get_files("stranger", small)] == small[2:]
    first, last = send(files, "stranger", 900), send(files, "stranger", 900)
    assert [file.file_id for file in files.get_files("stranger", [first, last])] == [last]
    assert held(files, "stranger") == [900]


def test_largest_session_loses_files_above_the_total_limit(files: BoundedFiles, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(file_store, "ALL_BYTES", 1000)
    kept = send(files, "pupil", 300)
    for _ in range(5):
        send(files, "stranger", 200)
    assert files.get_files("pupil", [kept])
    assert held(files, "pupil", "stranger") == [300, 600]


def test_few_upload_addresses_are_given_per_request(files: BoundedFiles):
    assert len(files.get_upload_urls("stranger", ["a"] * 100_000)) == SESSION_FILES


def test_files_end_with_their_session(files: BoundedFiles):
    identifier = send(files, "pupil", 1000)
    files.remove_session_files("pupil")
    assert held(files, "pupil") == [0]
    with pytest.raises(HTTPException):
        files.add_file("pupil", UploadedFileRec(identifier, "a.png", "image/png", b"x"))
