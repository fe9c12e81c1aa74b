"""Hide controls and sections by URL: ``?hide=optimizer,momentum,tab-runs``.

Hidden is not locked: a hidden control keeps its value, the URL can set it, and editing the URL shows it again.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

import streamlit as st

from mlp.page.settings.link import linked
from mlp.page.style.theme import plain
from mlp.training.settings_table import groups

MOST_NAMES = 60
LAB_ROOMS = {
    "rewind": "Rewind",
    "guess": "Guess first",
    "lesions": "Damage it",
    "fool": "Fool it",
    "map": "Map",
    "morph": "Morph",
    "wish": "What it would like to see",
    "valley": "Valley",
}
"""Labels of the lab's experiments, by their names in links, in the order of the page."""
LESSON_TITLES = {
    "learning-rate": "Learning rate",
    "width-and-depth": "Width and depth",
    "overfitting": "Overfitting on little data",
    "examples": "How many examples does it need?",
    "centring": "Why centering matters",
}
"""Titles of the lessons, by their names in links, in the order of the page."""
ANSWERS = "answers"
"""Hides the answers to the questions of lessons and lab."""
SECTIONS = {
    "settings": ("All settings", '[data-testid="stSidebar"], [data-testid="stExpandSidebarButton"]'),
    "starting-points": ("Recipes", ".st-key-starting_points"),
    "against-learning-by-heart": ("Prevent overfitting", ".st-key-prevent_overfitting"),
    "more-settings": ("More settings", ".st-key-more_settings"),
    "share": ("Share", ".st-key-share"),
    "somebody-new": ("Somebody new is here", ".st-key-newcomer"),
    "drawing": ("Draw a digit", ".st-key-draw_card"),
    "reading": ("It reads", ".st-key-read_card"),
    "network": ("Which network answers", ".st-key-network"),
    "stage-network": ("The network at work", ".st-key-stage_network"),
    "undo": ("Undo", ".st-key-undo"),
    "clear": ("Clear", ".st-key-clear"),
    "give-one": ("Give me one", ".st-key-give_one"),
    "photo": ("Photo", '[class*="st-key-picture_upload"]'),
    "what-it-sees": ("What it sees", ".st-key-way_line"),
    "correction": ("That was a …", ".st-key-correction"),
    "training": ("Train, with the curves", ".st-key-train_card"),
    "train": ("Train a new network", ".st-key-train"),
    "pause": ("Pause and Resume", ".st-key-pause"),
    "step": ("One step", ".st-key-step"),
    "live-rate": ("Learning rate of this run", ".st-key-live_rate"),
    "speed": ("Slow, Normal, Full", ".st-key-speed"),
    "next-step": ("What to do next", ".st-key-next_line"),
    "hints": ("Hints when a run goes wrong", ".st-key-hints"),
    "for-teachers": ("For teachers, below the lessons", ".st-key-for_teachers"),
    ANSWERS: ("Answers, in lessons and lab", ".st-key-answers"),
    **{f"lesson-{name}": (f"Lesson: {title}", f".st-key-lesson_{name}") for name, title in LESSON_TITLES.items()},
    **{f"lab-{name}": (f"Lab: {title}", f".st-key-lab_{name}") for name, title in LAB_ROOMS.items()},
}
# Without the train card beside it, a lesson takes the full width.
_FULL_WIDTH = (
    '.stApp:has(.st-key-lessons) [data-testid="stVerticalBlock"] > '
    '[data-testid="stLayoutWrapper"]:has(> .st-key-sections) { grid-column: 1 / -1 !important; }'
)
Section = TypeVar("Section")


def tab_name(tab: str) -> str:
    """Return the name by which a tab is hidden.

    Examples
    --------
    >>> tab_name("Step through")
    'tab-step-through'
    """
    return "tab-" + tab.lower().replace(" ", "-")


def lesson_name(lesson: str) -> str:
    """Return the name by which a lesson is hidden."""
    return f"lesson-{lesson}"


