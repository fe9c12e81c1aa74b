"""Saved steps of a run as bytes, which survive a restart of the server like the run itself."""

import numpy as np
import safetensors.numpy

from mlp.files.array_file import ArrayFile
from mlp.jobs.moments.rewind import Rewind
from mlp.nn.network import MLP
from mlp.training.run import Run

FORMAT = "inkling-moments-1"


def dump_moments(rewind: Rewind, first: MLP | None) -> bytes:
    """Return saved steps as the bytes of a .safetensors file, for `restore_moments`.

    ``first`` is the network that the run started with, unless its settings determine it.
    """
    states = rewind.states
    arrays = {
        "steps": np.array(list(states), np.int64),
        "weights": np.stack(list(states.values())),
    }
    if first is not None:
        arrays["first"] = first.values
    return safetensors.numpy.save(arrays, {"format": FORMAT})


def restore_moments(data: bytes, rewind: Rewind, run: Run) -> None:
    """Restore the saved steps of ``run``, and the network that it started with, if that is in the file.

    Raises an error of any kind if the bytes are not the saved steps of this run.
    """
    file, n_parameters = ArrayFile(data, FORMAT), rewind.settings.n_parameters
    steps = file.arrays["steps"].tolist()
    weights = file.array("weights", (len(steps), n_parameters), np.float16)
    first = file.array("first", (n_parameters,), np.float32) if "first" in file.arrays else None
    if steps != sorted(set(steps)) or not all(step > 0 for step in steps):
        raise ValueError("moments must be of steps from 1 on, each once and in order")
    # The run may have been saved slightly before its steps.
    kept = {step: row.copy() for step, row in zip(steps, weights, strict=True) if step <= run.step}
    rewind.states = {**kept, **rewind.states}
    if first is not None and rewind.start is None:
        rewind.start = Run(run.settings, run.network, temperature=run.temperature)
        rewind.start.network.values[...] = first
