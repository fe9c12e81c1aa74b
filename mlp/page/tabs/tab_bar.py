"""Draw the bar of tabs, and open another tab by a click in the first.

The tabs are a segmented control, not `st.tabs`: those send with each answer which tab it is for, and a late answer to
one click would undo the next.
"""

from collections.abc import Collection, Mapping, Sequence

import streamlit as st

from mlp.page import state

FIRST = "Look inside"
"""The tab that an address without a tab opens."""


def lead_to(tab: str) -> None:
    """Ask for another tab; for a callback in a fragment, whose body then calls `follow`.

    Until the whole page has run, polls of other fragments may tell again which tab is open in the browser, and overrule
    what was written under the bar's own key.
    """
    state.leads_to.set(tab)


def follow() -> None:
    """Run the whole page if another tab was asked for; does not return then."""
    if state.leads_to.get() is not None:
        st.rerun()


def open_tab(tabs: Collection[str], first: str) -> str:
    """Return the open tab: the one that was asked for, if it is there, or chosen, or else the first."""
    return next((tab for tab in (state.leads_to.get(), state.tab.get()) if tab is not None and tab in tabs), first)


def tab_bar(tabs: Collection[str], first: str, groups: Mapping[str, Sequence[str]] | None = None) -> str:
    """Draw the bar and give the open tab: the one that was asked for, if it is there, or chosen, or else the first.

    Parameters
    ----------
    tabs : collection of str
        In their order.
    first : str
        Which is open before one was chosen.
    groups : mapping of str to sequence of str, optional
        Names of groups, each with the tabs in it, which stand side by side.
    """
    asked_for = state.leads_to.get()
    if asked_for in tabs:
        state.tab.set(asked_for)
    if groups:
        st.html(f"<style>{_group_names(list(tabs), groups)}</style>")
    chosen = st.segmented_control(
        "Section",
        list(tabs),
        default=first,
        key=state.tab.key,
        required=True,
        label_visibility="collapsed",
        width="stretch",
        wrap=False,
    )
    state.leads_to.pop()  # only now: a run that was cut short has to be made up for
    return chosen if chosen in tabs else first  # a browser can be made to say that none is


def hide_all_but(name: str) -> None:
    """Hide what other tabs than the one of this container have drawn, until that is gone."""
    st.html(f'<style>.st-key-sections [class*="st-key-tab-"]:not(.st-key-{name}) {{ display: none; }}</style>')


def _group_names(tabs: Sequence[str], groups: Mapping[str, Sequence[str]]) -> str:
    """Give the CSS that writes the name of each group before the first of its tabs, for eyes alone.

    Examples
    --------
    >>> _group_names(["Data", "Runs"], {"See": ["Look inside", "Data"]})
    '.st-key-tab [role="radio"]:nth-child(1)::before { content: "See" / ""; }'
    """
    rules = []
    for name, members in groups.items():
        places = [place for place, tab in enumerate(tabs, start=1) if tab in members]
        if places:
            rules.append(f'.st-key-tab [role="radio"]:nth-child({places[0]})::before {{ content: "{name}" / ""; }}')
    return " ".join(rules)
