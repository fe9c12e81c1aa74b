"""Valley: the loss over the plane in which the run's path varies most, and the path on it."""

import html

import numpy as np
import streamlit as st
from PIL import Image

from mlp.analysis.lab.valley import Valley, gaps_filled, valley
from mlp.images.mnist import Dataset
from mlp.jobs.job import Job
from mlp.language import Later, mark, number, tr
from mlp.page.session_var import SessionVar
from mlp.page.style import theme
from mlp.page.style.html import svg, svg_url
from mlp.page.tabs.lab.experiment import begin_work, facts_list, has_states, lab_refused, progress, work_of
from mlp.page.visitors.refusals import reason
from mlp.page.visitors.shelf import answers_now
from mlp.page.visitors.visitor import Visitor

_lab_valley_of = SessionVar[int | None]("lab_valley_of", None)
"""The number of the run whose valley is measured."""


IDEA = mark(
    "All weights of a network together are one point, and training is a path of such points. Here is the plane in "
    "which your run’s path varies most, with the loss as its height."
)
QUESTIONS = (
    (
        mark("Train with a learning rate of 0.1, then with 1. What does each path look like on its plane?"),
        mark(
            "With 0.1, it bends down into the valley. With 1, the steps are too long: the path jumps from side to "
            "side or far out, and may never come back."
        ),
    ),
    (
        mark("The network has a hundred thousand weights. How can two directions show anything?"),
        mark(
            "They are the two in which the path varies most, and they show only its overall shape. A large share "
            "proves little: a random walk, with steps as long in random directions, also varies mostly in two "
            "directions. Compare both shares beside the map."
        ),
    ),
    (
        mark("Is the bottom of this valley the best network there is?"),
        mark(
            "It is the lowest place on this plane; in other directions the ground may go farther down. The height "
            "is the loss on validation images. The run goes downhill on its training images, so the end of its "
            "path can even lead uphill here."
        ),
    ),
)
EXPERIMENT = "valley"
BUDGET = 5e7  # multiplications for each point, which limits the number of images
MAX_IMAGES = 500
BANDS = 14
SIZE = 480


def choices(visitor: Visitor, _data: Dataset) -> None:
    """Draw the button that starts the measurement."""
    st.button(
        tr("Measure the valley"),
        key="lab_measure",
        type="primary",
        on_click=_measure,
        args=(visitor,),
        disabled=not has_states(visitor),
    )


def _measure(visitor: Visitor) -> None:
    job = answers_now(visitor).job
    if job is None:
        return
    network, validation = job.snapshot().network.copy(), job.data.load().validation
    n = max(50, min(MAX_IMAGES, int(BUDGET / network.n_parameters), len(validation.labels)))
    try:
        images = job.snapshot().reader.as_seen(validation.images[:n])
        work = valley(_states(job), network, images, validation.labels[:n])
    except ValueError as error:
        lab_refused.set(Later("This valley can’t be measured: {reason}", reason=reason(error)))
        return
    begin_work(visitor, EXPERIMENT, work)
    _lab_valley_of.set(visitor.runs.current)


def _states(job: Job) -> list[np.ndarray]:
    """Return the weights of all saved steps and of the current one."""
    snapshot = job.snapshot()
    kept = [job.rewind.network(step).values for step in job.rewind.steps if step <= snapshot.step]
    return [*kept, snapshot.network.values]


