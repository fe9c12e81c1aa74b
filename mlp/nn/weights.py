"""Networks as .safetensors files, which hold arrays and text, but no code."""

import json
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from mlp.atomic import write_whole
from mlp.checks import Number
from mlp.class_names import DIGITS, checked_names
from mlp.files.array_file import ArrayFile
from mlp.language import Later, mark, said_by
from mlp.learned import learned_by_names, learned_from
from mlp.nn.dropout import Dropout
from mlp.nn.layers import ACTIVATIONS, Dense
from mlp.nn.network import MLP
from mlp.nn.parameters import Parameter
from mlp.nn.reader import Reader
from mlp.nn.sequential import Sequential
from mlp.nn.tta import TTA_COPIES

FORMAT = "inkling-mlp-1"
MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_LAYERS = 32
LONGEST_MESSAGE = 300  # of an error, in characters: it may quote the file


class ModelError(ValueError):
    """A file is not a valid network, or a network cannot be saved as one; the message explains why to visitors."""


def save_model(network: Reader | Sequential, path: str | os.PathLike[str], *, half: bool = False, **facts: Any) -> None:
    """Write a network to a .safetensors file, atomically.

    Parameters
    ----------
    network : Reader, MLP or Sequential
        Its arrays become ``dense_1.weight`` (n_in, n_out), ``dense_1.bias`` (n_out,), ``dense_2.weight``, …. A
        Sequential can be saved if it has the form of an `MLP`: Dense layers with one kind of activation between them. A
        Reader's temperature, test-time augmentation, straightening, what it learned and facts are saved too. A network
        knows none of these: of a run, save ``run.reader``, not ``run.network``.
    path : path
        The file; its folder must exist.
    half : bool
        Write the arrays as float16, which halves the file and rounds each weight to 11 significant bits.
    **facts
        Anything that JSON can hold and that is worth keeping with the weights: seed, data, scores. They become
        ``facts`` of the loaded network. A file holds no dropout, as no reading needs it: to train further with it, save
        ``settings=run.settings.as_dict()``, and then make
        ``Run(Settings.from_dict(reader.facts["settings"]), reader.network)``.

    Raises
    ------
    ModelError
        If `load_model` would refuse the file: unknown layers, numbers that are not finite (facts too), or too many.
    TypeError
        If JSON cannot hold a fact.
    OSError
        If the file cannot be written.
    """
    write_whole(Path(path), dump_model(network, half=half, **facts))


def dump_model(network: Reader | Sequential, *, half: bool = False, **facts: Any) -> bytes:
    """Return the bytes of the file of `save_model`; the errors are those of `save_model`."""
    reader = network if isinstance(network, Reader) else Reader(_as_mlp(network))
    with np.errstate(over="ignore"):  # overflow becomes infinite, and is refused
        arrays = {
            name: np.ascontiguousarray(parameter.value, np.float16 if half else None)
            for name, parameter in _named(reader.network).items()
        }
    metadata = {
        "format": FORMAT,
        "activation": reader.activation,
        "temperature": repr(float(reader.temperature)),
        "looks": str(TTA_COPIES[reader.test_time_augmentation]),
        "facts": json.dumps({**reader.facts, **facts}),
    }
    if reader.straighten:
        metadata["straighten"] = "true"
    if reader.has_names and reader.names != DIGITS:
        metadata["names"] = json.dumps(reader.names)
    if reader.learned != learned_by_names(reader.names, has_threshold=reader.none_below is not None):
        metadata["learned"] = json.dumps(reader.learned.saved())
    if reader.none_below is not None:
        metadata["none_below"] = f"{reader.none_below:.12f}"
    data = safetensors.numpy.save(arrays, metadata)
    parse_model(data, "a saved network")
    return data


def _named(network: MLP) -> dict[str, Parameter]:
    """Return all parameters by their names in a file, layer by layer."""
    names = (f"dense_{n}.{part}" for n in range(1, len(network.layer_sizes)) for part in ("weight", "bias"))
    return dict(zip(names, network.parameters(), strict=True))


