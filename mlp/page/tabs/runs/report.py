"""A run on paper: its curves as a picture, and its report, which also has settings, confusion and mistakes."""

import html
from collections.abc import Sequence
from datetime import date

import numpy as np

from mlp.analysis.mistakes import LabeledReadings, read_all
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.jobs.earlier_runs import NumberedRun
from mlp.language import dated, mark, number, tr
from mlp.page.style.html import html_table, svg_url
from mlp.page.style.paper import digits, heading, paper, reading
from mlp.page.train.run_words import measured_on
from mlp.training.data.drawing_data import DrawingData, room_of
from mlp.training.setting_entry import heading as label_of
from mlp.training.setting_entry import value_label
from mlp.training.settings import SETTINGS

MAX_MISTAKES_SHOWN, MAX_OWN_SHOWN = 14, 28  # the space left on one sheet of A4


def report(run: NumberedRun, own: DrawingSet, nickname: str = "") -> str:
    """Return the run's report as a page to print on one sheet of A4; of ``own`` digits, the last 28 are on it.

    Validation images that a class drew are not, as others get the page.
    """
    names, split, reader = run.snapshot.settings.names, run.data.load().validation, run.snapshot.reader
    readings = read_all(reader, split.images, split.labels)
    right, worst = int(np.trace(readings.confusion)), readings.worst()
    score = mark("{right:,} of {n:,} validation images read correctly, {share:.2%}.")
    about = tr(score, right=right, n=len(split), share=right / len(split))
    curves, label = curves_picture(run, "svg", "").decode(), tr("Loss and accuracy over the epochs")
    results = heading(tr("Confusion")) + _confusion(readings.confusion, names)
    if not _of_class(run):
        results += heading(tr("Most confident mistakes, of {n:,}", n=len(worst)))
        results += _shown(split.images, readings, worst[:MAX_MISTAKES_SHOWN], names)
    parts = [
        heading(title(run), 1),
        f'<p class="quiet">{about}</p><img class="curves" alt="{label}" src="{svg_url(curves)}">',
        f'<div class="columns"><div>{_settings(run, nickname)}</div><div>{results}</div></div>',
    ]
    if len(own) and reader.reads_digits:
        readings = read_all(reader, own.images, own.labels)
        right = int(np.trace(readings.confusion))
        parts.append(heading(tr("Own digits: {right:,} of {n:,} read correctly", right=right, n=len(own))))
        parts.append(_shown(own.images, readings, np.arange(len(own))[-MAX_OWN_SHOWN:], names))
    return paper(title(run), parts)


def _of_class(run: NumberedRun) -> bool:
    """Whether the validation images are drawings of a class."""
    return isinstance(run.data, DrawingData) and bool(run.data.room and run.data.unseen_warps)


def _settings(run: NumberedRun, nickname: str) -> str:
    """Return facts and settings of a run; what is another person's text is escaped."""
    snapshot = run.snapshot
    facts = [(tr("By"), nickname)] if nickname else []
    facts += [
        (tr("Date"), dated(date.today())),
        (tr("Data"), tr(snapshot.data_name)),
        (tr("Steps"), number(snapshot.step, ",")),
        (tr("Time"), tr("{s} s", s=round(snapshot.seconds))),
    ]
    if run.origin is not None:
        facts.append((tr("Started from"), tr(run.origin.name)))
    if warning := measured_on(run.data, run.origin):
        facts.append((tr("Validation"), warning))
    if _of_class(run) and not room_of(run.data):
        facts.append((tr("Confusion"), tr("Of blank images, as the drawings were deleted with their room")))
    facts += [(label_of(entry.name), value_label(getattr(snapshot.settings, entry.field))) for entry in SETTINGS]
    rows = (f"<dt>{html.escape(name)}</dt><dd>{html.escape(value[:200])}</dd>" for name, value in facts)
    return f"{heading(tr('Settings'))}<dl>{''.join(rows)}</dl>"


def _confusion(counts: np.ndarray, names: Sequence[str]) -> str:
    """Return the confusion matrix, with mistakes in bold."""
    escaped = [html.escape(name) for name in names]
    rows = []
    for true_digit, row in enumerate(counts):
        cells = (str(n or "·") if true_digit == read else f"<b>{n}</b>" if n else "·" for read, n in enumerate(row))
        rows.append([escaped[true_digit], *cells])
    table = html_table(tr("Confusion"), ["", *escaped], rows, numbers=True)
    return f'{table}<p class="quiet">{tr("Rows: the truth. Columns: network’s answer.")}</p>'


def _shown(images: np.ndarray, readings: LabeledReadings, positions: np.ndarray, names: Sequence[str]) -> str:
    """Return images with the answers to them."""
    of_each = zip(readings.labels[positions], readings.answers[positions], strict=True)
    shown = [
        reading(images[place], names, true_digit, read, float(readings.probabilities[place, read]))
        for place, (true_digit, read) in zip(positions, of_each, strict=True)
    ]
    return digits(shown) if shown else f"<p>{tr('None.')}</p>"


def curves_picture(run: NumberedRun, kind: str, text: str | None = None) -> bytes:
    """Return the run's curves below a line of text, by default its title, as an image, "png" or "svg"."""
    from mlp.page.tabs.runs.printed_curves import printed_curves

    above = title(run) if text is None else text
    return printed_curves(run.snapshot.history, run.snapshot.settings.epochs, above, kind)


def title(run: NumberedRun) -> str:
    """Return a one-line title for the run's curves."""
    settings = run.snapshot.settings
    sizes = "-".join(map(str, settings.layer_sizes))
    # matplotlib may lack the letters of the signs' names.
    learned, signs, images = run.snapshot.learned, mark("drawings of {n} signs"), mark("images of {n} classes")
    data = tr(learned.of(run.snapshot.data_name, signs, images), n=len(settings.names))
    name = tr(run.title) if learned.are_digits else f"{run.number:d}"
    text = mark("Inkling, run {run}: {sizes}, learning rate {rate:g}, on {data}")
    return tr(text, run=name, sizes=sizes, rate=settings.learning_rate, data=data)
