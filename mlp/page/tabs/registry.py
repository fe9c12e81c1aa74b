"""The table of tabs and their parts, in the order of the page; the bar, links and hiding follow from it."""

from collections.abc import Mapping, Sequence

from mlp.page import state
from mlp.page.settings import hiding
from mlp.page.settings.hiding import tab_name
from mlp.page.settings.link import linked
from mlp.page.settings.link_check import one_of
from mlp.page.style.hidable import hidable
from mlp.page.tabs.data.tab import DATA
from mlp.page.tabs.drawings.tab import DRAWINGS
from mlp.page.tabs.inside.tab import INSIDE
from mlp.page.tabs.lab.tab import LAB
from mlp.page.tabs.lessons.tab import LESSON_ROOMS, LESSONS_NAME
from mlp.page.tabs.mistakes.tab import MISTAKES
from mlp.page.tabs.part import Part
from mlp.page.tabs.runs.tab import RUNS
from mlp.page.tabs.step.tab import STEP
from mlp.page.tabs.tab_bar import named
from mlp.page.train import guess

TABS: Mapping[str, Sequence[Part]] = {
    INSIDE.name: (INSIDE,),
    "Mistakes and data": (MISTAKES, DATA),
    STEP.name: (STEP,),
    LAB.name: (LAB,),
    "Mine": (RUNS, DRAWINGS),
}
PARTS = [part for parts in TABS.values() for part in parts]
for _tab, _parts in TABS.items():
    hidable(tab_name(_tab), f"Tab: {_tab}", "")
    for _part in _parts:
        if _part.name != _tab:
            hidable(tab_name(_part.name), f"{_tab}: {_part.name}", "")


def shown_tabs() -> dict[str, Sequence[Part]]:
    """Return the visible tabs with their visible parts; a tab with one part left has the part's name."""
    hidden_names = hiding.hidden()
    shown: dict[str, Sequence[Part]] = {}
    for tab, parts in TABS.items():
        left = [part for part in parts if hidden_names.isdisjoint({tab_name(tab), tab_name(part.name)})]
        if left:
            shown[tab if len(left) > 1 else left[0].name] = left
    return shown


def unknown_places() -> list[str]:
    """Return a sentence for each tab, experiment and lesson that the link opens and that is not there, or hidden."""
    found, tabs, tab = [], shown_tabs(), linked(state.tab.key)
    parts = [part for parts in tabs.values() for part in parts]
    has_lessons = tab_name(LESSONS_NAME) not in hiding.hidden()
    if named(tabs, tab) is None:
        names = [*tabs, *(part.name for part in parts if part.name not in tabs)]
        found += one_of(state.tab.key, [*names, LESSONS_NAME] if has_lessons else names, tab)
    rooms: dict[str, list[str]] = {}
    for one in (LESSON_ROOMS, *(part.rooms for part in PARTS if part.rooms is not None)):
        is_there = has_lessons if one is LESSON_ROOMS else any(part.rooms is one for part in parts)
        rooms.setdefault(one.name, []).extend(one.shown() if is_there else [])
    for name, shown in rooms.items():
        if (room := linked(name)) != guess.ROOM:  # a link to the train card
            found += one_of(name, shown, room)
    return found
