"""The lock file, from which a deployment installs, is one that requirements.txt would give."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / "requirements-lock.txt").read_text(encoding="utf-8")
PIN = re.compile(r"^([\w.-]+)==(\S+)(?: ; [^\\\n]+)? \\\n((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)


def asked() -> list[Requirement]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def pins() -> dict[str, list[str]]:
    """The versions of each package; there may be one for each kind of machine."""
    found: dict[str, list[str]] = {}
    for name, version, _ in PIN.findall(LOCK):
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


@pytest.mark.parametrize("requirement", asked(), ids=lambda requirement: requirement.name)
def test_what_is_asked_for_is_pinned_to_versions_in_its_range(requirement: Requirement):
    versions = pins()[canonicalize_name(requirement.name)]
    assert versions
    assert all(version in requirement.specifier for version in versions)


def test_every_line_is_a_pin_with_digests_or_says_why_it_is_there():
    rest = PIN.sub("", LOCK)
    assert [line for line in rest.splitlines() if line.strip() and not line.lstrip().startswith("#")] == []
    assert "://" not in LOCK
