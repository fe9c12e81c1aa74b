"""Each catalog has a translation of each text in the code, with its values and tags, and no other."""

import re
from collections import Counter, defaultdict
from gettext import c2py  # type: ignore[attr-defined]
from itertools import chain

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from mlp.language import ENGLISH, FOLDER, LANGUAGES
from tests.languages.catalogs import Key, texts

PARTS = re.compile(r"\{\w*[^}]*\}|</?\w+[^>]*>|:material/\w+:")
"""What a translation has as its text does: fields for values, tags, icons."""
QUOTED = re.compile(r"\*+([^*]+)\*+|<(?:b|em)\b[^>]*>([^<]+)</|[“„«]([^”“»]+)[”“»]")
"""What a text sets apart: names of what is on the page, and words to stress."""
QUOTES = re.compile(r"[“”„«»\"]")
BLANKS = re.compile(r"(?<=\S)(\s?)([;:!»…]|\?(?! [a-z])|(?<=\d)%|(?<=\d\s)%)|([«¿¡])(\s?)")
"""Marks with the blank before them, or after those that open."""
CATALOGS = sorted({*LANGUAGES, *(file.stem for file in FOLDER.glob("*.po"))} - {ENGLISH})


def catalog(language: str) -> Catalog:
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, language, abort_invalid=True)


def translations(language: str) -> dict[Key, tuple[str, ...]]:
    """Return the forms of each translation that is in use, by its text."""
    used = [message for message in catalog(language) if message.id and any(message.string) and not message.fuzzy]
    return {(message.context, _forms(message.id)): _forms(message.string) for message in used}


def _forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def lacking(language: str) -> list[str]:
    """Return the texts without a translation, or without one of its forms."""
    translated = translations(language)
    return sorted(forms[0] for context, forms in texts() if not all(translated.get((context, forms), ("",))))


@pytest.mark.parametrize("language", CATALOGS)
def test_catalog_is_whole_and_its_language_offered_or_it_says_what_it_lacks(language: str):
    lacks = lacking(language)
    if lacks and language not in LANGUAGES:
        pytest.skip(f"{language} lacks {len(lacks)} of {len(texts())} texts, first {lacks[:3]}")
    assert lacks == []  # run what CONTRIBUTING.md says of texts, and translate
    assert language in LANGUAGES


@pytest.mark.parametrize("language", CATALOGS)
def test_catalog_has_no_text_that_is_not_in_the_code(language: str):
    assert sorted(map(str, translations(language).keys() - texts())) == []


@pytest.mark.parametrize("language", CATALOGS)
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


@pytest.mark.parametrize("language", CATALOGS)
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


def written(language: str) -> dict[str, str]:
    """Return the translations, each with a figure in place of its values and tags."""
    return {form: PARTS.sub("0", form) for forms in translations(language).values() for form in forms}


@pytest.mark.parametrize("language", CATALOGS)
def test_translations_have_one_pair_of_quotation_marks(language: str):
    found = Counter(sign for text in written(language).values() for sign in QUOTES.findall(text))
    usual = {sign for sign, _ in found.most_common(2)}
    assert [form for form, text in written(language).items() if {*QUOTES.findall(text)} - usual] == []


@pytest.mark.parametrize("language", CATALOGS)
def test_translations_have_the_same_blank_at_each_mark(language: str):
    blanks = {
        form: [(mark or opens, before or after) for before, mark, opens, after in BLANKS.findall(text)]
        for form, text in written(language).items()
    }
    found = Counter(chain(*blanks.values()))
    usual = {mark: blank for (mark, blank), _ in reversed(found.most_common())}
    other = [(form, mark) for form, pairs in blanks.items() for mark, blank in pairs if blank != usual[mark]]
    assert other == []


@pytest.mark.parametrize("language", CATALOGS)
def test_rule_for_plurals_gives_one_of_the_forms(language: str):
    rule = c2py(catalog(language).plural_expr)
    # Some languages have a form of its own for millions.
    assert {rule(n) for n in (*range(1000), 1_000_000)} == set(range(catalog(language).num_plurals))


@pytest.mark.parametrize("language", CATALOGS)
def test_no_text_of_three_words_is_left_in_english(language: str):
    same = [text for (_, texts), forms in translations(language).items() for text in {*texts} & {*forms}]
    assert [text for text in same if len(re.findall(r"[^\W\d_]+", PARTS.sub("", text))) > 2] == []