def _as_mlp(network: Sequential) -> MLP:
    """Return a list of layers in the form of a file, or raise an error that names the unsuitable layer."""
    if isinstance(network, MLP):
        return network
    dense = network.dense_layers
    kinds = [type(layer) for layer in network.layers if not isinstance(layer, Dropout)]  # reading ignores dropout
    activation = next((name for name, kind in ACTIVATIONS.items() if kind in kinds), "relu")
    twin = MLP.zeros([layer.n_in for layer in dense] + [dense[-1].n_out], activation) if dense else None
    if twin is None or [type(layer) for layer in twin.layers] != kinds:
        unsuitable = [kind.__name__ for kind in kinds if kind not in (Dense, *ACTIVATIONS.values())]
        cannot = f"; {unsuitable[0]} cannot be saved there" if unsuitable else ""
        raise ModelError(
            "a saved network must be Dense layers with one kind of activation between each two "
            f"({', '.join(ACTIVATIONS)}), got {network}{cannot}"
        )
    for parameter, kept in zip(twin.parameters(), network.parameters(), strict=True):
        parameter.value[...] = kept.value
    return twin


def load_model(path: str | os.PathLike[str]) -> Reader:
    """Return a network from a file of `save_model`, as a Reader with the way of reading that was saved with it.

    The network has no dropout, and straightens only if it was saved as a Reader that does, see `save_model`.

    Raises
    ------
    ModelError
        If the file is too large, incomplete, of another format, or holds an invalid shape, type or number. A ModelError
        is a ValueError.
    OSError
        If the file cannot be read.
    """
    path = Path(path)
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise ModelError(f"{path.name}: a model file has at most {MAX_FILE_BYTES:,} bytes, got {size:,}")
    return parse_model(path.read_bytes(), name=path.name)


def parse_model(data: bytes, name: str = "model file") -> Reader:
    """Return a network from the bytes of a file; the errors are those of `load_model`."""
    try:
        return _reader(data)
    except ValueError as error:
        text = said_by(error)
        shown = text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1] + "…"
        raise ModelError(Later("{where}: {error}", where=name, error=shown)) from error


def _reader(data: bytes) -> Reader:
    """Return the network, or raise a ValueError with the rule that the file breaks."""
    if len(data) > MAX_FILE_BYTES:
        raise ValueError(Later("a model file has at most {most:,} bytes, got {n:,}", most=MAX_FILE_BYTES, n=len(data)))
    file = ArrayFile(data, FORMAT)
    activation, facts = file.texts.get("activation", "none"), file.value("facts", {})
    if not isinstance(facts, dict):
        raise ValueError(Later("the facts in its metadata must be a JSON object"))
    network = MLP.zeros(_layer_sizes(file.arrays), activation)
    for name, parameter in _named(network).items():
        parameter.value = file.array(name, parameter.value.shape, np.float32, convert=True)
    names, learned = file.value("names"), file.value("learned")
    if learned is not None:
        learned = learned_from(learned, DIGITS if names is None else checked_names(names))
    return Reader(
        network,
        temperature=Number("temperature", low=0.01, high=100).checked(file.value("temperature", 1.0)),
        test_time_augmentation=_flag(file, "looks", *map(str, TTA_COPIES)),
        straighten=_flag(file, "straighten", "false", "true"),
        names=names,
        learned=learned,
        none_below=file.value("none_below"),
        facts=facts,
    )


def _layer_sizes(arrays: dict[str, np.ndarray]) -> list[int]:
    """Return the layer sizes that the weights have, if there are weights and biases for some layers only."""
    numbers = range(1, len(arrays) // 2 + 1)
    weights = [arrays.get(f"dense_{number}.weight") for number in numbers]
    biases = [arrays.get(f"dense_{number}.bias") for number in numbers]
    if not 1 <= len(numbers) <= MAX_LAYERS or len(arrays) % 2 or any(array is None for array in [*weights, *biases]):
        rule = mark("a network has arrays dense_1.weight, dense_1.bias and so on for 1 to {most} layers, got {names}")
        raise ValueError(Later(rule, most=MAX_LAYERS, names=", ".join(sorted(arrays))))
    shapes = [weight.shape for weight in weights if weight is not None]
    if any(len(shape) != 2 for shape in shapes) or any(before[1] != after[0] for before, after in pairwise(shapes)):
        rule = mark("weights must be of inputs × outputs, each fed by the one before, got {shapes}")
        raise ValueError(Later(rule, shapes=str(shapes)))
    return [shapes[0][0], *(shape[1] for shape in shapes)]


def _flag(file: ArrayFile, name: str, off: str, on: str) -> bool:
    """Return whether a text of the metadata is ``on``; by default it is ``off``."""
    text = file.texts.get(name, off)
    if text not in (off, on):
        raise ValueError(Later("{name} must be {off} or {on}, got {text}", name=name, off=off, on=on, text=repr(text)))
    return text == on
