"""A network for plain numpy: its arrays, and a script of thirty lines that reads with them."""

import io

import numpy as np

from mlp.analysis.other_tools.export_basics import ACTIVATIONS, filled_template
from mlp.nn.reader import Reader


def npz(reader: Reader) -> bytes:
    """Return the weights as ``weight_1`` (n_in, n_out), ``bias_1`` (n_out,), … in an .npz file."""
    arrays = {}
    for number, layer in enumerate(reader.network.dense_layers, start=1):
        arrays[f"weight_{number}"] = layer.weight.value.astype(np.float32)
        arrays[f"bias_{number}"] = layer.bias.value.astype(np.float32)
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def numpy_files(reader: Reader, name: str) -> dict[str, bytes]:
    """Return ``NAME.npz`` with the weights, and ``NAME.py``, thirty lines that load, read and score."""
    script = filled_template(
        "numpy_script.txt" if reader.reads_digits else "numpy_signs_script.txt",
        reader,
        weights=repr(f"{name}.npz"),
        activation=ACTIVATIONS[reader.activation][0],
    )
    return {f"{name}.npz": npz(reader), f"{name}.py": script.encode()}
