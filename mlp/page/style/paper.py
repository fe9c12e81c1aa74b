"""Papers: pages to print in one style, each a list of parts in HTML; tables are those of the page, by `html_table`."""

import html
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from mlp.analysis.scores import percent
from mlp.language import in_order, speaks, tr
from mlp.page.style.theme import image_url

_CSS = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_FRAME = """\
<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
{body}
</body>
</html>
"""


def paper(title: str, parts: Iterable[str]) -> str:
    """Return an HTML page without requests, for sheets of A4, of parts one below the other; the title is escaped."""
    lang, head = speaks(), {"title": html.escape(title), "policy": _POLICY, "css": _CSS}
    return _FRAME.format(**head, body="\n".join(parts), lang=lang)


def heading(text: str, level: int = 2) -> str:
    """Return a heading; the text is escaped."""
    return f"<h{level}>{html.escape(text)}</h{level}>"


def article(title: str, *parts: str) -> str:
    """Return parts below a title, which is escaped; they stay on one sheet if they fit."""
    return f"<article>{heading(title)}{''.join(parts)}</article>"


def digits(shown: Iterable[tuple[np.ndarray, str, str]]) -> str:
    """Return images, (784,) uint8, each with its name for those who cannot see it, and a caption, both in HTML."""
    figures = (
        f'<figure><img alt="{name}" src="{image_url(image.reshape(28, 28))}"><figcaption>{text}</figcaption></figure>'
        for image, name, text in shown
    )
    return f'<div class="digits">{"".join(figures)}</div>'


def reading(image: np.ndarray, names: Sequence[str], true: int, read: int, share: float) -> tuple[np.ndarray, str, str]:
    """Return an image for `digits` with its true name, the answer if it is another one, and its probability."""
    name, answer = html.escape(names[true]), html.escape(names[read])
    caption = name if true == read else in_order([name, f"<b>{answer}</b>"])
    return image, tr("{name}, read as {answer}", name=name, answer=answer), f"{caption}<br>{percent(share)}"
