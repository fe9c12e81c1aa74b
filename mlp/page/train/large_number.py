"""The large number: how many of 100 validation images the run reads right now, true at every moment."""

import html
import math
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from mlp.jobs.job import Job
from mlp.jobs.origin import Origin
from mlp.jobs.snapshot import Snapshot
from mlp.page.train.run_words import measured_on
from mlp.page.visitors.analysis_budget import LastResult, within_budget

SAMPLE = 1000
"""Validation images that are measured at a step without an evaluation of all of them."""


class _Sample(NamedTuple):
    """The first validation images of a run as its network sees them, which takes long for upright ones, and labels."""

    images: np.ndarray
    labels: np.ndarray
    last: LastResult


_samples: WeakKeyDictionary[Job, _Sample] = WeakKeyDictionary()


def share_right(job: Job, now: Snapshot) -> float:
    """Return the share of validation images read right, 0 to 1, measured within the budget; safe from any thread."""
    newest = now.history.newest
    if newest is not None and newest.step == now.step:
        return newest.accuracy
    sample = _samples.get(job)
    if sample is None:
        held = job.data.load().validation
        sample = _Sample(now.reader.as_seen(held.images[:SAMPLE]), held.labels[:SAMPLE], LastResult())
        _samples[job] = sample
    return within_budget(
        sample.last,
        (now.network, job),
        lambda: float((now.network.predict(sample.images) == sample.labels).mean()),
        plays=now.playing or now.busy,
    )


def large_number(job: Job | None, now: Snapshot | None, origin: Origin | None) -> str:
    """Return the number and what it counts as two elements of HTML; a dash before the first run."""
    if job is None or now is None:
        return number_html(math.nan, "new digits")
    is_new = now.reader.reads_digits and not measured_on(job.data, origin)
    return number_html(share_right(job, now), "new digits" if is_new else job.data.load().validation_noun[1])


def number_html(share: float, nouns: str) -> str:
    """Return a share as a whole number of 100 of these things, 100 only if all are right, and a dash if it is unknown.

    Examples
    --------
    >>> number_html(0.9573, "new digits")
    '<p class="ink-number"><b>96</b> <span>of 100 new digits read right</span></p>'
    >>> number_html(0.9988, "warps")[22:31]
    '<b>99</b>'
    """
    number = "–" if math.isnan(share) else str(100 if share == 1 else min(99, round(100 * share)))
    return f'<p class="ink-number"><b>{number}</b> <span>of 100 {html.escape(nouns)} read right</span></p>'
