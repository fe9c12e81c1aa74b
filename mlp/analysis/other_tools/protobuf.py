"""Write messages of Protocol Buffers by hand: the onnx package would cost every visitor's install 20 MB and more.

A message is a row of fields, each a tag, which holds the field's number and kind, and a value: a whole number as a
varint, seven bits a byte, or bytes behind their length.
"""

VARINT, BYTES = 0, 2

Value = int | str | bytes


def varint(number: int) -> bytes:
    """Write a whole number of 0 or more, seven bits a byte, the lowest first.

    Examples
    --------
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
    """Write a message of numbered fields; a message within it is given as its bytes.

    Examples
    --------
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
