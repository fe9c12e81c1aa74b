"""Each catalog has a translation of each text in the code, with its values and tags, and no other."""

import re
from collections import defaultdict
from gettext import c2py  # type: ignore[attr-defined]

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from mlp.language import ENGLISH, FOLDER, LANGUAGES
from tests.languages.catalogs import Key, texts

PARTS = re.compile(r"\{\w*[^}]*\}|</?\w+[^>]*>|:material/\w+:")
"""What a translation has as its text does: fields for values, tags, icons."""
QUOTED = re.compile(r"\*+([^*]+)\*+|<(?:b|em)\b[^>]*>([^<]+)</|[“„«]([^”“»]+)[”“»]")
"""What a text sets apart: names of what is on the page, and words to stress."""
WRONG = {
    "de": r"[”«»\"]|\d ?%",
    "es": r"[“”„\"]|\d ?%|\s…",
    "fr": r"[“”„\"]|«(?!\u202f)|(?<!\u202f)[»;!?]|(?<!\u00a0):|\d[ \u00a0]?%|\s…",
}
"""Quotation marks of another language, and blanks that one has or lacks."""
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


def _quoted(form: str) -> set[str]:
    return {_bare("".join(parts)) for parts in QUOTED.findall(form)}


def _bare(name: str) -> str:
    return name.strip(" …\u202f").casefold()


@pytest.mark.parametrize("language", OTHERS)
def test_translations_call_what_is_on_the_page_by_its_name(language: str):
    names = defaultdict[str, set[str]](set)
    for (_, english), forms in translations(language).items():
        for text in english:
            names[_bare(text)] |= set(map(_bare, forms))
    other = [
        (form, name, names[name])
        for (_, texts), forms in translations(language).items()
        for name in sorted(_quoted(texts[-1]) & names.keys())
        for form in forms
        if not names[name] & _quoted(form)
    ]
    assert other == []


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_marks_and_blanks_of_their_language(language: str):
    written = {form: PARTS.sub("0", form) for forms in translations(language).values() for form in forms}
    assert [form for form, text in written.items() if re.search(WRONG[language], text)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_rule_for_plurals_gives_one_of_the_forms(language: str):
    rule = c2py(catalog(language).plural_expr)
    assert {rule(n) for n in range(1000)} == set(range(catalog(language).num_plurals))
