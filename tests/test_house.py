"""The rooms of the house: imports point one way, page → training → {images, nn}."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {
    "nn": {"nn"},
    "images": {"images"},
    "training": {"training", "images", "nn"},
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
