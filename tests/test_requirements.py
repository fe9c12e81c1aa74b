"""Imported packages are required by name, and the lock file satisfies the requirements."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = [(ROOT / name).read_text(encoding="utf-8") for name in ("requirements-lock.txt", "mlp/jobs/cluster-lock.txt")]
LOCK = "".join(LOCKS)
PIN = re.compile(r"^([\w.-]+)==(\S+)(?: ; [^\\\n]+)? \\\n((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)


def asked() -> list[Requirement]:
    files = [ROOT / "requirements.txt", ROOT / "mlp/jobs/cluster-requirements.txt"]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def pins() -> dict[str, list[str]]:
    """Return the versions of each package, possibly one per kind of machine."""
    found: dict[str, list[str]] = {}
    for name, version, _ in PIN.findall(LOCK):
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


@pytest.mark.parametrize("requirement", asked(), ids=lambda requirement: requirement.name)
def test_requirements_are_pinned_within_their_ranges(requirement: Requirement):
    versions = pins()[canonicalize_name(requirement.name)]
    assert versions
    assert all(version in requirement.specifier for version in versions)


def test_both_locks_pin_the_same_versions():
    first, second = ({(name, version) for name, version, _ in PIN.findall(lock)} for lock in LOCKS)
    names = {name for name, _ in first}
    assert {pin for pin in second if pin[0] in names} <= first


def test_lock_lines_are_pins_with_digests_or_reasons():
    rest = PIN.sub("", LOCK)
    assert [line for line in rest.splitlines() if line.strip() and not line.lstrip().startswith("#")] == []
    assert "://" not in LOCK


NAMED_OTHERWISE = {"PIL": "pillow", "yaml": "pyyaml", "xdist": "pytest-xdist"}
CLUSTER = "mlp/jobs/cluster-requirements.txt"


def asked_for(name: str) -> set[str]:
    """Return the packages in a requirements file and the files that it includes."""
    path = ROOT / name
    found: set[str] = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found |= asked_for((path.parent / line[3:]).resolve().relative_to(ROOT).as_posix())
        elif line and not line.startswith("#"):
            found.add(canonicalize_name(Requirement(line).name))
    return found


def imported(files: list[Path]) -> dict[str, str]:
    """Return the third-party packages that files import, each with an importing file."""
    found: dict[str, str] = {}
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            for name in {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"mlp", "models", "tests"}:
                found[canonicalize_name(NAMED_OTHERWISE.get(name, name))] = str(file.relative_to(ROOT))
    return found


@pytest.mark.parametrize(
    ("files", "requirements", "not_needed"),
    [
        ([ROOT / "app.py", *(ROOT / "mlp").rglob("*.py")], "requirements.txt", asked_for(CLUSTER)),
        (
            [path for path in (ROOT / "tests").rglob("*.py") if not {"benchmarks", "exports"} & {*path.parts}],
            "requirements-dev.txt",
            set(),
        ),
        (list((ROOT / "tests" / "benchmarks").glob("*.py")), "tests/benchmarks/requirements.txt", set()),
        (list((ROOT / "tests" / "exports").glob("*.py")), "tests/exports/requirements.txt", set()),
    ],
    ids=["app", "tests", "benchmarks", "exports"],
)
def test_imported_packages_are_required_by_name(files: list[Path], requirements: str, not_needed: set[str]):
    missing = imported(files).keys() - asked_for(requirements) - not_needed
    assert {name: imported(files)[name] for name in missing} == {}


def test_package_requires_the_same_as_these_files():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    requirements = settings["tool"]["hatch"]["metadata"]["hooks"]["requirements_txt"]
    extras = requirements["optional-dependencies"]
    assert requirements["files"] == ["requirements.txt"]
    assert asked_for("requirements-dev.txt") == set.union(*map(asked_for, ["requirements.txt", *extras["dev"]]))
    assert extras["cluster"] == [CLUSTER]
    built_by = {canonicalize_name(Requirement(one).name) for one in settings["build-system"]["requires"]}
    assert built_by <= asked_for("requirements-dev.txt")


def test_source_distribution_leaves_out_what_else_lies_in_the_folder(tmp_path: Path):
    for name in ("pyproject.toml", "mlp/nn/layers.py", "env/bin/activate", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes() if (ROOT / name).exists() else b"")
    packed = {file.distribution_path for file in SdistBuilder(str(tmp_path)).recurse_included_files()}
    assert packed == {"pyproject.toml", "mlp/nn/layers.py"}
