"""The README has the first commands for newcomers, and they match the Makefile."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_readme_has_the_commands_for_tests_and_page():
    start = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Start\n")[2].partition("\n## ")[0]
    commands = [line.strip().partition("  ")[0] for line in start.splitlines() if line.startswith("    ")]
    assert "streamlit run app.py" in commands
    tests = next(command for command in commands if "pytest" in command)
    assert commands.index("pip install -r requirements-dev.txt") < commands.index(tests)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"$(PY) {tests.removeprefix('python ')}" in makefile
