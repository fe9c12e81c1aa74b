"""Protocol Buffers messages written by hand, as the onnx package would add 20 MB or more to every installation.

A message is a sequence of fields: a tag, which holds the field's number and kind, and a value, either an integer as a
varint, seven bits per byte, or bytes after their length.
"""

VARINT, BYTES = 0, 2

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
