"""The language of texts: English in the source, and for each other language a catalog, ``languages/de.po``.

The English text is the key of a translation: one that is not translated, or has changed, is shown in English. A text is
translated where it is shown, `tr`. One that is declared before a visitor is there is marked, `mark`, and one that
others may read in their languages, or that is kept, is a `Later`. Babel reads the catalogs, and knows how a language
writes numbers and which plural forms it has.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any, Literal

ENGLISH = "en"
FOLDER = Path(__file__).parent / "languages"
"""The folder of the catalogs."""
LANGUAGES = (ENGLISH, "de", "es", "fr")
"""The languages of the page: English, and those whose catalog is whole."""
FOUR_TOGETHER = {"es"}
"""Languages that set thousands apart from five figures on, which Babel does not know."""
FIRST_OF_MONTH = {"fr": "1er"}
"""The first day of a month in languages that do not write 1, which Babel does not know either."""

_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


def speaks() -> str:
    """Return the language in which texts appear here: in this thread, or this task of an event loop."""
    return _spoken.get()


def language_for(*asked: str | None) -> str:
    """Return the first of these languages, or of locales such as "de-AT", that the page has; else English.

    >>> language_for(None, "tlh", "en-GB"), language_for("tlh")
    ('en', 'en')
    """
    names = ((name or "").replace("_", "-").partition("-")[0].lower() for name in asked)
    return next((name for name in names if name in LANGUAGES), ENGLISH)


def speak(language: str) -> None:
    """Make texts appear in this language, from here on in this thread or task."""
    _spoken.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Make texts in this block appear in this language."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def mark(text: str) -> str:
    """Return the text itself, which is marked for the catalogs; `tr` translates it later."""
    return text


class Later(str):
    """A text that others read in their own languages, or that is kept: the English text, with its key and values.

    ``str`` of it is English alone, so an error's text is its first argument, not the error as a string.
    """

    key: str
    values: dict[str, Any]

    def __new__(cls, key: str, /, **values: Any) -> "Later":
        """Take the English text, and the values of its fields in braces, which may be such texts."""
        made = super().__new__(cls, key.format(**values) if values else key)
        made.key, made.values = key, values
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """Return what makes an equal text in another process."""
        return (self.key,), self.values


def text_to_json(text: Any) -> Any:
    """Return a text as JSON values: of a `Later` its key and its values, which may be such texts."""
    if not isinstance(text, Later):
        return text
    return [text.key, {name: text_to_json(value) for name, value in text.values.items()}]


def text_from_json(text: Any) -> Any:
    """Return the text of `text_to_json`."""
    if not isinstance(text, list):
        return text
    key, values = text
    return Later(key, **{name: text_from_json(value) for name, value in values.items()})


def said_by(error: Exception) -> str:
    """Return the text of an error: as a `Later` if it is one, for a sentence around it."""
    return error.args[0] if error.args and isinstance(error.args[0], Later) else str(error)


def tr(text: str, /, **values: Any) -> str:
    """Return a text in the language of this place, with its values as ``str.format`` writes them.

    Numbers are written as in that language, and a `Later` among the values is translated, too.

    >>> tr("step {step:,}", step=7812)
    'step 7,812'
    """
    if isinstance(text, Later):
        values, text = text.values, text.key
    return _with_values(catalog(speaks()).gettext(text) if text else text, values)  # of "", it would be the heading


def tr_as(context: str, text: str, /, **values: Any) -> str:
    """Return the translation of a text that has other meanings elsewhere; ``context`` tells which one is meant."""
    language = speaks()
    return _with_values(text if language == ENGLISH else catalog(language).pgettext(context, text), values)


def several(one: str, more: str, n: int, /, **values: Any) -> str:
    """Return the text for a number of things, which both call ``{n}``.

    >>> several("{n} network is done.", "{n:,} networks are done.", 1200)
    '1,200 networks are done.'
    """
    return _with_values(catalog(speaks()).ngettext(one, more, n), {"n": n, **values})


def listed(texts: Sequence[str], style: Literal["standard", "or"] = "standard") -> str:
    """Return texts as one phrase of another language than English: its "A, B and C", or its "A, B or C"."""
    from babel.lists import format_list

    return format_list(texts, style, locale=speaks())


def in_order(texts: Iterable[object]) -> str:
    """Return texts with an arrow from each to the next.

    >>> in_order([784, 100, 10])
    '784 → 100 → 10'
    """
    return " → ".join(map(str, texts))


def dated(day: date) -> str:
    """Return a date as the language of this place writes it.

    >>> dated(date(2026, 12, 1))
    '1 December 2026'
    """
    if speaks() == ENGLISH:
        return f"{day.day} {day:%B %Y}"
    from babel.dates import format_date

    written: str = format_date(day, "long", locale=speaks())
    return written.replace("1", FIRST_OF_MONTH.get(speaks(), "1"), 1) if day.day == 1 else written


def number(value: float, form: str = "") -> str:
    """Return a number as the language of this place writes it; ``form`` is as in ``format``.

    >>> number(39075, ","), number(0.975, ".1%")
    ('39,075', '97.5%')
    """
    written = format(value, form)
    return written if speaks() == ENGLISH else _as_in(speaks(), written)


def _with_values(text: str, values: dict[str, Any]) -> str:
    if not values:
        return text
    return text.format(**values) if speaks() == ENGLISH else _WRITER.vformat(text, (), values)


class _Writer(Formatter):
    """Writes values into a text of another language than English."""

    def format_field(self, value: Any, form: str) -> str:
        """Return a value as that language writes it."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return number(value, form)
        return format(tr(value) if isinstance(value, Later) else value, form)


_WRITER = _Writer()


def _as_in(language: str, written: str) -> str:
    """Return an English number with another language's signs.

    >>> _as_in("de", "39,075.5%"), _as_in("es", "1,563"), _as_in("es", "39,075")
    ('39.075,5\xa0%', '1563', '39.075')
    """
    locale = _locale(language)
    signs, percent = locale.number_symbols["latn"], locale.percent_formats[None].suffix[0]
    if language in FOUR_TOGETHER:
        written = re.sub(r"^([^\d]*\d),(\d{3})(?![\d,])", r"\1\2", written)
    return written.translate({ord(","): signs["group"], ord("."): signs["decimal"], ord("%"): percent})


@cache
def _locale(language: str) -> Any:
    from babel import Locale  # not for English

    return Locale.parse(language)


@cache
def catalog(language: str) -> NullTranslations:
    """Return the translations into a language; those into English are the texts themselves."""
    if language == ENGLISH:
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    packed = BytesIO()
    with (FOLDER / f"{language}.po").open("rb") as file:
        write_mo(packed, read_po(file, language))
    packed.seek(0)
    return GNUTranslations(packed)
