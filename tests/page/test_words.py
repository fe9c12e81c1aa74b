"""The page calls each thing by one name."""

import ast
import re
from pathlib import Path

from streamlit.testing.v1 import AppTest

from mlp.page.style.glossary import WORDS

ROOT = Path(__file__).resolve().parents[2]
SHOWN = [
    path for folder in ("page", "cli", "analysis", "training", "images") for path in (ROOT / "mlp" / folder).rglob("*")
]
OTHER_NAMES = {
    r"\bShipped\b|\bshipped (network|one)\b|comes trained|trained.already": "the pretrained network",
    r"\bnew (images|ones)\b|\bnever trained on\b|\bheld[- ]out\b": "validation",
    r"\b[Bb]rought\b|\bBring\b": "upload",
    r"\bby heart\b": "memorize",
    r"\bwritten digits\b|\bhand-drawn digits\b": "synthetic digits",
    r"\byour picture\b": "your photo, drawing or image",
    r"\bchances?\b (is|are|of the)\b": "probability",
    r"[0-9}] %(?![A-Za-z(])": "a figure like 98.1%, without a space",
}
"""Other names for things on the page, as regular expressions, each with the name to use."""


def strings_in(source: str) -> list[str]:
    """Return the strings of a Python source that may be shown, so without docstrings."""
    tree = ast.parse(source)
    docstrings = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings]
    return [node.value for node in nodes if isinstance(node.value, str)]


def other_names_in(source: str) -> list[str]:
    """Return the strings of a Python source with another name for a thing."""
    return [string for string in strings_in(source) if any(re.search(names, string) for names in OTHER_NAMES)]


def test_each_thing_has_one_name_on_the_page():
    sources = {path: path.read_text(encoding="utf-8") for path in SHOWN if path.suffix == ".py"}
    assert {str(path): found for path, source in sources.items() if (found := other_names_in(source))} == {}


def test_each_tappable_word_has_its_sentence_once(page: AppTest):
    bodies = "".join(element.proto.body for element in page.main if element.type == "html")
    sentences = re.findall(r'<div popover id="([^"]+)"', bodies)
    tapped = set(re.findall(r'popovertarget="([^"]+)"', bodies))
    assert len(sentences) == len(set(sentences)) == len(WORDS)
    assert {"word-loss", "word-accuracy", "word-training", "word-validation"} <= tapped <= set(sentences)
