"""Each catalog has a translation of each text in the code, with its values and tags, and no other."""

import re
from gettext import c2py  # type: ignore[attr-defined]

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from mlp.language import ENGLISH, FOLDER, LANGUAGES
from tests.languages.catalogs import Key, texts

PARTS = re.compile(r"\{\w*[^}]*\}|</?\w+[^>]*>|:material/\w+:")
"""What a translation has as its text does: fields for values, tags, icons."""
OTHERS = [language for language in LANGUAGES if language != ENGLISH]


def catalog(language: str) -> Catalog:
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, language, abort_invalid=True)


def translations(language: str) -> dict[Key, tuple[str, ...]]:
    """Return the forms of each translation that is in use, by its text."""
    used = [message for message in catalog(language) if message.id and not message.fuzzy]
    return {(message.context, _forms(message.id)): _forms(message.string) for message in used}


def _forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.mark.parametrize("language", OTHERS)
def test_catalog_has_each_text_and_no_other(language: str):
    in_code, translated = texts(), translations(language)
    assert sorted(map(str, in_code - translated.keys())) == []  # run what CONTRIBUTING.md says of texts, and translate
    assert sorted(map(str, translated.keys() - in_code)) == []
    assert [text for text, forms in translated.items() if not all(forms)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_values_and_tags_of_their_texts(language: str):
    different = [
        (form, text)
        for (_, texts), forms in translations(language).items()
        for place, form in enumerate(forms)
        for text in [texts[-1]]
        # The form for one thing may leave out its number.
        if sorted(PARTS.findall(form)) != sorted(PARTS.findall(text)) and not (len(texts) > 1 and place == 0)
    ]
    assert different == []


@pytest.mark.parametrize("language", OTHERS)
def test_rule_for_plurals_gives_one_of_the_forms(language: str):
    rule = c2py(catalog(language).plural_expr)
    assert {rule(n) for n in range(1000)} == set(range(catalog(language).num_plurals))