def view(visitor: Visitor, _data: Dataset) -> None:
    """Draw the measured part of the plane, and the path so far."""
    lab_refused.show()
    job = answers_now(visitor).job
    if job is None:
        needs = tr(
            "A valley needs a path, and only your newest run has one: press <b>Train a new network</b> or choose "
            "it above."
        )
        st.html(f'<p class="ink-note">{needs}</p>')
        return
    if not has_states(visitor):
        wait = tr("Your run has only just begun: wait until its path is long enough to measure.")
        st.html(f'<p class="ink-note">{wait}</p>')
        return
    progress(EXPERIMENT, tr("Measuring the loss"))
    work = work_of(EXPERIMENT)
    if work is None or _lab_valley_of.get() != visitor.runs.current:
        at_any_time = tr("You can measure it during the run or after it: the path keeps growing.")
        st.html(f'<p class="ink-note">{at_any_time}</p>')
        return
    plane: Valley = work.work
    path = plane.places(_states(job))
    measured = plane.losses[np.isfinite(plane.losses)]
    if not len(measured):
        return
    low, high = float(measured.min()), float(measured.max())
    facts = [
        (tr("Lowest loss on the plane"), number(low, ".3f")),
        (tr("Highest"), number(high, ",.3f")),
        (
            tr("Of the path’s variation, this plane holds"),
            tr(
                "{share:.1%} <small>· a random walk: {by_chance:.1%}</small>",
                share=float(plane.explained),
                by_chance=float(plane.by_chance),
            ),
        ),
        (
            tr("Measured on"),
            f"{number(len(plane.labels), ',')} <small>{tr(job.data.load().noun('validation')[1])}</small>",
        ),
    ]
    alt = tr(
        "The loss over a plane, {low:.2f} to {high:.2f}, and the run's path of {n} points",
        low=low,
        high=high,
        n=len(path),
    )
    marks = tr(
        "Blue is low. The ring is the start of the run, the dot its current step. Only the dot is on the plane; the "
        "other steps are drawn at their nearest points on it, where the loss differs from theirs."
    )
    st.html(
        f'<div class="lab-row"><div class="lab-wide"><img class="lab-land" src="{_picture(plane, path)}" '
        f'alt="{html.escape(alt)}"></div><div>{facts_list(facts)}<p class="ink-status" style="margin-top:0.8rem">'
        f"{marks}</p></div></div>"
    )


def _picture(plane: Valley, path: np.ndarray) -> str:
    """Return the loss in bands of its logarithm, with the path over it, as an SVG data URL."""
    colors = theme.colors()
    low, high = (np.array([int(colors[name][at : at + 2], 16) for at in (1, 3, 5)]) for name in ("second", "paper"))
    heights = np.log(np.maximum(np.nan_to_num(gaps_filled(plane.losses), nan=np.inf, posinf=1e6), 1e-4))
    known = np.isfinite(plane.losses)
    floor, top = np.log(max(float(plane.losses[known].min()), 1e-4)), np.percentile(heights[known], 98)
    shares = np.clip((heights - floor) / max(float(top - floor), 1e-6), 0, 1).astype(np.float32)
    smooth = np.asarray(Image.fromarray(shares, "F").resize((SIZE // 2, SIZE // 2), Image.Resampling.BICUBIC))
    bands = np.clip(np.floor(smooth * BANDS) / (BANDS - 1), 0, 1)[..., np.newaxis]
    url = theme.image_url((low + bands * (high - low)).round().astype(np.uint8))
    corner = np.array([plane.across[0], plane.down[0]])
    extent = np.array([plane.across[-1], plane.down[-1]]) - corner
    points = np.clip((path - corner) / extent, -1, 2) * SIZE
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    marks = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colors["accent"]}"/>' for x, y in points)
    (first_x, first_y), (last_x, last_y) = points[0], points[-1]
    shapes = (
        f'<image href="{url}" width="{SIZE}" '
        f'height="{SIZE}"/><polyline points="{line}" fill="none" stroke="{colors["accent"]}" stroke-width="2.5" '
        f'stroke-linejoin="round"/>{marks}<circle cx="{first_x:.1f}" cy="{first_y:.1f}" r="8" fill="none" '
        f'stroke="{colors["text"]}" stroke-width="3"/><circle cx="{last_x:.1f}" cy="{last_y:.1f}" r="8" '
        f'fill="{colors["accent"]}" stroke="{colors["paper"]}" stroke-width="3"/>'
    )
    return svg_url(svg(SIZE, SIZE, shapes))
