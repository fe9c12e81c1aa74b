"""Repairs of Streamlit 1.67, one per file: the behavior, its harm, and the replacement."""

import logging
from importlib import import_module

import streamlit as st

from mlp.page.server.streamlit_private import PRIVATE, unlike

_LOG = logging.getLogger(__name__)


def install() -> None:
    """Repair all sessions from now on, without the repairs whose functions Streamlit has changed."""
    reasons = {repair: unlike(names) for repair, names in PRIVATE.items()}  # before any of them replaces a function
    for repair, why in reasons.items():
        if why:
            _LOG.warning("The page goes without its repair %s of Streamlit %s: %s.", repair, st.__version__, why)
        else:
            import_module(f"{__name__}.{repair}").install()
