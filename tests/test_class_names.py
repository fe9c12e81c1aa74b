"""Names of classes: any script and emoji, no line breaks, no duplicates."""

import pytest

from mlp.class_names import checked_name, checked_names


@pytest.mark.parametrize("name", ["A", "あ", "👩‍🚀", "three faces", "<b>x</b>", "ب", "0"])
def test_names_of_any_script_pass_unchanged(name: str):
    assert checked_name(name) == name


def test_spaces_around_and_decomposed_letters_are_normalized():
    assert checked_name("  u\u0308ber \t".rstrip("\t")) == "über"
    assert checked_name("two   words") == "two words"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "\u200b",
        "\u200f\u061c",
        "\u3164 \u2800",
        "x" * 13,
        "a\nb",
        "\ud800",
        "\u202eabc",
        "a\x00",
        7,
        None,
        ["A"],
    ],
)
def test_bad_names_are_refused(name: object):
    with pytest.raises(ValueError, match="a name must"):
        checked_name(name)


@pytest.mark.parametrize(
    ("names", "rule"),
    [
        ([], "2 to 10 names, got 0"),
        ([str(n) for n in range(11)], "2 to 10 names, got 11"),
        (["A", "B", "A"], "names must differ, got 'A' twice"),
        (["A", " A"], "names must differ"),
        (["A", "A\u200b"], "names must differ"),
        (["A", "A\u2065"], "names must differ"),
        (["A", "\ufff0A"], "names must differ"),
        (["A", "A\ufffc"], "names must differ"),
        (["A", "A\U000e01f0"], "names must differ"),
        (["\u2764", "\u2764\ufe0f"], "names must differ"),
        ("AB", "names must be a list"),
    ],
)
def test_bad_lists_of_names_are_refused(names: object, rule: str):
    with pytest.raises(ValueError, match=rule):
        checked_names(names)  # type: ignore[arg-type]
