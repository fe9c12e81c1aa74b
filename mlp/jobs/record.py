"""Records of jobs: all that a job needs to resume, as bytes."""

import json
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import safetensors.numpy

from mlp.checks import Number, checked_int
from mlp.files.array_file import ArrayFile
from mlp.nn.optimizers import FIRST_RATE
from mlp.training.data.saved_sources import Source, dump_source, parse_source
from mlp.training.history import Evaluation, History
from mlp.training.run import Run
from mlp.training.settings import Settings

FORMAT = "inkling-run-4"
"""Of the only records that can be read: a run of another one is set aside on disk, and its visitor told."""


class RecordError(ValueError):
    """A file does not hold a run that can be resumed; the message says why."""


@dataclass(frozen=True)
class Record:
    """A job at one point of its training."""

    run: Run  # not changed afterward
    data: Source  # for training, without the synthetic digits of its settings
    history: History
    seconds: float = 0.0  # of training so far
    diverged: int | None = None  # the step whose loss was no longer finite
    playing: bool = False  # whether it was training without being asked for each step
    extra: dict[str, Any] = field(default_factory=dict)  # the owner's own data, as JSON values


def dump_record(record: Record, *, weights_are_random: bool = False) -> bytes:
    """Return a record as the bytes of a .safetensors file, for `parse_record`.

    ``weights_are_random`` says whether the run started with random weights. Before its first step, its settings then
    hold all of it.
    """
    data, data_arrays = dump_source(record.data)
    run, history = record.run, record.history
    evaluations = np.array(history.evaluations, np.float64).reshape(-1, len(Evaluation._fields))  # None becomes nan
    arrays = {
        "losses": history.losses,
        "accuracies": history.accuracies,
        "evaluations": evaluations,
        "learning_rates": np.array(history.learning_rates, np.float64).reshape(-1, 2),
        **data_arrays,
    }
    about = {
        "settings": run.settings.as_dict(),
        "step": run.step,
        "learning_rate": run.learning_rate,
        "temperature": run.temperature,
        "data": data,
        "steps_per_epoch": history.steps_per_epoch,
        "seconds": record.seconds,
        "diverged": record.diverged,
        "playing": record.playing,
        "extra": record.extra,
    }
    if run.step or not weights_are_random:
        arrays |= {"values": run.network.values, **run.optimizer.slots}
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return safetensors.numpy.save(arrays, {"format": FORMAT, "about": json.dumps(about)})


def parse_record(data: bytes) -> Record:
    """Return the record that `dump_record` wrote.

    Raises a RecordError if the bytes are cut short, are not a record, or hold values that no run of this version has.
    """
    try:
        file = ArrayFile(data, FORMAT)
        about = file.value("about")
        return Record(
            run=_run(about, file),
            data=parse_source(about["data"], file.arrays),
            history=_history(about, file.arrays),
            seconds=Number("seconds", low=0).checked(about["seconds"]),
            diverged=None if about["diverged"] is None else checked_int("diverged", about["diverged"], 1, 2**53),
            playing=about["playing"] is True,
            extra=dict(about["extra"]),
        )
    except Exception as error:
        raise RecordError(f"not a whole record of a run ({type(error).__name__}: {error})") from error


def _run(about: dict[str, Any], file: ArrayFile) -> Run:
    run = Run(Settings.from_dict(about["settings"]), temperature=about["temperature"])
    run.learning_rate = FIRST_RATE.checked(about["learning_rate"])
    run.step = about["step"]
    if run.step == 0 and "values" not in file.arrays:
        return run
    for name, array in {"values": run.network.values, **run.optimizer.slots}.items():
        array[...] = file.array(name, array.shape, array.dtype)
    run.optimizer.steps_taken = run.step
    return run


def _history(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> History:
    history = History(checked_int("steps_per_epoch", about["steps_per_epoch"], 1, 2**53))
    if not len(arrays["losses"]) == len(arrays["accuracies"]) == about["step"]:
        raise ValueError(f"there must be one loss and one accuracy for each of {about['step']} steps")
    history.add_steps(arrays["losses"], arrays["accuracies"])
    for step, epoch, loss, accuracy, *others in arrays["evaluations"].tolist():
        optional = (None if math.isnan(value) else value for value in others)
        history.evaluations.append(Evaluation(int(step), epoch, loss, accuracy, *optional))
    history.learning_rates.extend((epoch, rate) for epoch, rate in arrays["learning_rates"].tolist())
    return history
