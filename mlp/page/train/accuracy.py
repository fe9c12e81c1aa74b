"""How much a run reads right: of its validation images now, and of synthetic digits and the visitor's own."""

import html
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary, WeakMethod

import numpy as np

from mlp.analysis.signs.left_out import LeftOut
from mlp.analysis.signs.sign_score import SignScore, together
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.images.mnist import evenly_spaced
from mlp.images.recorded import Example
from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.job import Job
from mlp.jobs.sliced import Sliced
from mlp.jobs.snapshot import Snapshot
from mlp.language import mark, number, tr
from mlp.page.train.run_words import measured_on
from mlp.page.visitors.analysis_budget import LastResult, within_budget
from mlp.page.visitors.engine import engine
from mlp.training.data.drawing_data import MIN_TO_HOLD_BACK, DrawingData, leave_one_out
from mlp.training.data.saved_sources import image_facts, is_here
from mlp.training.recipes import RECIPES, recipe_of
from mlp.training.run import Run
from mlp.training.teaching import share_read

SAMPLE = 1_500
"""Maximum number of validation images that are measured at a step without an evaluation of all of them."""
LITTLE = 1.1
"""Steps in all, by those until the last evaluation, up to which that describes the run well enough."""
MIN_OWN = 10
"""Own digits of which the page tells how many a run reads."""


class _Sample(NamedTuple):
    """Some validation images of a run as its network sees them, which takes long for upright ones, and labels."""

    images: np.ndarray
    labels: np.ndarray
    last: LastResult


_samples: WeakKeyDictionary[Job, _Sample] = WeakKeyDictionary()
_left_out: WeakKeyDictionary[Job, Sliced[LeftOut]] = WeakKeyDictionary()
_starting = Lock()  # of those left out


def share_right(job: Job, snapshot: Snapshot) -> float | None:
    """Return the share of validation images read right, 0 to 1, measured within the budget; safe from any thread.

    It is that of the last evaluation if the run has hardly trained since: most epochs take less than a second. None
    without one if the images are gone.
    """
    newest = snapshot.history.newest
    can_measure = is_here(job.data)
    if newest is not None and (newest.step <= snapshot.step <= LITTLE * newest.step or not can_measure):
        return newest.accuracy
    if not can_measure:
        return None
    sample = _samples.get(job)
    if sample is None:
        held = job.data.load().validation
        some = evenly_spaced(len(held), SAMPLE)
        sample = _Sample(snapshot.reader.as_seen(held.images[some]), held.labels[some], LastResult())
        _samples[job] = sample
    return within_budget(
        sample.last,
        (snapshot.network, job),
        lambda: float((snapshot.network.predict(sample.images) == sample.labels).mean()),
        plays=snapshot.playing or snapshot.busy,
    )


def read_right(run: NumberedRun | None, job: Job | None) -> tuple[str, int, str]:
    """Return how much a run reads right, of how many, and of what; all only if all are right, a dash before a run."""
    right, of, nouns = "–", 100, tr("new digits")
    if run is not None and job is not None and (score := left_out(job, run.snapshot)) is not None:
        return f"{score.right}", score.n, tr("drawings left out")
    if run is not None:
        snapshot = run.snapshot
        newest = snapshot.history.newest  # which alone is known of an earlier run, without a job
        share = share_right(job, snapshot) if job is not None else None if newest is None else newest.accuracy
        if not snapshot.reader.reads_digits or measured_on(run.data, run.origin):
            facts = image_facts(run.data)
            of, nouns = min(100, facts.n_validation), tr(facts.nouns[1])
        right = "–" if share is None else str(of if share == 1 else min(of - 1, round(of * share)))
    return right, of, nouns


def large_number(run: NumberedRun | None, job: Job | None) -> str:
    """Return what a run has `read_right`, the number and what it counts as two elements of HTML."""
    right, of, nouns = read_right(run, job)
    words = tr("of {of} <i>{nouns} read right</i>", of=of, nouns=html.escape(nouns))
    return f'<p class="ink-number"><b>{right}</b> <span>{words}</span></p>'


def left_out(job: Job, now: Snapshot) -> SignScore | None:
    """Return how networks read drawings that learned all others of a finished run of few; None until they have trained.

    They train as soon as it is asked for, as warps of the drawings say little of other drawings; safe from any thread.
    """
    data, changed = job.data, WeakMethod(job.announce)
    if not (now.finished and isinstance(data, DrawingData) and data.unseen_warps) or data.room:
        return None
    signs = DrawingSet(data.names, tuple(map(Example, data.learned.labels.tolist(), data.learned.images)))
    if not 1 < min(signs.counts) <= max(signs.counts) < MIN_TO_HOLD_BACK:
        return None
    with _starting:
        if job not in _left_out:
            _left_out[job] = Sliced(LeftOut(leave_one_out(signs), Run(now.settings)), engine())
            _left_out[job].subscribe(lambda: (announce := changed()) and announce())
    work = _left_out[job].work
    return together(work.scores) if work.progress == 1 else None


def synthetic_accuracy(snapshot: Snapshot, own: DrawingSet) -> str:
    """Return the accuracy on synthetic digits, details at a tap, and on own digits, as HTML; empty if unknown."""
    newest = next((e for e in reversed(list(snapshot.history.evaluations)) if e.synthetic is not None), None)
    if newest is None or newest.synthetic is None or newest.synthetic_unseen is None:
        return ""
    points = 100 * (newest.synthetic - newest.accuracy)
    rest = [tr("At {moment}", moment=newest.moment)]
    if abs(points) > 1:
        above, below = mark("{points:.1f} points above validation"), mark("{points:.1f} points below validation")
        rest.append(tr(above if points > 0 else below, points=abs(points)))
    rest.append(tr("{share:.1%} of those in styles that no network here trains on", share=newest.synthetic_unseen))
    recipe = RECIPES.get(recipe_of(snapshot.settings) or "")
    as_measured = snapshot.finished and snapshot.learned.is_mnist  # a recipe's figure is for all of it
    people = recipe.people if as_measured and recipe is not None else None
    if people is not None and abs(newest.synthetic - people) > 0.01:
        rest.append(tr("people’s real drawings: {share:.1%} with these settings", share=people))
    n = len(own)
    mine = ""
    if n >= MIN_OWN:
        mine = " · " + tr("reads {right} of your {n}", right=round(share_read(snapshot.reader, own) * n), n=n)
    explained = tr("A program drew these digits; half of them are in such styles.")
    asked = f'<button type="button" class="ink-word" popovertarget="drawn-digits">{tr("On synthetic digits")}</button>'
    return (
        tr("{name}: {value}", name=asked, value=f"<b>{number(newest.synthetic, '.1%')}</b>")
        + mine
        + f'<span popover id="drawn-digits" class="ink-sentence" role="note">{" · ".join(rest)}. {explained}</span>'
    )
