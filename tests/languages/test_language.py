"""Texts in the languages of the catalogs: their keys, values, numbers and plural forms."""

import pickle
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from mlp import language
from mlp.language import Later, dated, language_for, mark, number, several, speaking, tr, tr_as

GERMAN = r"""
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"

msgid "Clear"
msgstr "Leeren"

msgid "step {step:,}"
msgstr "Schritt {step:,}"

msgid "{n} network is done."
msgid_plural "{n:,} networks are done."
msgstr[0] "{n} Netz ist fertig."
msgstr[1] "{n:,} Netze sind fertig."

msgctxt "heading"
msgid "Train"
msgstr "Training"

msgid "Train"
msgstr "Trainieren"

msgid "This run cannot start: {reason}"
msgstr "Dieser Lauf kann nicht beginnen: {reason}"

msgid "got {n:,}"
msgstr "erhalten: {n:,}"

#, fuzzy
msgid "Undo it"
msgstr "Rückgängig"
"""


@pytest.fixture(autouse=True)
def catalogs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "de.po").write_text(GERMAN, encoding="utf-8")
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    monkeypatch.setattr(language, "LANGUAGES", ("en", "de"))
    language.catalog.cache_clear()
    yield
    language.catalog.cache_clear()


@pytest.mark.parametrize(
    ("say", "english", "german"),
    [
        (lambda: tr("Clear"), "Clear", "Leeren"),
        (lambda: tr(mark("Clear")), "Clear", "Leeren"),
        (lambda: tr("step {step:,}", step=7812), "step 7,812", "Schritt 7.812"),
        (lambda: tr(""), "", ""),
        (lambda: tr("Never {translated}", translated=1.5), "Never 1.5", "Never 1,5"),
        (lambda: tr("Undo it"), "Undo it", "Undo it"),  # its text has changed, so its translation is out of date
        (
            lambda: several("{n} network is done.", "{n:,} networks are done.", 1),
            "1 network is done.",
            "1 Netz ist fertig.",
        ),
        (
            lambda: several("{n} network is done.", "{n:,} networks are done.", 1200),
            "1,200 networks are done.",
            "1.200 Netze sind fertig.",
        ),
        (lambda: tr_as("heading", "Train"), "Train", "Training"),
        (lambda: tr("Train"), "Train", "Trainieren"),
        (lambda: number(0.975, ".1%"), "97.5%", "97,5\xa0%"),
        (lambda: number(-1234567, ","), "-1,234,567", "-1.234.567"),
        (lambda: dated(date(2026, 12, 1)), "1 December 2026", "1. Dezember 2026"),
    ],
)
def test_text_is_in_the_language_of_its_place(say, english: str, german: str):
    assert say() == english
    with speaking("de"):
        assert say() == german


def test_first_of_a_month_has_its_letters_in_french():
    with speaking("fr"):
        assert [dated(date(2026, month, day)) for month, day in ((1, 1), (11, 2), (1, 11))] == [
            "1er janvier 2026",
            "2 novembre 2026",
            "11 janvier 2026",
        ]


def test_text_for_later_keeps_its_values_between_processes_and_in_others():
    refusal = ValueError(Later("got {n:,}", n=4000))
    nested = pickle.loads(pickle.dumps(Later("This run cannot start: {reason}", reason=refusal.args[0])))
    assert nested == "This run cannot start: got 4,000"
    with speaking("de"):
        assert tr(nested) == "Dieser Lauf kann nicht beginnen: erhalten: 4.000"


def test_language_is_the_first_that_has_a_catalog():
    assert language_for("tlh", "de-AT", "en") == language_for("DE_ch") == "de"
    assert language_for(None, "", "tlh") == "en"
