"""Networks as .safetensors files, which hold arrays and text, but no code."""

import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from mlp.atomic import write_whole
from mlp.class_names import DIGITS, checked_names
from mlp.nn.dropout import Dropout
from mlp.nn.layers import ACTIVATIONS, Dense, Layer
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.nn.sequential import Sequential
from mlp.nn.test_time_augmentation import TTA_COPIES, is_square

FORMAT = "inkling-mlp-1"
MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_LAYERS = 32
MAX_HEADER_BYTES = 1_000_000  # ten megabytes of "[]," would take a quarter of a gigabyte as lists
FLOAT_TYPES = {"F16", "F32", "F64"}
STRAIGHTEN = "straighten"
"""Entry of a file's metadata for a network that reads straightened images."""
NAMES, NONE_BELOW = "names", "none_below"
"""Optional entries of a file's metadata: a JSON list of the classes' names, and a probability."""


class ModelError(ValueError):
    """A file is not a valid network, or a network cannot be saved as one; the message explains why to visitors."""


def save_model(network: Reader | Sequential, path: str | os.PathLike[str], *, half: bool = False, **facts: Any) -> None:
    """Write a network to a .safetensors file, atomically.

    Parameters
    ----------
    network : Reader, MLP or Sequential
        Its arrays become ``dense_1.weight`` (n_in, n_out), ``dense_1.bias`` (n_out,), ``dense_2.weight``, …. A
        Sequential can be saved if it has the form of an `MLP`: Dense layers with one kind of activation between them. A
        Reader's temperature, test-time augmentation, straightening and facts are saved too.
    path : path
        The file; its folder must exist.
    half : bool
        Write the arrays as float16, which halves the file and rounds each weight to 11 significant bits.
    **facts
        Anything that JSON can hold and that is worth keeping with the weights: seed, data, scores. They become
        ``facts`` of the loaded network.

    Raises
    ------
    ModelError
        If `load_model` would refuse the file: unknown layers, numbers that are not finite, or too many of them.
    TypeError
        If JSON cannot hold a fact.
    OSError
        If the file cannot be written.
    """
    write_whole(Path(path), dump_model(network, half=half, **facts))


def dump_model(network: Reader | Sequential, *, half: bool = False, **facts: Any) -> bytes:
    """Return the bytes of the file of `save_model`; the errors are those of `save_model`."""
    reader = network if isinstance(network, Reader) else Reader(_as_mlp(network))
    arrays = {}
    for number, layer in enumerate(reader.network.dense_layers, start=1):
        for part, parameter in (("weight", layer.weight), ("bias", layer.bias)):
            with np.errstate(over="ignore"):  # overflow becomes infinite, and is refused
                array = np.ascontiguousarray(parameter.value, np.float16 if half else None)
            if not np.isfinite(array).all():
                raise ModelError(
                    f"a saved network must hold finite {array.dtype}, got NaN or infinity among its {part}s"
                )
            arrays[f"dense_{number}.{part}"] = array
    metadata = {
        "format": FORMAT,
        "activation": reader.activation,
        "temperature": repr(float(reader.temperature)),
        "looks": str(TTA_COPIES[reader.test_time_augmentation]),
        "facts": json.dumps({**reader.facts, **facts}),
    }
    if reader.straighten:
        metadata[STRAIGHTEN] = "true"
    if reader.has_names and reader.names != DIGITS:
        metadata[NAMES] = json.dumps(reader.names)
    if reader.none_below is not None:
        metadata[NONE_BELOW] = f"{reader.none_below:.12f}"
    _temperature(metadata, "a saved network")
    _facts(metadata, "a saved network")
    data = safetensors.numpy.save(arrays, metadata)
    read_header(data, "a saved network")
    if len(data) > MAX_FILE_BYTES:
        raise ModelError(f"a model file has at most {MAX_FILE_BYTES:,} bytes, {network} needs {len(data):,}")
    return data


