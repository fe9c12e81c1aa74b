"""A run's report: settings, curves, confusion, confident mistakes and own digits on one page to print."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from mlp.analysis.inline_html import csp_hash, data_url, png_url
from mlp.analysis.mistakes import LabeledReadings
from mlp.analysis.scores import percent
from mlp.class_names import kind_of
from mlp.language import direction, in_order, mark, speaks, tr
from mlp.training.setting_entry import heading, value_label
from mlp.training.settings import SETTINGS, Settings

MAX_MISTAKES_SHOWN, MAX_OWN_SHOWN = 14, 28  # the space left on one sheet of A4

_SHEET_CSS = Path(__file__).with_name("printed.css").read_text(encoding="utf-8")
"""Styles of every page to print."""

_CSS = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")

_PAGE = """\
<!doctype html>
<html lang="{lang}" dir="{dir}">
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


@dataclass(frozen=True, eq=False)
class ReadDigits:
    """Images (n, 784) uint8 with their labels and the network's answers."""

    images: np.ndarray
    readings: LabeledReadings


def report_page(
    title: str,
    facts: Sequence[tuple[str, str]],
    settings: Settings,
    curves_svg: bytes,
    validation: ReadDigits,
    own: ReadDigits | None = None,
    *,
    shows_mistakes: bool = True,
) -> str:
    """Return the report as one HTML page without requests that fits one sheet of A4.

    ``facts`` are facts besides the settings, by name; they may be another person's text, and are escaped.
    ``curves_svg`` are the curves as an image. ``validation`` are images that were not trained on, at least one; of
    ``own``, the visitor's own digits, the last 28 are shown. ``shows_mistakes`` says whether to show images of
    ``validation``, which are not for a page that others get if a class drew them. The names of the digits or signs are
    those in the settings.
    """
    readings = validation.readings
    right, total = int(np.trace(readings.confusion)), len(readings.labels)
    worst, names = readings.worst(), [html.escape(name) for name in settings.names]
    sections = [
        f"<h1>{html.escape(title)}</h1>",
        f"<p>{_score(right, total)}</p>",
        f'<img class="curves" alt="{tr("Loss and accuracy over the epochs")}" src="{data_url("svg+xml", curves_svg)}">',
        f'<div class="columns"><section><h2>{tr("Settings")}</h2><dl>{_rows(facts, settings)}</dl></section>',
        f"<section><h2>{tr('Confusion')}</h2>{_confusion(readings.confusion, names)}",
        f"<p>{_legend(settings)}</p></section></div>",
    ]
    if shows_mistakes:
        shown = _digits(validation, worst[:MAX_MISTAKES_SHOWN], names)
        sections.append(f"<h2>{tr('Most confident mistakes, of {n:,}', n=len(worst))}</h2>{shown}")
    if own is not None:
        n, n_right = len(own.readings.labels), int(np.trace(own.readings.confusion))
        shown = _digits(own, range(n)[-MAX_OWN_SHOWN:], names)
        heading = tr("Own digits: {right:,} of {n:,} read correctly", right=n_right, n=n)
        sections.append(f"<h2>{heading}</h2>{shown}")
    return printed_page(title, _CSS, "\n".join(sections))


def _score(right: int, n: int) -> str:
    score = mark("{right:,} of {n:,} validation images read correctly, {share:.2%}.")
    return tr(score, right=right, n=n, share=right / n)


def _legend(settings: Settings) -> str:
    if kind_of(settings.names) == "digit":
        return tr("Rows: true digit. Columns: network’s answer.")
    return tr("Rows: true sign. Columns: network’s answer.")


def printed_page(title: str, css: str, body: str) -> str:
    """Return an HTML page without requests for sheets of A4; the title is escaped, the body must be."""
    css = _SHEET_CSS + css
    policy = f"default-src 'none'; style-src {csp_hash(css)}; img-src data:; base-uri 'none'; form-action 'none'"
    lang = speaks()
    return _PAGE.format(title=html.escape(title), policy=policy, css=css, body=body, lang=lang, dir=direction(lang))


def _rows(facts: Sequence[tuple[str, str]], settings: Settings) -> str:
    rows = [*facts, *((heading(entry.name), value_label(getattr(settings, entry.field))) for entry in SETTINGS)]
    return "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value[:200])}</dd>" for name, value in rows)


def _confusion(counts: np.ndarray, names: Sequence[str]) -> str:
    head = "".join(f"<th>{name}</th>" for name in names)
    body = []
    for true_digit, row in enumerate(counts):
        kinds = ("right" if true_digit == read else "wrong" if count else "" for read, count in enumerate(row))
        cells = "".join(f'<td class="{kind}">{count or "·"}</td>' for kind, count in zip(kinds, row, strict=True))
        body.append(f"<tr><th>{names[true_digit]}</th>{cells}</tr>")
    return f'<table dir="ltr"><tr><th></th>{head}</tr>{"".join(body)}</table>'


def _digits(digits: ReadDigits, positions: Iterable[int], names: Sequence[str]) -> str:
    shown = []
    for position in positions:
        true_digit, read = int(digits.readings.labels[position]), int(digits.readings.answers[position])
        sure = percent(float(digits.readings.probabilities[position, read]))
        text = tr("{name} read as {read}", name=names[true_digit], read=names[read])
        marked = in_order([names[true_digit], f"<b>{names[read]}</b>"]) if true_digit != read else names[true_digit]
        picture = f'<img alt="{text}" src="{png_url(Image.fromarray(digits.images[position].reshape(28, 28)))}">'
        shown.append(f"<figure>{picture}<figcaption>{marked}<br>{sure}</figcaption></figure>")
    return f'<div class="digits">{"".join(shown)}</div>' if shown else f"<p>{tr('None.')}</p>"
