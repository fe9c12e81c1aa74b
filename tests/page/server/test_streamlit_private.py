"""The list of Streamlit's private names is complete, and another release is detected."""

import ast
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from mlp.page.server import repairs, streamlit_private
from mlp.page.server.streamlit_private import ELSEWHERE, PRIVATE, unlike

ROOT = Path(__file__).resolve().parents[3]
LIST = ROOT / "mlp" / "page" / "server" / "streamlit_private.py"
PUBLIC = {"streamlit", "streamlit.components.v2", "streamlit.errors"}
"""Modules that Streamlit documents."""
NAMED = {name for names in (*PRIVATE.values(), ELSEWHERE) for name in names}
OURS = {"_replace", "_out", "_runs", "_choice"}
"""Names that look like Streamlit's private ones but are not."""


def private_names(source: str) -> Iterator[str]:
    """Yield Streamlit's private names in a source file: imported, used as attributes, or in a string.

    Examples
    --------
    >>> list(private_names("from streamlit.runtime import exists"))
    ['streamlit.runtime:exists']
    >>> list(private_names("import streamlit.web.cli\\ngetattr(it, '_queue')\\nit._lock.acquire()\\nself._mine"))
    ['streamlit.web.cli', '_queue', '_lock']
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}:{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.Attribute):
            names = [] if _is_own(node) else [node.attr]
        elif isinstance(node, ast.Constant):
            names = [str(node.value)]
        else:
            names = []
        yield from (name for name in names if _is_private(name) or _is_underscored(name))


def _is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")


def _is_private(name: str) -> bool:
    return re.fullmatch(r"streamlit(\.\w+)*:?[\w.]*", name) is not None and name.partition(":")[0] not in PUBLIC


def _is_underscored(name: str) -> bool:
    return re.fullmatch(r"_[a-z]\w+", name) is not None


def test_list_of_private_names_is_complete():
    known = {name.replace(":", ".") for name in NAMED}
    ends = {name.rpartition(".")[2] for name in known} | OURS
    unknown = {}
    for path in [ROOT / "app.py", *sorted((ROOT / "mlp" / "page").rglob("*.py"))]:
        if path != LIST:
            names = {name.replace(":", ".") for name in private_names(path.read_text(encoding="utf-8"))}
            unknown[path.name] = {
                name for name in names - ends if not any(f"{one}.".startswith(f"{name}.") for one in known)
            }
    assert {file: names for file, names in unknown.items() if names} == {}


def test_every_listed_private_name_is_used():
    texts = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "mlp").rglob("*.py") if path != LIST)
    assert [name for name in sorted(NAMED) if not re.search(rf"\b{re.split(r'[.:]', name)[-1]}\b", texts)] == []


@pytest.mark.parametrize("repair", PRIVATE)
def test_this_streamlit_is_the_one_that_was_tested(repair: str):
    assert unlike(PRIVATE[repair]) is None


def test_names_used_outside_repairs_exist():
    assert unlike(ELSEWHERE) is None


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"streamlit.runtime.gone:Name": None}, "lacks streamlit.runtime.gone:Name"),
        (
            {"streamlit.runtime.app_session:AppSession._gone": None},
            "lacks streamlit.runtime.app_session:AppSession._gone",
        ),
        ({"streamlit.runtime.app_session:AppSession.request_rerun": "0"}, "has other code in "),
    ],
)
def test_changed_streamlit_is_logged_and_its_repair_skipped(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, names: dict[str, str | None], message: str
):
    installed = []
    monkeypatch.setattr(repairs, "PRIVATE", {"button_presses": names, "message_queue": {}})
    monkeypatch.setattr(repairs, "import_module", lambda name: Mock(install=lambda: installed.append(name)))
    with caplog.at_level(logging.WARNING, logger=repairs.__name__):
        repairs.install()
    assert installed == ["mlp.page.server.repairs.message_queue"]
    (record,) = caplog.records
    assert "goes without its repair button_presses" in record.getMessage()
    assert message in record.getMessage()


def test_object_attributes_are_searched_in_the_source():
    assert streamlit_private.unlike({"streamlit.runtime.state:SafeSessionState._lock": None}) is None
    assert streamlit_private.unlike({"streamlit.runtime.state:SafeSessionState._locks": None}) is not None
