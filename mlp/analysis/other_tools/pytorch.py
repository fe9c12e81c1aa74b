"""A network for PyTorch: weights for ``load_state_dict``, and a script that builds its network."""

import json
from itertools import pairwise

import numpy as np
import safetensors.numpy

from mlp.analysis.other_tools.export_basics import filled_template, probabilities_note
from mlp.nn.layers import ACTIVATIONS
from mlp.nn.reader import Reader


def state_dict(reader: Reader) -> dict[str, np.ndarray]:
    """Return the weights, (n_out, n_in) each, named as in an ``nn.Sequential`` of Linear layers and activations."""
    arrays: dict[str, np.ndarray] = {}
    for number, layer in enumerate(reader.network.dense_layers):
        arrays[f"{2 * number}.weight"] = np.ascontiguousarray(layer.weight.value.T, np.float32)
        arrays[f"{2 * number}.bias"] = np.ascontiguousarray(layer.bias.value, np.float32)
    return arrays


def pytorch_files(reader: Reader, name: str) -> dict[str, bytes]:
    """Return ``NAME.safetensors`` with the state dict, and ``NAME.py``, twenty lines that load it and score it."""
    about = {"format": "pt", "about": probabilities_note(reader), "names": json.dumps(reader.names)}
    weights = safetensors.numpy.save(state_dict(reader), about)
    sizes, activation = reader.layer_sizes, ACTIVATIONS[reader.activation].__name__  # PyTorch's names, too
    layers = f"torch.nn.{activation}(), ".join(
        f"torch.nn.Linear({n_in}, {n_out}), " for n_in, n_out in pairwise(sizes)
    ).removesuffix(", ")
    images = 'mnist("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 784) / 255'
    if reader.straighten:
        images = f"torch.tensor(straightened(({images}).numpy()))"
    script = filled_template(
        "pytorch_script.txt" if reader.reads_digits else "pytorch_signs_script.txt",
        reader,
        as_read="torch.tensor(straightened(images.numpy()))" if reader.straighten else "images",
        weights=repr(f"{name}.safetensors"),
        layers=layers,
        images=images,
    )
    return {f"{name}.safetensors": weights, f"{name}.py": script.encode()}
