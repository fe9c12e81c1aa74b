"""The parts of an ONNX graph as messages of Protocol Buffers: nodes, tensors, inputs and outputs.

The messages are written by hand, as the onnx package would add 20 MB or more to every installation. A message is a
sequence of fields: a tag, which holds the field's number and kind, and a value, either an integer as a varint, seven
bits per byte, or bytes after their length.
"""

import numpy as np

VARINT, BYTES = 0, 2
FLOAT, INT64, DOUBLE = 1, 7, 11
_KINDS = {np.dtype(np.float32): FLOAT, np.dtype(np.int64): INT64, np.dtype(np.float64): DOUBLE}
_INT = 2  # the kind of an integer attribute

Value = int | str | bytes


def varint(number: int) -> bytes:
    """Return an integer of 0 or more, seven bits per byte, the lowest first.

    >>> varint(300).hex()
    'ac02'
    """
    written = bytearray()
    while number > 127:
        written.append(number & 127 | 128)
        number >>= 7
    written.append(number)
    return bytes(written)


def message(*fields: tuple[int, Value]) -> bytes:
    """Return a message of numbered fields; an inner message is passed as its bytes.

    >>> message((1, 150), (2, "testing")).hex()
    '089601120774657374696e67'
    """
    written = []
    for number, value in fields:
        if isinstance(value, int):
            written.append(varint(number << 3 | VARINT) + varint(value))
        else:
            data = value.encode() if isinstance(value, str) else value
            written.append(varint(number << 3 | BYTES) + varint(len(data)) + data)
    return b"".join(written)


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
