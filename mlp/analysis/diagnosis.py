"""Problems of a training run, each with a remedy."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from mlp.analysis.dead_neurons import SAMPLE
from mlp.jobs.snapshot import Snapshot
from mlp.language import Later
from mlp.training.history import History
from mlp.training.settings import Settings

# The limits separate runs measured on MNIST. Healthy runs had a loss below 1.3 after 500 steps, a gap of at most 5.4
# points and at most 21% of dead neurons; others a loss above 1.9, a gap of 7 points or more, or 50%.
STUCK_LOSS = 0.75  # of a blind guess's loss
PATIENCE_STEPS = 500
MIN_STEPS = 50
GAP = 0.055
MEMORIZED = 0.9
DEAD_SHARE = 0.3
GOOD = 0.95  # training accuracy from which silent neurons do no harm


class Remedy(NamedTuple):
    """A remedy: the label of its button, and the settings to change."""

    label: Later
    changes: dict[str, Any]


@dataclass(frozen=True)
class Diagnosis:
    """A problem of a run.

    ``kind`` is "diverged", "not falling", "overfitting" or "dead"; ``title`` names it, ``text`` explains it, and
    ``remedy`` is worth a try.
    """

    kind: str
    title: Later
    text: Later
    remedy: Remedy


def diagnoses(snapshot: Snapshot, dead: Sequence[float] = ()) -> list[Diagnosis]:
    """Return the problems of a run, the worst first; none if all is well.

    ``dead`` is the fraction of dead neurons in each hidden layer, from `mlp.analysis.dead_neurons`; empty if unknown.
    """
    settings, rate = snapshot.settings, snapshot.learning_rate
    if snapshot.diverged is not None:
        return [_diverged(snapshot)]
    problems = []
    if is_stuck(snapshot.history, snapshot.steps, settings.n_classes):
        problems.append(_not_falling(settings, rate, snapshot.history))
    gaps = generalization_gaps(snapshot.history)
    newest = snapshot.history.newest
    if len(gaps) >= 2 and min(gaps[-2:]) > GAP and newest and (newest.training_accuracy or 0) > MEMORIZED:
        problems.append(_overfitting(settings, gaps[-1]))
    if dead and max(dead) > DEAD_SHARE and newest and (newest.training_accuracy or 0) < GOOD:
        problems.append(_dead(settings, rate, dead))
    return problems


def is_stuck(history: History, steps: int, n_classes: int) -> bool:
    """Whether the loss on training images, after enough steps, is still near that of a blind guess."""
    newest = history.newest
    if newest is None or newest.step < max(MIN_STEPS, min(PATIENCE_STEPS, steps // 2)):
        return False
    return newest.training_loss is not None and newest.training_loss > STUCK_LOSS * math.log(n_classes)


def generalization_gaps(history: History) -> list[float]:
    """Return training accuracy minus validation accuracy, both on unwarped images, at each evaluation after an epoch.

    0.1 is ten percentage points.
    """
    return [
        evaluation.training_accuracy - evaluation.accuracy
        for evaluation in list(history.evaluations)
        if evaluation.training_accuracy is not None and evaluation.step >= max(history.steps_per_epoch, MIN_STEPS)
    ]


def rounded_rate(rate: float) -> float:
    """Return a learning rate rounded to one digit: 1, 1.5, 2, 3, 5 or 7 times a power of ten.

    >>> rounded_rate(0.033), rounded_rate(0.01), rounded_rate(0.012)
    (0.03, 0.01, 0.01)
    """
    power = 10.0 ** math.floor(math.log10(rate) + 1e-9)
    nearest = min((1, 1.5, 2, 3, 5, 7, 10), key=lambda digit: abs(math.log(rate / power / digit)))
    return float(f"{nearest * power:.6g}")


def _usual(settings: Settings) -> float:
    """Return a learning rate with which the optimizer usually does well.

    It grows with the square root of the batch size. With batches of 512, SGD reads 95.7% of validation digits after
    four epochs with 0.4, but 92.5% with 0.1 and 21% with 1.6 (seeds 1 and 2).
    """
    rate = 0.001 if settings.optimizer == "adam" else 0.1 * (1 - settings.momentum)
    return rate * math.sqrt(settings.batch_size / Settings.batch_size)


def _slower(settings: Settings, rate: float) -> Remedy:
    slower = rounded_rate(_usual(settings) if rate >= 2 * _usual(settings) else rate / 10)
    return _with_rate(slower)


def _with_rate(rate: float) -> Remedy:
    return Remedy(Later("Try learning rate {rate:g}", rate=rate), {"learning_rate": rate})


def _diverged(snapshot: Snapshot) -> Diagnosis:
    return Diagnosis(
        "diverged",
        Later("The loss is no longer a finite number at step {step:,}", step=snapshot.diverged),
        Later(
            "The steps were too large, and the weights grew without limit. The network from step {step:,} is kept.",
            step=snapshot.step,
        ),
        _slower(snapshot.settings, snapshot.learning_rate),
    )


def _not_falling(settings: Settings, rate: float, history: History) -> Diagnosis:
    newest = history.newest
    assert newest is not None
    title, why = Later("The loss is not falling"), Later("Smaller steps help more often than larger ones.")
    remedy = _slower(settings, rate)
    if rate >= 2.9 * _usual(settings):  # so long that they are the most likely cause
        why = Later("The steps look too large: each jumps across the valley that it should go down into.")
    elif settings.activation == "sigmoid" and len(settings.hidden) > 1:
        why = Later(
            "A sigmoid passes back a quarter of the gradient at most; through several layers hardly any is left."
        )
        remedy = Remedy(Later("Try ReLU"), {"activation": "relu"})
    elif settings.dropout and rate > 0.05 * _usual(settings):
        why = Later(
            "Dropout lets {share:.0%} of the hidden neurons sit out for each image. Too few may be left.",
            share=settings.dropout,
        )
        remedy = Remedy(Later("Try dropout 0"), {"dropout": 0.0})
    elif rate < 0.9 * _usual(settings):
        title = Later("The loss is hardly falling")
        why = Later("The steps look too small: at this pace, training would take very long.")
        remedy = _with_rate(rounded_rate(min(100 * rate, _usual(settings))))
    text = Later(
        "On training images, not bent and without dropout, it is {loss:.2f}. A blind guess costs {blind:.2f}. {why}",
        loss=newest.training_loss,
        blind=math.log(settings.n_classes),
        why=why,
    )
    return Diagnosis("not falling", title, text, remedy)


def _overfitting(settings: Settings, gap: float) -> Diagnosis:
    if settings.images is not None:
        more = settings.images * 10
        remedy = (
            Remedy(Later("Try {n:,} images", n=more), {"images": more})
            if more <= 10_000
            else Remedy(Later("Try all images"), {"images": None})
        )
    elif not settings.warp:
        remedy = Remedy(Later("Try bent images"), {"warp": 1.0})
    else:
        stronger = min(max(10 * settings.weight_decay, 1e-4), 1e-2)
        remedy = Remedy(Later("Try weight decay {strength:g}", strength=stronger), {"weight_decay": stronger})
    return Diagnosis(
        "overfitting",
        Later("The network memorizes its images"),
        Later(
            "Of a hundred images, it reads {more:.0f} more in training than in validation. It has learned what is "
            "special about these images, which doesn’t help with others.",
            more=100 * gap,
        ),
        remedy,
    )


def _dead(settings: Settings, rate: float, dead: Sequence[float]) -> Diagnosis:
    worst = max(range(len(dead)), key=dead.__getitem__)
    return Diagnosis(
        "dead",
        Later("Many neurons are silent"),
        Later(
            "In hidden layer {layer}, {share:.0%} of the neurons give 0 on all {n} images tried. Training hardly "
            "changes such a neuron, so many stay silent. Steps that are too large can cause this.",
            layer=worst + 1,
            share=float(dead[worst]),
            n=SAMPLE,
        ),
        _slower(settings, rate),
    )
