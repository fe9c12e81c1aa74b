"""Draw buttons that download a file, which is made when a browser asks for it."""

import asyncio
import html
import secrets
from collections.abc import Callable
from typing import NamedTuple
from weakref import WeakValueDictionary

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mlp.page import state

PATH = "download"  # of the files, below the page's own


class Offer(NamedTuple):
    """A file that a button downloads: what makes it, its name and its MIME type."""

    make: Callable[[], bytes | str]
    name: str
    mime: str


class Offers:
    """The files that a session's page offers, by button; they end with the session, whose state keeps them.

    Attributes
    ----------
    token : str
        The part of their addresses that nobody can guess.
    session : str
        Streamlit's name of the session.
    turn : asyncio.Lock
        Held while one of them is made and sent.
    n_asked : int
        How many requests wait, or are answered.
    """

    def __init__(self, session: str) -> None:
        self.token = secrets.token_urlsafe(16)
        self.session = session
        self.files: dict[str, Offer] = {}
        self.turn = asyncio.Lock()
        self.n_asked = 0


_offers: WeakValueDictionary[str, Offers] = WeakValueDictionary()


def offers_at(token: str) -> Offers | None:
    """Return a session's offers; None if no page has such addresses any more."""
    return _offers.get(token)


def download_button(
    label: str, make: Callable[[], bytes | str], name: str, mime: str, *, key: str, icon: str, help: str = ""
) -> None:
    """Draw a link that looks like a button and downloads what ``make()`` returns then; the page is not run for it."""
    offers = state.downloads.get()
    if offers is None:
        context = get_script_run_ctx()
        offers = Offers(context.session_id if context else "")
        state.downloads.set(offers)
        _offers[offers.token] = offers
    offers.files[key] = Offer(make, name, mime)
    address = "/".join(filter(None, ("", st.get_option("server.baseUrlPath").strip("/"), PATH, offers.token, key)))
    symbol = icon.removeprefix(":material/").removesuffix(":")
    with st.container(key=key, width="content"):
        st.html(
            f'<a class="ink-download" href="/{html.escape(address)}" download="{html.escape(name)}" '
            f'title="{html.escape(help)}"><i aria-hidden="true">{html.escape(symbol)}</i>{html.escape(label)}</a>'
        )
