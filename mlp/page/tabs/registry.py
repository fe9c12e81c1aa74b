"""The table of tabs and their sections, in the order of the page, and which of them are open."""

from collections.abc import Mapping, Sequence

from mlp.language import mark
from mlp.page import state
from mlp.page.script.link import hidable, hidden
from mlp.page.tabs.classroom.classroom_section import CLASSROOM
from mlp.page.tabs.data.data_section import DATA
from mlp.page.tabs.data.sets_section import DATA_SETS
from mlp.page.tabs.drawings.drawings_section import DRAWINGS
from mlp.page.tabs.inside.inside_section import INSIDE
from mlp.page.tabs.lab.lab_section import LAB
from mlp.page.tabs.lessons.lessons_section import LESSONS_PLACE
from mlp.page.tabs.mistakes.mistakes_section import MISTAKES
from mlp.page.tabs.places import FIRST, Section, place_key
from mlp.page.tabs.runs.runs_section import RUNS
from mlp.page.tabs.sent.send import SENT_PLACE
from mlp.page.tabs.step.step_section import STEP

TABS: Mapping[str, Sequence[Section]] = {
    INSIDE.name: (INSIDE,),
    mark("Mistakes and data"): (MISTAKES, DATA),
    STEP.name: (STEP,),
    LAB.name: (LAB,),
    mark("Mine"): (RUNS, DRAWINGS, DATA_SETS, CLASSROOM, SENT_PLACE),
}
SECTIONS = [section for sections in TABS.values() for section in sections]
PLACES = [*SECTIONS, LESSONS_PLACE]
for _page, _sections in TABS.items():
    if len(_sections) > 1:
        hidable(place_key(_page), _page, "")


def shown_tabs() -> dict[str, Sequence[Section]]:
    """Return the visible tabs with their visible sections; a tab with one section left has that one's name."""
    gone = hidden()
    shown: dict[str, Sequence[Section]] = {}
    for tab, sections in TABS.items():
        left = [section for section in sections if gone.isdisjoint({place_key(tab), section.key})]
        if left:
            shown[tab if len(left) > 1 else left[0].name] = left
    return shown


def open_section(tab: str) -> state.ControlVar[str | None]:
    """Return the variable with the open section of a tab; a control."""
    return state.ControlVar(f"section_{tab.lower().replace(' ', '_')}", None)


def named(name: str | None) -> tuple[str, Section] | None:
    """Return the visible section with this name and its tab, or the tab with this name and its open section."""
    for tab, sections in shown_tabs().items():
        if name == tab:
            kept = open_section(tab).get()
            return tab, next((section for section in sections if section.name == kept), sections[0])
        for section in sections:
            if name == section.name:
                return tab, section
    return None


def open_place() -> tuple[str, Section] | None:
    """Return the open tab and its open section; None if all are hidden."""
    names = (state.requested_tab.get(), state.tab.get(), FIRST, *shown_tabs())
    return next((place for name in names if (place := named(name)) is not None), None)
