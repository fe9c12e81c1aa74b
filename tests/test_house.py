"""The structure of the code: imports point down only, and folders, files and functions stay small."""

import ast
import re
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import mlp

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {
    "files": set(),
    "nn": {"files"},
    "images": {"files"},
    "training": {"images", "nn", "files"},
    "jobs": {"training", "images", "nn", "files"},
    "analysis": {"jobs", "training", "images", "nn", "files"},
    "cli": {"analysis", "jobs", "training", "images", "nn", "files"},
    "page": {"analysis", "jobs", "training", "images", "nn", "files"},
}
"""The folders of mlp/, each with those that it may import."""
PAGE_MAY_IMPORT = {
    "script": set(),
    "style": {"script"},
    "server": {"style", "script"},
    "visitors": {"style", "script"},
    "live": {"visitors", "style", "script"},
    "settings": {"style", "script"},
    "train": {"settings", "live", "visitors", "style", "script"},
    "draw": {"train", "settings", "live", "visitors", "style", "script"},
    "tabs": {"draw", "train", "settings", "live", "visitors", "style", "script"},
}
"""The folders of mlp/page/, likewise."""
CODE = ("app.py", "mlp/**/*.py", "models/making/**/*.py")
"""Code besides the tests; that of models/making runs on no server and in no package."""
FULL = 15  # files in a folder, besides its __init__.py
LONGEST_FUNCTION = 60  # lines, its docstring among them
LONGEST_FILE = 400
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def parts_of(source: str) -> list[ast.AST]:
    """Return all parts of a file's syntax tree."""
    return list(ast.walk(ast.parse(source)))


def imported_modules(path: Path, root: Path) -> set[str]:
    """Return the full names of all modules that a file imports, inside functions too."""
    package = path.relative_to(root).parent.parts
    names: set[str] = set()
    for node in parts_of(path.read_text(encoding="utf-8")):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *filter(None, [node.module])])
            names.add(module)
            # "from mlp import page" imports a folder without naming it in the module's place.
            names.update(f"{module}.{alias.name}" for alias in node.names)
    return names


def wrong_imports(root: Path, folder: str) -> list[str]:
    """Return a folder's imports of folders that it must not import, and of streamlit outside the page.

    A folder of the page is named as ``page/draw``.
    """
    outer, _, inner = folder.partition("/")
    strangers = MAY_IMPORT.keys() - MAY_IMPORT[outer] - {outer}
    page_strangers = PAGE_MAY_IMPORT.keys() - PAGE_MAY_IMPORT[inner] - {inner} if inner else set()
    wrong = []
    for path in sorted((root / "mlp" / folder).rglob("*.py")):
        for name in sorted(imported_modules(path, root)):
            parts = [*name.split("."), "", ""]
            imports_outside = parts[0] == "mlp" and parts[1] in strangers
            imports_outside |= parts[:2] == ["mlp", "page"] and parts[2] in page_strangers
            draws = outer != "page" and parts[0].startswith("streamlit")
            if imports_outside or draws:
                wrong.append(f"{path.relative_to(root)} imports {name}")
    return wrong


FOLDERS = [*MAY_IMPORT, *(f"page/{folder}" for folder in PAGE_MAY_IMPORT)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_folders_import_only_lower_folders_and_only_the_page_draws(folder: str):
    assert wrong_imports(ROOT, folder) == []


def test_every_folder_is_in_the_table():
    folders = {path.parent.name for path in (ROOT / "mlp").glob("*/__init__.py")}
    assert folders == set(MAY_IMPORT)
    assert {path.parent.name for path in (ROOT / "mlp" / "page").glob("*/__init__.py")} == set(PAGE_MAY_IMPORT)


def code_files(*patterns: str) -> list[Path]:
    """Return the files of these patterns."""
    return [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]


def test_no_files_import_each_other_in_a_circle():
    paths = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in code_files(*CODE)}
    TopologicalSorter({name: imported_modules(paths[name], ROOT) & set(paths) for name in paths}).prepare()


def test_product_imports_nothing_of_what_makes_its_files():
    making = {path: imported_modules(path, ROOT) for path in code_files(*CODE[:2])}
    assert {path for path, names in making.items() if any(name.startswith("models") for name in names)} == set()


def test_making_of_the_files_imports_neither_the_page_nor_tests():
    files = code_files(CODE[2])
    assert len(files) > 5
    names = {name for path in files for name in imported_modules(path, ROOT)}
    assert {name for name in names if name.startswith(("mlp.page", "streamlit", "tests"))} == set()


