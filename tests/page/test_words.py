"""One name for one thing: the words that the page does not say, as it has others for the same."""

import ast
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mlp.page.style.glossary import WORDS, tappable

PAGE = Path(__file__).resolve().parents[2] / "mlp" / "page"
OTHER_NAMES = {
    r"\bShipped\b|\bshipped (network|one)\b|comes trained": "the pretrained network",
    r"\bnew (images|digits|ones)\b|\bnever trained on\b|\bheld[- ]out\b": "validation",
    r"\b[Bb]rought\b|\bBring\b": "upload",
    r"\bby heart\b": "memorize",
    r"\bwritten digits\b|\bhand-drawn digits\b": "synthetic digits",
    r"\bread rightly\b|\bnot to be had\b|\bnobody knows\b|\bdrawn anew\b|\bat the side\b": "plain words",
    r"[0-9}] %(?![A-Za-z(])": "a figure like 98.1%, without a space",
}
"""What is not said, as a regular expression, each with what is said instead."""


def banned_words_in(source: str) -> list[str]:
    """Strings of a Python source that call a thing by another name than the page's; docstrings are not shown."""
    tree = ast.parse(source)
    unshown = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    strings = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in unshown
    ]
    return [string for string in strings if any(re.search(names, string) for names in OTHER_NAMES)]


def test_page_has_one_name_for_one_thing():
    sources = {path: path.read_text(encoding="utf-8") for path in PAGE.rglob("*.py")}
    assert {str(path): found for path, source in sources.items() if (found := banned_words_in(source))} == {}


@pytest.mark.parametrize(
    "words",
    ["Read by the shipped network", "Shipped", "right on new images", "never trained on", "Bring a network", "34 %"],
)
def test_another_name_is_found(words: str):
    assert banned_words_in(f'"""The shipped network."""\nlabel("{words}")') == [words]
    assert banned_words_in('kind = "shipped"') == []


def test_each_tappable_word_has_its_sentence_once(page: AppTest):
    bodies = "".join(element.proto.body for element in page.main if element.type == "html")
    sentences = re.findall(r'<div popover id="([^"]+)"', bodies)
    tapped = set(re.findall(r'popovertarget="([^"]+)"', bodies))
    assert len(sentences) == len(set(sentences)) == len(WORDS)
    assert {"word-loss", "word-accuracy", "word-training", "word-validation"} <= tapped <= set(sentences)


def test_glossary_terms_have_one_sentence_and_unknown_ones_fail():
    assert [word for word, sentence in WORDS.items() if not sentence.endswith(".") or ". " in sentence] == []
    with pytest.raises(ValueError, match="a word of the glossary is one of"):
        tappable("backprop")
