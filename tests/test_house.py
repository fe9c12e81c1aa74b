"""The rooms of the house: imports point one way, {page, cli} → training → {images, nn}."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {
    "nn": {"nn"},
    "images": {"images"},
    "training": {"training", "images", "nn"},
    "cli": {"cli", "training", "images", "nn"},
    "page": {"page", "training", "images", "nn"},
}


def imported_modules(path: Path, root: Path) -> set[str]:
    """Full names of all modules that a file imports, inside functions too."""
    package = path.relative_to(root).parent.parts
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *filter(None, [node.module])])
            names.add(module)
            # "from mlp import page" imports a room without naming it in the module's place.
            names.update(f"{module}.{alias.name}" for alias in node.names)
    return names


def wrong_imports(root: Path, room: str) -> list[str]:
    """Imports in a room's files of rooms it must not know, or of streamlit outside the page."""
    wrong = []
    for path in sorted((root / "mlp" / room).rglob("*.py")):
        for name in sorted(imported_modules(path, root)):
            parts = name.split(".")
            knows_a_stranger = parts[0] == "mlp" and set(parts[1:2]) & (MAY_IMPORT.keys() - MAY_IMPORT[room])
            draws = room != "page" and parts[0].startswith("streamlit")
            if knows_a_stranger or draws:
                wrong.append(f"{path.relative_to(root)} imports {name}")
    return wrong


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_the_rooms_below_it_and_only_the_page_draws(room: str):
    assert wrong_imports(ROOT, room) == []


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("nn", "from mlp.training import run"),
        ("nn", "from ..images import mnist"),
        ("images", "from mlp import page"),
        ("images", "import mlp.nn.layers"),
        ("training", "def late():\n    import streamlit"),
    ],
)
def test_an_import_against_the_direction_is_found(tmp_path: Path, room: str, line: str):
    file = tmp_path / "mlp" / room / "stray.py"
    file.parent.mkdir(parents=True)
    file.write_text(line)
    assert wrong_imports(tmp_path, room) != []


def test_no_room_was_forgotten():
    rooms = {path.parent.name for path in (ROOT / "mlp").glob("*/__init__.py")}
    assert rooms == set(MAY_IMPORT)


def checks_by_assert(source: str) -> list[int]:
    """Lines whose ``assert`` does more than tell the type checker what is known."""

    def tells_a_type(test: ast.expr) -> bool:
        if isinstance(test, ast.Compare):
            return isinstance(test.ops[0], ast.IsNot) and ast.unparse(test.comparators[0]) == "None"
        return isinstance(test, ast.Call) and ast.unparse(test.func) == "isinstance"

    asserts = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert)]
    return [node.lineno for node in asserts if not tells_a_type(node.test)]


@pytest.mark.parametrize(
    ("line", "found"), [("assert n > 0", [1]), ("assert n is not None", []), ("assert isinstance(n, int)", [])]
)
def test_an_assert_that_checks_is_told_from_one_that_tells_a_type(line: str, found: list[int]):
    assert checks_by_assert(line) == found


def test_nothing_is_checked_by_an_assert_which_python_may_leave_out():
    files = [ROOT / "app.py", *(ROOT / "mlp").rglob("*.py")]
    assert {str(path): lines for path in files if (lines := checks_by_assert(path.read_text(encoding="utf-8")))} == {}
