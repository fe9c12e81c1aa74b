"""Records of jobs: all that a job needs to resume, as bytes."""

import json
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import safetensors.numpy

from mlp.checks import checked, checked_int
from mlp.images.mnist import Split
from mlp.nn.weights import read_header
from mlp.training.data.sign_data import SignData
from mlp.training.data.sources import Data, Mnist
from mlp.training.data.teaching_data import TeachingData, teaching_data
from mlp.training.history import Evaluation, History
from mlp.training.run import Run
from mlp.training.settings import N_INPUTS, Settings

FORMAT = "inkling-run-1"


class RecordError(ValueError):
    """A file does not hold a run that can be resumed; the message says why."""


@dataclass(frozen=True)
class Record:
    """A job at one point of its training."""

    run: Run  # not changed afterward
    data: Data  # for training
    history: History
    seconds: float = 0.0  # of training so far
    diverged: int | None = None  # the step whose loss was no longer finite
    playing: bool = False  # whether it was training without being asked for each step
    extra: dict[str, Any] = field(default_factory=dict)  # the owner's own data, as JSON values


def dump_record(record: Record, *, weights_are_random: bool = False) -> bytes:
    """Return a record as the bytes of a .safetensors file, for `parse_record`.

    Parameters
    ----------
    record : Record
    weights_are_random : bool
        Whether the run started with random weights. Before its first step, its settings then hold all of it.

    Raises
    ------
    RecordError
        If no other process could find the training data.
    """
    run, history = record.run, record.history
    evaluations = np.array(history.evaluations, np.float64).reshape(-1, len(Evaluation._fields))  # None becomes nan
    arrays = {
        "losses": history.losses,
        "accuracies": history.accuracies,
        "evaluations": evaluations,
        "learning_rates": np.array(history.learning_rates, np.float64).reshape(-1, 2),
    }
    about: dict[str, Any] = {
        "settings": run.settings.as_dict(),
        "step": run.step,
        "learning_rate": run.learning_rate,
        "counters": {},
        "temperature": run.temperature,
        "folder": None,
        "own_share": None,
        "steps_per_epoch": history.steps_per_epoch,
        "seconds": record.seconds,
        "diverged": record.diverged,
        "playing": record.playing,
        "extra": record.extra,
    }
    if run.step or not weights_are_random:
        arrays["values"] = run.network.values
        for name, kept in run.optimizer.state().items():
            if isinstance(kept, list):
                arrays |= {f"{name}.{number}": array for number, array in enumerate(kept)}
            else:
                about["counters"][name] = kept
    data = record.data
    if isinstance(data, TeachingData):
        about["own_share"] = data.share
        arrays |= _digits("own", data.images, data.labels)
        data = data.base
    if isinstance(data, SignData):
        arrays |= _digits("signs", data.images, data.labels)
        arrays |= _digits("held_signs", data.held_images, data.held_labels)
    elif isinstance(data, Mnist):
        about["folder"] = data.directory
    else:
        raise RecordError(f"a run on {type(data).__name__} cannot be saved: its images exist only in this process")
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return safetensors.numpy.save(arrays, {"format": FORMAT, "about": json.dumps(about)})


def parse_record(data: bytes) -> Record:
    """Return the record that `dump_record` wrote.

    Raises
    ------
    RecordError
        If the bytes are cut short, are not a record, or hold values that no run of this version has.
    """
    try:
        metadata, _ = read_header(data, "a run")
        if metadata["format"] != FORMAT:
            raise ValueError(f"its format must be {FORMAT!r}, got {metadata['format']!r}")
        about = json.loads(metadata["about"])
        arrays = safetensors.numpy.load(data)
        run = _run(about, arrays)
        return Record(
            run=run,
            data=_data(about, arrays, run.settings.names),
            history=_history(about, arrays),
            seconds=checked("seconds", about["seconds"], low=0),
            diverged=None if about["diverged"] is None else checked_int("diverged", about["diverged"], 1, 2**53),
            playing=about["playing"] is True,
            extra=dict(about["extra"]),
        )
    except Exception as error:
        raise RecordError(f"not a whole record of a run ({type(error).__name__}: {error})") from error


def _digits(name: str, images: bytes, labels: bytes) -> dict[str, np.ndarray]:
    return {
        f"{name}_images": np.frombuffer(images, np.uint8).reshape(-1, N_INPUTS),
        f"{name}_labels": np.frombuffer(labels, np.uint8),
    }


def _run(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> Run:
    run = Run(Settings.from_dict(about["settings"]), temperature=about["temperature"])
    run.learning_rate = checked("learning_rate", about["learning_rate"], low=0, open_low=True)
    run.step = checked_int("step", about["step"], 0, 2**53)
    if run.step == 0 and "values" not in arrays:
        return run
    _fill(run.network.values, arrays["values"])
    optimizer = run.optimizer.state()
    for name, kept in optimizer.items():
        if isinstance(kept, list):
            for number, array in enumerate(kept):
                _fill(array, arrays[f"{name}.{number}"])
        else:
            optimizer[name] = checked_int(name, about["counters"][name], 0, 2**53)
    run.optimizer.restore(optimizer)
    return run


def _data(about: dict[str, Any], arrays: dict[str, np.ndarray], names: tuple[str, ...]) -> Data:
    if "signs_images" in arrays:
        splits = [Split(arrays[f"{name}_images"], arrays[f"{name}_labels"]) for name in ("signs", "held_signs")]
        if not len(splits[0]) or max(split.labels.max(initial=0) for split in splits) >= len(names):
            raise ValueError(f"a run on signs must have drawings of {', '.join(names)}")
        digits = [part.tobytes() for each in splits for part in (each.images, each.labels.astype(np.uint8))]
        return SignData(names, *digits)
    folder = about["folder"]
    if folder is not None and not isinstance(folder, str):
        raise ValueError(f"a folder must be a path, got {folder!r}")
    if about["own_share"] is None:
        return Mnist(folder)
    return teaching_data(Mnist(folder), arrays["own_images"], arrays["own_labels"], about["own_share"])


def _history(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> History:
    history = History(checked_int("steps_per_epoch", about["steps_per_epoch"], 1, 2**53))
    if not len(arrays["losses"]) == len(arrays["accuracies"]) == about["step"]:
        raise ValueError(f"there must be one loss and one accuracy for each of {about['step']} steps")
    history.add_steps(arrays["losses"], arrays["accuracies"])
    evaluations = [arrays[name] for name in ("evaluations", "paper") if name in arrays]  # two in the previous version
    for step, epoch, loss, accuracy, *others in np.hstack(evaluations).tolist():
        optional = (None if math.isnan(value) else value for value in others)
        history.evaluations.append(Evaluation(int(step), epoch, loss, accuracy, *optional))
    history.learning_rates.extend((epoch, rate) for epoch, rate in arrays["learning_rates"].tolist())
    return history


def _fill(array: np.ndarray, kept: np.ndarray) -> None:
    """Copy an array of the same shape and type with finite numbers."""
    if kept.shape != array.shape or kept.dtype != array.dtype or not np.isfinite(kept).all():
        raise ValueError(f"an array must be finite {array.dtype} of shape {array.shape}, got {kept.dtype} {kept.shape}")
    array[...] = kept
