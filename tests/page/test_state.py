"""All state of a session is declared once, in one module."""

import ast
from pathlib import Path
from typing import get_args

import pytest
import streamlit as st

from mlp.page import state
from mlp.page.session_var import SessionVar
from mlp.training.settings_table import controls

ROOT = Path(__file__).resolve().parents[2]
STATE = ROOT / "mlp" / "page" / "state.py"
SESSION_VAR = STATE.with_name("session_var.py")
DECLARED = {name: kept for name, kept in vars(state).items() if isinstance(kept, SessionVar)}


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The state of a new session."""
    session: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", session)
    return session


def test_unset_value_is_its_default(session: dict[str, object]):
    answers = SessionVar("answers", 42)
    assert (answers.get(), answers.is_kept(), answers.pop()) == (42, False, 42)
    assert session == {}


def test_kept_value_is_returned_until_forgotten(session: dict[str, object]):
    answers = SessionVar("answers", 42)
    answers.set(7)
    assert session == {"answers": 7}
    assert (answers.get(), answers.is_kept(), answers.start(8)) == (7, True, 7)
    assert (answers.pop(), answers.is_kept(), answers.get()) == (7, False, 42)
    assert answers.start(8) == 8 == answers.get()


def test_the_default_that_was_kept_is_kept(session: dict[str, object]):
    answers = SessionVar[int | None]("answers", None)
    answers.set(None)
    assert answers.is_kept()
    assert answers.start(8) is None


def test_keys_are_unique_and_find_their_entries(session: dict[str, object]):
    assert {name: kept.key for name, kept in DECLARED.items()} == {name: name for name in DECLARED}


def test_each_of_a_kind_has_a_key_of_its_own():
    several = [state.refusal("train"), state.refusal("teach"), *map(state.last_analysis, get_args(state.Analysis))]
    several += map(state.control, controls())
    several += [state.slow_neuron(1, 5), state.slow_neuron(2, 5)]
    several += [state.slow_index("From", 0, 1, 5), state.slow_index("To", 0, 1, 5), state.slow_index("To", 0, 2, 5)]
    keys = [kept.key for kept in several]
    assert len(set(keys) | DECLARED.keys()) == len(keys) + len(DECLARED)


def test_every_entry_has_a_description():
    lines = ast.parse(STATE.read_text(encoding="utf-8")).body
    silent = [
        ast.unparse(line)
        for line, below in zip(lines, [*lines[1:], None], strict=True)
        if isinstance(line, ast.Assign) and "Var[" in ast.unparse(line.value)
        if not (isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant))
    ]
    assert silent == []


def around_the_module(source: str) -> list[str]:
    """Where code reaches for the session's state itself, or writes the key of a declared control anew."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr == "session_state":
            found.append(f"line {node.lineno}: {ast.unparse(node)}")
        elif isinstance(node, ast.alias) and node.name == "session_state":
            found.append(f"line {node.lineno}: import of {node.name}")
        elif isinstance(node, ast.keyword) and node.arg == "key" and isinstance(node.value, ast.Constant):
            found += [f"line {node.value.lineno}: key={node.value.value!r}"] * (node.value.value in DECLARED)
    return found


@pytest.mark.parametrize(
    "line",
    [
        'st.session_state["network"] = "run"',
        'kind = st.session_state.get("network")',
        'kind = st.session_state.pop("network", None)',
        'if "network" in st.session_state: pass',
        "state = st.session_state",
        "from streamlit import session_state",
        'st.pills("Which", [1, 2], key="corrected")',
    ],
)
def test_a_way_around_the_module_is_found(line: str):
    assert around_the_module(line)


def test_nothing_goes_around_the_module():
    files = [ROOT / "app.py", *(path for path in (ROOT / "mlp").rglob("*.py") if path not in (STATE, SESSION_VAR))]
    found = {str(path.relative_to(ROOT)): around_the_module(path.read_text(encoding="utf-8")) for path in files}
    assert {path: lines for path, lines in found.items() if lines} == {}
