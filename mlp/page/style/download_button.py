"""Buttons that download a file, which is made when a browser requests it."""

import asyncio
import html
import mimetypes
import secrets
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import streamlit as st

from mlp.page.session_var import SessionVar

_downloads = SessionVar[Any]("downloads", None)
"""The files that the page's buttons download, each with the function that makes it."""


PATH = "download"  # path of the files, below the page's own


class Offer(NamedTuple):
    """A file behind a download button: the function that makes it, its name and its MIME type."""

    make: Callable[[], bytes | str]
    name: str
    mime: str


class Offers:
    """The files that a session's page offers, by button; they end with the session, whose state keeps them.

    Their addresses hold the unguessable ``token``. ``turn`` is held while one of them is made and sent, and some time
    after.
    """

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(16)
        _offers[self.token] = self
        self.files: dict[str, Offer] = {}
        self.turn = asyncio.Lock()


_offers: WeakValueDictionary[str, Offers] = WeakValueDictionary()


def offers_at(token: str) -> Offers | None:
    """Return a session's offers; None if the session has ended."""
    return _offers.get(token)


def download_button(
    label: str, make: Callable[[], bytes | str], name: str, *, key: str, icon: str, help: str = ""
) -> None:
    """Draw a link like a button that downloads the result of ``make()``; no script runs for it."""
    offers = _downloads.get()
    if offers is None:
        offers = Offers()
        _downloads.set(offers)
    in_language = partial(copy_context().run, make)  # in the thread that makes the file
    offers.files[key] = Offer(in_language, name, mimetypes.guess_type(name)[0] or "application/octet-stream")
    address = "/".join(filter(None, ("", st.get_option("server.baseUrlPath").strip("/"), PATH, offers.token, key)))
    symbol = icon.removeprefix(":material/").removesuffix(":")
    with st.container(key=key, width="content"):
        st.html(
            f'<a class="ink-button ink-download" href="/{html.escape(address)}" '
            f'title="{html.escape(help)}"><i aria-hidden="true">{html.escape(symbol)}</i>{html.escape(label)}</a>'
        )
