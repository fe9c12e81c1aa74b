"""Put the browser's part of the live channel on the page: a component that shows nothing itself."""

from pathlib import Path

import streamlit as st

from mlp.page.live.tabs import this_tab

HERE = Path(__file__).parent
_JS = "\n".join((HERE / name).read_text(encoding="utf-8") for name in ("live.js", "parts.js"))


def live_channel() -> None:
    """Open the channel, or leave it as it is; goes to the same place of the page in every run."""
    with st.container(key="live_place"):
        component = st.components.v2.component("live", html="<span></span>", js=_JS, isolate_styles=False)
        component(key="live", data={"key": this_tab().key})
