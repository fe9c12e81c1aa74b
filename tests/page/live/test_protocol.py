"""The live channel's protocol: valid messages, and those that end the connection."""

import pytest

from mlp.page.live.protocol import (
    MALFORMED,
    MAX_CHARACTERS,
    OTHER_VERSION,
    Refused,
    parse,
    parse_first,
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '{"ask": 1, "ink": 5, "pen": true}',
        '{"ask": true, "ink": "", "pen": true}',
        '{"ask": 1, "ink": "", "pen": true, "more": 1}',
        '{"got": 1.5}',
        '{"hidden": null}',
        '{"version": 1, "key": "k", "hidden": true}',
        '{"got": ' + "1" * MAX_CHARACTERS + "}",
    ],
)
def test_other_messages_are_refused(text: str):
    with pytest.raises(Refused) as refused:
        parse(text)
    assert refused.value.code == MALFORMED


@pytest.mark.parametrize("text", ['{"got": 1}', '{"version": 1, "key": 7, "hidden": true}', '{"version": 1}', "null"])
def test_first_message_without_a_key_is_refused(text: str):
    with pytest.raises(Refused) as refused:
        parse_first(text)
    assert refused.value.code == MALFORMED


def test_other_protocol_version_is_refused():
    with pytest.raises(Refused, match="version must be 1, got 2") as refused:
        parse_first('{"version": 2, "keys": []}')
    assert refused.value.code == OTHER_VERSION
