"""Lost output of a fragment moves nothing else; tests/browser/serving/test_slow_connection.py sees it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
OURS = ROOT / "mlp" / "page" / "style" / "redraw.py"


def test_every_fragment_has_its_own_place():
    files = [ROOT / "app.py", *(path for path in (ROOT / "mlp").rglob("*.py") if path != OURS)]
    assert [path.name for path in files if "st.fragment" in path.read_text(encoding="utf-8")] == []
