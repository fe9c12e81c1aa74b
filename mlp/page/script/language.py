"""The language of a page: that of its link, ``?lang=de``, else the one chosen on it, else the browser's."""

import html
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import streamlit as st
from babel import Locale
from streamlit.runtime.scriptrunner import ScriptRunner

from mlp.language import ENGLISH, LANGUAGES, language_for, speak, speaks, tr
from mlp.page.script.link import IN_LINK

COOKIE = "inkling_lang"
"""Holds the choice for the next visit; `visitors/language.js` writes it."""


def asked_by(query: str, cookies: Any, browser: str | None) -> str:
    """Return the language for a page with this query and these cookies, in a browser that prefers these languages."""
    preferred = (name.partition(";")[0].strip() for name in (browser or "").split(","))
    return language_for(*parse_qs(query).get(IN_LINK, [])[-1:], cookies.get(COOKIE), *preferred)


def in_language(run: Callable[[ScriptRunner, Any], None]) -> Callable[[ScriptRunner, Any], None]:
    """Run each script, with its callbacks and fragments, in the page's language."""

    def run_script(runner: ScriptRunner, data: Any) -> None:
        browser = None if data.context_info is None else data.context_info.locale
        speak(asked_by(data.query_string, st.context.cookies, browser))
        run(runner, data)

    return run_script


def slider_format(english: str | None = None) -> str | None:
    """Return how a slider writes its numbers: outside English as the page does, see ``OF_WIDGETS``."""
    return english if speaks() == ENGLISH else "localized"


def language_choice() -> None:
    """Draw the names of the languages, each in itself; the chosen one opens the page again."""
    names = {language: Locale.parse(language).get_display_name() or language for language in LANGUAGES}
    choices = (
        f'<button type="button" lang="{language}" data-lang="{language}" '
        f'aria-pressed="{str(language == speaks()).lower()}">{html.escape(name[:1].upper() + name[1:])}</button>'
        for language, name in names.items()
    )
    label = tr("Language")
    st.html(f'<p class="ink-languages" aria-label="{label}">{" ".join(choices)}</p>')
