"""The parts of an ONNX graph as messages: nodes, tensors, inputs and outputs."""

import numpy as np

from mlp.analysis.other_tools.protobuf import message

FLOAT, INT64, DOUBLE = 1, 7, 11
_KINDS = {np.dtype(np.float32): FLOAT, np.dtype(np.int64): INT64, np.dtype(np.float64): DOUBLE}
_INT = 2  # the kind of an integer attribute


def node(kind: str, inputs: list[str], output: str, **attributes: int) -> bytes:
    """Return an operation with one output and integer attributes."""
    chosen = [message((1, name), (3, value), (20, _INT)) for name, value in attributes.items()]
    named = (2, output), (3, f"{output}_{kind.lower()}"), (4, kind)
    return message(*((1, name) for name in inputs), *named, *((5, attribute) for attribute in chosen))


def tensor(name: str, array: np.ndarray) -> bytes:
    """Return a constant of float32, float64 or int64."""
    numbers = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return message(*((1, size) for size in array.shape), (2, _KINDS[array.dtype]), (8, name), (9, numbers.tobytes()))


def rows_of(name: str, width: int) -> bytes:
    """Return the description of an input or output with any number of float32 rows."""
    shape = message((1, message((2, "n"))), (1, message((1, width))))
    return message((1, name), (2, message((1, message((1, FLOAT), (2, shape))))))