def contradiction(opened: Mapping[str, str], hidden_names: Iterable[str]) -> str | None:
    """Return a sentence if a link hides the part that it opens, else None.

    Parameters
    ----------
    opened : mapping of str to str
        The parts that the link opens: a ``lesson``, an experiment of the ``lab``, or a ``tab``.
    hidden_names : iterable of str
        The names that it hides.

    Examples
    --------
    >>> contradiction({"lesson": "overfitting"}, ["tab-lessons"])
    'It opens “Overfitting on little data” and hides “tab-lessons”.'
    >>> contradiction({"lab": "fool", "tab": "Lab"}, ["lab-map"])
    """
    gone = set(hidden_names)
    lesson, room, tab = (opened.get(name, "") for name in ("lesson", "lab", "tab"))
    asked = [(LESSON_TITLES[lesson], [tab_name("Lessons"), lesson_name(lesson)])] if lesson in LESSON_TITLES else []
    asked += [(LAB_ROOMS[room], [tab_name("Lab"), f"lab-{room}"])] if room in LAB_ROOMS else []
    asked += [(tab, [tab_name(tab)])] if tab else []
    for title, names in asked:
        for name in names:
            if name in gone:
                return f"It opens “{title}” and hides “{name}”."
    return None


def hidable(tabs: Iterable[str]) -> dict[str, str]:
    """Return the labels of everything that can be hidden, by name, on a page with these tabs."""
    return {
        **{group.name.replace("_", "-"): group.label for group in groups()},
        **{name: said for name, (said, _) in SECTIONS.items()},
        **{tab_name(tab): f"Tab: {tab}" for tab in tabs},
    }


def names_in(value: str) -> list[str]:
    """Return the names in the URL's value, without repeats.

    Examples
    --------
    >>> names_in("optimizer, Weight_Decay,optimizer")
    ['optimizer', 'weight-decay']
    """
    found = (name.strip().lower().replace("_", "-") for name in value.split(",")[:MOST_NAMES])
    return list(dict.fromkeys(filter(None, found)))


def hidden() -> set[str]:
    """Return the names that this page's URL hides."""
    return set(names_in(linked("hide") or ""))


def css(hidden_names: set[str]) -> str:
    """Return the CSS that hides these names from sight, keyboard and screen readers.

    Examples
    --------
    >>> css({"seed", "tab-runs"})
    '.st-key-control_seed { display: none !important; }'
    """
    selectors = [f".st-key-control_{group.name}" for group in groups() if group.name.replace("_", "-") in hidden_names]
    selectors += [selector for name, (_, selector) in SECTIONS.items() if name in hidden_names]
    rules = [f"{', '.join(selectors)} {{ display: none !important; }}"] if selectors else []
    return " ".join([*rules, *([_FULL_WIDTH] if "training" in hidden_names else [])])


def apply() -> None:
    """Hide the parts of the page that its URL names."""
    rules = css(hidden())
    if rules:
        st.html(f"<style>{rules}</style>")


def shown_tabs(tabs: Mapping[str, Section]) -> dict[str, Section]:
    """Return the tabs that are not hidden."""
    gone = hidden()
    return {tab: section for tab, section in tabs.items() if tab_name(tab) not in gone}


def note_unknown(tabs: Iterable[str]) -> None:
    """Warn of a link that hides the part that it opens, and of names in it that hide nothing, perhaps misspelled."""
    known = hidable(tabs)
    refused = contradiction({name: linked(name) or "" for name in ("lesson", "lab", "tab")}, hidden())
    if refused:
        st.warning(f"The link hides what it opens. {plain(refused)} Ask its sender for another one.")
    unknown = [name for name in names_in(linked("hide") or "") if name not in known]
    if not unknown:
        return
    said = []
    for name in unknown[:5]:
        if not re.fullmatch(r"[a-z0-9-]{1,40}", name):
            continue  # any other text could be an attack, so the page does not repeat it
        near = difflib.get_close_matches(name, known, 1)
        said.append(f"`{name}`" + (f" (perhaps `{near[0]}`?)" if near else ""))
    st.warning(
        f"The link hides {len(unknown)} {'thing' if len(unknown) == 1 else 'things'} that this page does not have"
        + (f": {', '.join(said)}" if said else "")
        + ". For a list of names, see Lessons, For teachers."
    )
