"""The documents: each command and each piece of Python in them is valid; the quick ones run, and print what they say.

Not run are commands that train, test or measure for more than ten seconds, and those of other programs.
"""

import ast
import gzip
import importlib
import json
import re
import shlex
import sys
from pathlib import Path
from types import ModuleType

import pytest

from mlp.cli.main import COMMANDS, main, new_parser
from mlp.cli.options import settings_given
from mlp.training.recipes import RECIPES
from models.making.__main__ import COMMANDS as MAKING

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for pattern in ("*.md", ".github/*.md", "models/*.md", "tests/benchmarks/*.md")
    for path in sorted(ROOT.glob(pattern))
}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"(?<=\n\n)((?: {4,}\S.*\n)+)")
PROGRAMS = "apt-get|dask|docker|inkling|make|pip|pipx|python|streamlit|taskset|uv"
COMMAND = re.compile(rf"(?:while .*; do )?(?:[A-Z_]+=\S+ )*(?:{PROGRAMS}) \S")
RECORDED = {
    "samples": [
        {"label": 1, "writer": 1, "strokes": [[[5, 0], [5, 100]]]},
        {"label": 7, "writer": 2, "strokes": [[[0, 0], [50, 0]]]},
    ]
}


def fenced(kind: str) -> dict[str, str]:
    """Return the code of each document between fences of this kind, if there is any."""
    found = {name: "".join(code for of, code in FENCE.findall(text) if of == kind) for name, text in DOCUMENTS.items()}
    return {name: code for name, code in found.items() if code}


def commands(text: str) -> list[list[str]]:
    """Return the commands in a document's blocks and between its backticks, as words, without comments."""
    text = FENCE.sub("", text)
    lines = [line.strip() for block in BLOCK.findall(text) for line in block.splitlines()]
    spans = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", BLOCK.sub("", text))]
    return [shlex.split(one, comments=True) for one in [*lines, *spans] if COMMAND.match(one)]


def commands_that_begin(*words: str) -> list[list[str]]:
    """Return the different commands of all documents that begin with these words."""
    every = {tuple(one) for text in DOCUMENTS.values() for one in commands(text) if one[: len(words)] == [*words]}
    return sorted(map(list, every))


def check(words: list[str]) -> None:
    """Raise an error unless there is what a command names: its program, module, options and files."""
    words = [one for one in words if not re.match(r"[A-Z_]+=", one)]
    program, *rest = words[3:] if words[0] == "taskset" else words
    if program == "make":
        assert re.search(rf"^{rest[0]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE), "no target"
    elif program == "inkling":
        new_parser().parse_args(["open", *rest])
    elif program == "python" and rest[0] == "-c":
        ast.parse(rest[1])
    elif rest[:2] == ["-m", "mlp"]:
        check_command_line(rest[2:])
    elif rest[:2] == ["-m", "models.making"]:
        check_command_line(rest[2:], MAKING)
    elif rest[:1] == ["-m"] and rest[1] != "pytest":
        code = (ROOT / f"{rest[1].replace('.', '/')}.py").read_text(encoding="utf-8")
        assert [one for one in rest if one.startswith("--") and f'"{one}"' not in code] == []
    files = [one for one in rest if one.endswith((".txt", ".py")) or one.startswith("tests/")]
    assert [one for one in files if not (ROOT / one).exists()] == []


def check_command_line(words: list[str], commands: tuple[ModuleType, ...] = COMMANDS) -> None:
    """Raise an error unless a program of these commands takes the words; a mention may leave out the last."""
    if len(words) < 2 or words[-1].startswith("--"):
        words = [*words, "--help"] if words[-1:] != ["--drawings"] else [words[0], "--help"]
        with pytest.raises(SystemExit, match="0"):
            new_parser(commands=commands).parse_args(words)
        return
    given = new_parser(commands=commands).parse_args(words)
    if given.command in ("train", "network"):
        settings_given(given)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_of_a_document_are_valid(name: str):
    problems = {}
    for words in commands(DOCUMENTS[name]):
        try:
            check(words)
        except (AssertionError, OSError, SyntaxError, SystemExit, ValueError) as error:
            problems[shlex.join(words)] = repr(error)
    assert problems == {}


@pytest.mark.parametrize(
    "wrong",
    [
        "make tea",
        "pip install -r none.txt",
        "python -c 'print('",
        "python -m tests.benchmarks.signs --colour",
        "python -m mlp train --out FILE --colour red",
        "python -m models.making network --out FILE --colour red",
        "python -m mlp train --out FILE --momentum 0.9 --optimizer adam",
    ],
)
def test_invalid_command_is_found(wrong: str):
    ((words),) = commands(f"Write `{wrong}`.")
    with pytest.raises((AssertionError, SyntaxError, SystemExit, ValueError)):
        check(words)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Enter a folder with the networks, and two drawings in place of those of people, which the repository lacks."""
    for recorded in ("unipen", "numberpad"):
        (tmp_path / f"{recorded}.json.gz").write_bytes(gzip.compress(json.dumps(RECORDED).encode()))
    (tmp_path / "models").symlink_to(ROOT / "models")
    (tmp_path / "FILE").symlink_to(ROOT / "models/article.safetensors")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("words", commands_that_begin("python", "-m", "mlp", "evaluate"), ids=" ".join)
def test_command_that_scores_a_network_runs(words: list[str], capsys):
    assert main(words[3:]) == 0
    assert "numberpad.json.gz accuracy " in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("words", commands_that_begin("python", "-c"), ids=" ".join)
def test_line_of_python_runs_and_prints_the_documented_threshold(words: list[str], monkeypatch, capsys):
    monkeypatch.delenv("MLP_DATA_DIR")  # figures are those of all of MNIST
    monkeypatch.setattr(sys, "argv", ["-c", *words[3:]])
    exec(words[2], {})
    if "threshold(" in words[2]:
        assert f"{float(capsys.readouterr().out):.3f}" in DOCUMENTS["models/README.md"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", fenced("python"))
def test_block_of_python_runs(name: str, capsys):
    exec(fenced("python")[name], {})
    printed = capsys.readouterr().out.splitlines()
    last = "\n".join(printed[-2:])
    assert float(printed[-1]) > 0.9 if name == "README.md" else re.fullmatch(r"3 \[\d, \d\]\n\d \d", last)


def test_recipes_read_as_many_drawings_as_their_table_says():
    rows = re.findall(r"^\| `([\w-]+)` \|(?: [^|]*\|){3} ([\d.]+)% ", DOCUMENTS["models/README.md"], re.MULTILINE)
    table = {name: round(float(share) / 100, 3) for name, share in rows}
    people = {name: recipe.people for name, recipe in RECIPES.items() if recipe.people is not None}
    assert {name: table[name] for name in people} == people


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_and_modules_that_a_document_names_exist(name: str):
    spans = re.findall(r"`([^`\s]+)`", DOCUMENTS[name])
    paths = [one for one in spans if re.match(r"(mlp|models|tests|\.github)/[\w/.]+$", one)]
    assert [one for one in paths if not (ROOT / one).exists()] == []
    for one in (one for one in spans if re.fullmatch(r"mlp(\.\w+)+", one)):
        module, _, attribute = one.rpartition(".")
        assert (ROOT / f"{one.replace('.', '/')}.py").exists() or hasattr(importlib.import_module(module), attribute)