def test_session_state_lies_below_all_folders_of_the_page():
    files = ["__init__.py", "session_var.py", "state.py"]
    assert [path.name for path in sorted((ROOT / "mlp" / "page").glob("*.py"))] == files
    names = {name for file in files for name in imported_modules(ROOT / "mlp" / "page" / file, ROOT)}
    assert {name for name in names if name.startswith("mlp.page") and ".session_var" not in name} == set()


def full_folders() -> dict[str, int]:
    """Return the folders of code and tests with more files than `FULL`, with their numbers."""
    files = [path for path in code_files(*CODE, "tests/**/*.py") if path.name != "__init__.py"]
    counted = Counter(str(path.parent.relative_to(ROOT)) for path in files)
    return {folder: n for folder, n in counted.items() if n > FULL}


def test_folders_have_at_most_the_allowed_files():
    assert full_folders() == {}


def too_long(source: str) -> list[str]:
    """Return a file's functions above `LONGEST_FUNCTION` lines, and the file itself above `LONGEST_FILE`."""
    functions = [node for node in parts_of(source) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION]
    return [*long, *(["the file"] if source.count("\n") > LONGEST_FILE else [])]


def test_functions_and_files_have_at_most_the_allowed_lines():
    files = code_files(*CODE, "tests/**/*.py")
    assert {str(path): long for path in files if (long := too_long(path.read_text(encoding="utf-8")))} == {}


def checks_by_assert(source: str) -> list[int]:
    """Return the lines whose ``assert`` does more than narrow a type."""

    def narrows_a_type(test: ast.expr) -> bool:
        if isinstance(test, ast.Compare):
            return isinstance(test.ops[0], ast.IsNot) and ast.unparse(test.comparators[0]) == "None"
        return isinstance(test, ast.Call) and ast.unparse(test.func) == "isinstance"

    asserts = [node for node in parts_of(source) if isinstance(node, ast.Assert)]
    return [node.lineno for node in asserts if not narrows_a_type(node.test)]


def test_code_checks_nothing_with_assert():
    files = code_files(*CODE)
    assert {str(path): lines for path in files if (lines := checks_by_assert(path.read_text(encoding="utf-8")))} == {}


def with_sections(path: Path) -> list[str]:
    """Return a file's objects whose docstrings have numpydoc's sections, but for those of `mlp.__all__`."""
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    public = {name for name in mlp.__all__ if getattr(getattr(mlp, name), "__module__", "") == module}
    objects = [node for node in parts_of(path.read_text(encoding="utf-8")) if isinstance(node, DOCUMENTED)]
    inner = {node for outer in objects if getattr(outer, "name", "") in public for node in ast.walk(outer)}
    return [
        getattr(node, "name", module)
        for node in objects
        if re.search(r"^\w[\w ]*\n---+$", ast.get_docstring(node) or "", re.M)
        and (node not in inner or (node.name.startswith("_") and not node.name.endswith("__")))
    ]


def test_only_public_names_have_docstrings_with_sections():
    files = code_files(*CODE)
    assert {str(path): names for path in files if (names := with_sections(path))} == {}


def importers(package: str) -> set[str]:
    """Return the files outside of a package that import it or a part of it."""
    files = code_files(*CODE)
    outside = [path for path in files if ROOT / package.replace(".", "/") not in path.parents]
    return {
        path.relative_to(ROOT).as_posix()
        for path in outside
        if any(f"{name}.".startswith(f"{package}.") for name in imported_modules(path, ROOT))
    }


@pytest.mark.parametrize("feature", ["classroom", "sent"])
def test_only_the_page_and_the_table_of_tabs_know_a_feature_of_several_visitors(feature: str):
    assert importers(f"mlp.page.tabs.{feature}") <= {"app.py", "mlp/page/tabs/registry.py"}


def test_cards_know_no_taker_of_a_drawing():
    tree = ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))
    [names] = [ast.unparse(one.value) for one in tree.body if ast.unparse(one).startswith("TAKERS = ")]
    imports = [one for one in tree.body if isinstance(one, ast.ImportFrom) and one.module]
    takers = {str(one.module) for one in imports if any(alias.name in names for alias in one.names)}
    assert takers
    files = {f"{module.replace('.', '/')}.py" for module in takers}
    known_to = set().union(*map(importers, takers))
    assert {path for path in known_to if path.startswith(("mlp/page/draw/", "mlp/page/train/"))} <= files
