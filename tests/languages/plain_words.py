"""Words in plain English letters: in a language that accents each letter, such a text went through no catalog."""

import re

from mlp.page.visitors.codes import LETTERS

SAME = {
    *("Inkling", "MNIST", "Python", "GitHub", "SGD", "Adam", "Nesterov", "ReLU", "Xavier", "He", "Gabor", "sample"),
    *("ONNX", "JSON", "CSV", "PNG", "SVG", "PDF", "HTML", "URL", "px", "kB", "MB", "ms"),
    *("tanh", "softmax", "sigmoid", "dropout"),
}
"""Names that are the same in every language."""
WORD = re.compile(r"(?<![\w&/#.-])[A-Za-z][a-z]+(?![\w-])")
ATTRIBUTE = re.compile(r'(?:aria-label|title|alt|placeholder)="([^"]*)"')
KEPT = re.compile(
    r"<(style|script|code|pre)\b.*?</\1>|<i aria-hidden.*?</i>|<button[^>]* lang=.*?</button>|:material/\w+:|`[^`]*`"
    rf"|\$\$.*?\$\$|https?://\S+|/\?\S+|[\w/]+\.py|\b[{LETTERS}]{{8}}\b",
    re.DOTALL,
)
"""What is no text: styles, code, icons, names of languages in themselves, formulas, addresses, files, a room's code."""


def english_in(text: str) -> list[str]:
    """Return the parts of a text or of HTML with words in plain letters."""
    text = KEPT.sub("", text)
    parts = [*ATTRIBUTE.findall(text), *re.split(r"<[^>]*>", text)]
    return [part.strip() for part in parts if set(WORD.findall(part)) - SAME]