def _as_mlp(network: Sequential) -> MLP:
    """Return a list of layers in the form of a file, or raise an error that names the unsuitable layer."""
    if isinstance(network, MLP):
        return network
    names: dict[type[Layer], str] = {kind: name for name, kind in ACTIVATIONS.items()}
    layers = [layer for layer in network.layers if not isinstance(layer, Dropout)]  # reading ignores dropout
    dense, between = layers[::2], layers[1::2]
    unsuitable = [layer for layer in layers if type(layer) not in (Dense, *names)]
    unsuitable += [layer for layer in dense if type(layer) is not Dense]
    unsuitable += [layer for layer in between if type(layer) not in names]
    activations = {names[type(layer)] for layer in between if type(layer) in names}
    if unsuitable or len(activations) > 1 or len(dense) == len(between):
        cannot = f"; {type(unsuitable[0]).__name__} cannot be saved there" if unsuitable else ""
        raise ModelError(
            "a saved network must be Dense layers with one kind of activation between each two "
            f"({', '.join(ACTIVATIONS)}), got {network}{cannot}"
        )
    sizes = [network.dense_layers[0].n_in, *(layer.n_out for layer in network.dense_layers)]
    activation = next(iter(activations), "relu")
    twin = MLP(sizes, activation=activation, rng=np.random.default_rng(0), dtype=network.dtype)
    for parameter, kept in zip(twin.parameters(), network.parameters(), strict=True):
        parameter.value[...] = kept.value
    return twin


