"""Exports of a run: its facts, the command that repeats it, and a table of its curves."""

import io
import shlex
from typing import Any

from mlp.images.drawings.drawing_set import DrawingSet
from mlp.jobs.snapshot import Snapshot
from mlp.training.data.drawing_data import DrawingData, drawing_data
from mlp.training.data.image_set import ImageSet
from mlp.training.data.saved_sources import Source, image_facts
from mlp.training.data.sources import Mnist
from mlp.training.history import History
from mlp.training.settings import SETTINGS, Settings

ALWAYS_LISTED = ("hidden", "learning_rate", "epochs", "batch_size", "seed")


def facts_of(snapshot: Snapshot) -> dict[str, Any]:
    """Return the facts of a run that are kept with its network."""
    newest = snapshot.history.newest
    return {
        "data": snapshot.data_name,
        "steps": snapshot.step,
        "seconds": round(snapshot.seconds, 2),
        "settings": snapshot.settings.as_dict(),
        **({} if newest is None else {"validation_accuracy": newest.accuracy}),
    }


def command_line(settings: Settings, data: Source, signs: DrawingSet, out: str = "run.safetensors") -> str | None:
    """Return the command that trains the same network from random weights and saves it; None if there is none.

    It omits default values, except those of the most important settings, and values that have no effect.

    The command line trains on MNIST, on a data set, here named by its title, and on all signs of a file; not on own
    digits or few digits, for example. The page saves ``signs``, the visitor's, as this file: they must still be those
    of the data. ``out`` is the file to write.

    >>> command_line(Settings(optimizer="adam", learning_rate=0.001), Mnist(), DrawingSet())
    'python -m mlp train --layers 100,200 --learning-rate 0.001 --epochs 25 --batch-size 32 --optimizer adam --seed 42 --out run.safetensors'
    """  # noqa: E501
    are_signs = isinstance(data, DrawingData) and signs.missing is None and data == drawing_data(signs)
    if not are_signs and not isinstance(data, Mnist | ImageSet):
        return None
    effect = {
        "momentum": settings.optimizer == "sgd",
        "without_styles": settings.synthetic > 0,
        "images": settings.images is not None and settings.images < image_facts(data).n_train,
    }
    words = ["python", "-m", "mlp", "train"]
    for entry in SETTINGS:
        value = getattr(settings, entry.field)
        if entry.field in ALWAYS_LISTED or (value != entry.default and effect.get(entry.field, True)):
            words.append(entry.flag)
            if value is not True:
                words.append(",".join(map(str, value)) if isinstance(value, tuple) else str(value))
    if are_signs:
        words += ["--drawings", "my-signs.json"]
    if isinstance(data, ImageSet):
        words += ["--data", data.title]
    return shlex.join([*words, "--out", out])


def curves_csv(history: History, learning_rate: float) -> str:
    """Return a run's records as CSV: a row for each step, with the evaluations where they were measured.

    ``learning_rate`` is the run's first one; the history has its changes. The row of step *n* has its minibatch before
    the update, and the measurements after it. Step 0 is the untrained network. The column ``learning_rate`` is the one
    that was set, before any schedule.
    """
    losses, accuracies = history.losses, history.accuracies
    measured = {evaluation.step: evaluation for evaluation in list(history.evaluations)}
    changes = list(history.learning_rates)
    rows = io.StringIO()
    names = ("training_loss", "training_accuracy", "loss", "accuracy")
    rows.write("step,epoch,learning_rate,loss,accuracy,training_loss,training_accuracy,validation_loss,")
    rows.write("validation_accuracy\n")
    for step in range(len(losses) + 1):
        epoch = history.epoch_at(step)
        while changes and epoch > changes[0][0]:
            learning_rate = changes.pop(0)[1]
        own = f"{losses[step - 1]:.6g},{accuracies[step - 1]:.6g}" if step else ","
        there = measured.get(step)
        if step == 0 and there is None:
            continue
        values = [None if there is None else getattr(there, name) for name in names]
        read = ",".join("" if value is None else f"{value:.6g}" for value in values)
        rows.write(f"{step},{epoch:.6g},{learning_rate:g},{own},{read}\n")
    return rows.getvalue()
