"""Made-up languages, one catalog each, written by rule from the English texts: what a catalog alone changes."""

import re
from collections.abc import Callable
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from tests.languages.catalogs import ROOT, texts

PARTS = re.compile(r"(<[^>]*>|\{[^}]*\}|&\w+;|:material/\w+:|`[^`]*`|\]\([^)]*\))")
"""What stays within a text: tags, fields, entities, icons, code, addresses."""
PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ACCENTS = str.maketrans(PLAIN, "ÁḂÇĎÉḞĞĤÍĴĶĹṀŃÓṖɊŔŚŤÚṼŴẊÝŹáḃçďéḟğĥíĵķĺṁńóṗɋŕśťúṽŵẋýź")


def _changed(text: str, change: Callable[[str], str]) -> str:
    return "".join(part if at % 2 else change(part) for at, part in enumerate(PARTS.split(text)))


def accented(text: str) -> str:
    """Return a text in accented letters."""
    return _changed(text, lambda part: part.translate(ACCENTS))


def longer(text: str) -> str:
    """Return a text in accented letters, each word half as long again."""
    return _changed(text, lambda part: re.sub(r"([A-Za-z])([A-Za-z])", r"\1\2\2", part).translate(ACCENTS))


MADE_UP = {"eo": longer}
"""How the texts of each made-up language come from English; its rules for numbers are those of a language."""
OFFERED = re.compile(r"^LANGUAGES = \(.*\)$", re.M)
"""The line of `mlp/language.py` that has the languages of the page."""


def write_catalogs(folder: Path) -> None:
    """Write a catalog of each made-up language, such as ``eo.po``, into a folder."""
    for language, change in MADE_UP.items():
        catalog = Catalog(locale=language, fuzzy=False)
        for context, forms in texts():
            one, more = change(forms[0]), change(forms[-1])
            if len(forms) == 1:
                catalog.add(forms[0], one, context=context)
            else:
                catalog.add(forms, (one, *[more] * (catalog.num_plurals - 1)), context=context)
        with (folder / f"{language}.po").open("wb") as file:
            write_po(file, catalog)


def link_page(folder: Path) -> None:
    """Make a folder from which the page runs as from this one, but in English and the made-up languages."""
    (folder / "mlp/languages").mkdir(parents=True)
    write_catalogs(folder / "mlp/languages")
    source, made_up = (ROOT / "mlp/language.py").read_text(encoding="utf-8"), tuple(MADE_UP)
    (folder / "mlp/language.py").write_text(OFFERED.sub(f"LANGUAGES = (ENGLISH, *{made_up})", source), encoding="utf-8")
    for place in (".streamlit", "app.py", "models", *(f"mlp/{path.name}" for path in (ROOT / "mlp").iterdir())):
        if place not in ("mlp/languages", "mlp/language.py"):
            (folder / place).symlink_to(ROOT / place)