def load_model(path: str | os.PathLike[str]) -> Reader:
    """Return a network from a file of `save_model`, as a Reader with the way of reading that was saved with it.

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
    if len(data) > MAX_FILE_BYTES:
        raise ModelError(f"{name}: a model file has at most {MAX_FILE_BYTES:,} bytes, got {len(data):,}")
    metadata, entries = read_header(data, name)
    if metadata.get("format") != FORMAT:
        raise ModelError(f"{name}: its metadata must say format {FORMAT!r}, got {metadata.get('format')!r}")
    if metadata.get("activation") not in ACTIVATIONS:
        raise ModelError(
            f"{name}: activation must be one of {', '.join(ACTIVATIONS)}, got {metadata.get('activation')!r}"
        )
    layer_sizes = _layer_sizes(entries, name)
    reading = _reading(metadata, layer_sizes, name)
    try:
        arrays = safetensors.numpy.load(data)
    except Exception as error:  # safetensors raises several kinds of errors, including json's
        raise ModelError(f"{name}: not a whole safetensors file ({error})") from error

    network = MLP(layer_sizes, activation=metadata["activation"], rng=np.random.default_rng(0))
    for number, layer in enumerate(network.dense_layers, start=1):
        for part, parameter in (("weight", layer.weight), ("bias", layer.bias)):
            array = arrays[f"dense_{number}.{part}"]
            with np.errstate(over="ignore"):  # a float64 too large for float32 becomes infinite and is refused below
                parameter.value[...] = array
            if not np.isfinite(parameter.value).all():
                raise ModelError(f"{name}: dense_{number}.{part} must hold finite numbers, got NaN or infinity")
    return Reader(network, **reading)


def read_header(data: bytes, name: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the metadata and array entries of the JSON header (its length, little-endian in 8 bytes, comes first)."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8:
        raise ModelError(f"{name}: not a safetensors file, or cut short ({len(data):,} bytes)")
    if length > MAX_HEADER_BYTES:
        raise ModelError(f"{name}: names, shapes and facts may take {MAX_HEADER_BYTES:,} bytes, got {length:,}")
    try:
        header = _parse_json(data[8 : 8 + length])
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{name}: not a safetensors file, its header is not JSON of valid text") from error
    if not isinstance(header, dict):
        raise ModelError(f"{name}: not a safetensors file, its header is not a JSON object")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise ModelError(f"{name}: the metadata of a safetensors file must be text")
    return metadata, header


def _parse_json(text: str | bytes) -> Any:
    """Return what ``text`` holds; a ValueError if it is not JSON, or if a string in it is not valid Unicode."""
    value = json.loads(text)
    # "\ud800" is valid JSON and half a character, which no page, log or file can hold.
    json.dumps(value, ensure_ascii=False).encode()
    return value


def _layer_sizes(entries: dict[str, Any], name: str) -> list[int]:
    """Return the layer sizes from the shapes in the header, after checking names, types and shapes."""
    n_layers = len(entries) // 2
    expected = {f"dense_{number}.{part}" for number in range(1, n_layers + 1) for part in ("weight", "bias")}
    if not 1 <= n_layers <= MAX_LAYERS or set(entries) != expected:
        raise ModelError(
            f"{name}: a network has arrays dense_1.weight, dense_1.bias and so on for 1 to {MAX_LAYERS} layers, "
            f"got {_shortened(', '.join(sorted(entries)))}"
        )
    shapes = {}
    for key, entry in entries.items():
        shape = entry.get("shape") if isinstance(entry, dict) else None
        dims = 2 if key.endswith("weight") else 1
        if (
            not isinstance(shape, list)
            or len(shape) != dims
            or not all(isinstance(n, int) and not isinstance(n, bool) and n >= 1 for n in shape)
        ):
            raise ModelError(f"{name}: {key} must have {dims} dimensions of at least 1, got {_shortened(str(shape))}")
        dtype = entry.get("dtype")
        if not isinstance(dtype, str) or dtype not in FLOAT_TYPES:
            raise ModelError(f"{name}: {key} must be {', '.join(sorted(FLOAT_TYPES))}, got {_shortened(repr(dtype))}")
        shapes[key] = shape
    sizes = [shapes["dense_1.weight"][0]]
    for number in range(1, n_layers + 1):
        weight, bias = shapes[f"dense_{number}.weight"], shapes[f"dense_{number}.bias"]
        if weight[0] != sizes[-1] or bias != weight[1:]:
            raise ModelError(
                f"{name}: dense_{number} must map {sizes[-1]} inputs to as many outputs as it has biases, "
                f"got weight {weight} and bias {bias}"
            )
        sizes.append(weight[1])
    # The header may promise more than the file holds, so nothing is allocated before this check.
    if sum(int(np.prod(shape, dtype=object)) for shape in shapes.values()) * 2 > MAX_FILE_BYTES:
        raise ModelError(f"{name}: its shapes {sizes} need more than {MAX_FILE_BYTES:,} bytes")
    return sizes


def _entry(metadata: dict[str, str], name: str, key: str, pattern: str, must: str) -> str | None:
    """Return an entry of the metadata, None if there is none, after matching it with a pattern of all valid texts."""
    text = metadata.get(key)
    if text is not None and not re.fullmatch(pattern, text):
        raise ModelError(f"{name}: {key} must be {must}, got {_shortened(text)!r}")
    return text


def _reading(metadata: dict[str, str], layer_sizes: list[int], name: str) -> dict[str, Any]:
    """Return how the network reads, as arguments of `Reader`."""
    square = is_square(layer_sizes[0])
    once, often = map(str, TTA_COPIES)
    looks = _entry(
        metadata,
        name,
        "looks",
        f"{once}|{often}" if square else once,
        f"{once}, or {often} for a network of square images",
    )
    straighten = _entry(
        metadata, name, STRAIGHTEN, "true|false" if square else "false", "false, or true for a network of square images"
    )
    none_below = _entry(metadata, name, NONE_BELOW, r"0\.\d{1,20}|1\.0{1,20}", "a number from 0.0 to 1.0")
    return {
        "temperature": _temperature(metadata, name),
        "test_time_augmentation": looks == often,
        "straighten": straighten == "true",
        "names": _names(metadata, layer_sizes, name),
        "none_below": None if none_below is None else float(none_below),
        "facts": _facts(metadata, name),
    }


def _temperature(metadata: dict[str, str], name: str) -> float:
    """Return the temperature; by default 1."""
    must = "a number from 0.01 to 100"
    text = _entry(metadata, name, "temperature", r"\d{1,3}(\.\d{1,20})?", must) or "1.0"
    if not 0.01 <= float(text) <= 100:
        raise ModelError(f"{name}: temperature must be {must}, got {text!r}")
    return float(text)


def _facts(metadata: dict[str, str], name: str) -> dict[str, Any]:
    """Return the facts in the metadata; by default none."""
    try:
        facts = _parse_json(metadata.get("facts", "{}"))
    except (ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict):
        raise ModelError(f"{name}: the facts in its metadata are not a JSON object of valid text")
    return facts


def _names(metadata: dict[str, str], layer_sizes: list[int], name: str) -> tuple[str, ...] | None:
    """Return the names of the classes; None if there are none."""
    text = metadata.get(NAMES)
    if text is None:
        return None
    try:
        names = checked_names(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{name}: its names are not those of classes: {_shortened(str(error))}") from error
    if len(names) != layer_sizes[-1]:
        raise ModelError(f"{name}: there must be a name for each of {layer_sizes[-1]} outputs, got {len(names)}")
    return names


def _shortened(text: str) -> str:
    """Return a text from a file, cut to a length for messages."""
    return text if len(text) <= 100 else text[:99] + "…"
