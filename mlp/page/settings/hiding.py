"""Hide controls and sections by URL: ``?hide=optimizer,momentum,tab-runs``.

Hidden is not locked: a hidden control keeps its value, the URL can set it, and editing the URL shows it again.
"""

import difflib
import re
from collections.abc import Iterable, Mapping

import streamlit as st

from mlp.page.settings.link import linked
from mlp.page.style.theme import plain
from mlp.training.settings_table import groups

MAX_NAMES = 60
ANSWERS = "answers"
"""Name that hides the answers to the questions of lessons and lab."""
Hidable = Mapping[str, tuple[str, str]]
"""Parts of the page that can be hidden, by name in links: the label, and the CSS selector, or "" if it is not drawn."""
SECTIONS: Hidable = {
    "settings": ("All settings", '[data-testid="stSidebar"], [data-testid="stExpandSidebarButton"]'),
    "starting-points": ("Recipes", ".st-key-starting_points"),
    "against-learning-by-heart": ("Prevent overfitting", ".st-key-prevent_overfitting"),
    "more-settings": ("More settings", ".st-key-more_settings"),
    "advanced": ("Advanced settings", ".st-key-advanced"),
    "share": ("Share", ".st-key-share"),
    "somebody-new": ("Someone else’s turn", ".st-key-newcomer"),
    "drawing": ("Draw a digit", ".st-key-draw_card"),
    "reading": ("It reads", ".st-key-read_card"),
    "network": ("Which network answers", ".st-key-network"),
    "stage-network": ("The network at work", ".st-key-stage_network"),
    "undo": ("Undo", ".st-key-undo"),
    "clear": ("Clear", ".st-key-clear"),
    "give-one": ("Give me one", ".st-key-give_one"),
    "photo": ("Photo", ".st-key-picture_upload"),
    "what-it-sees": ("What it sees", ".st-key-way_line"),
    "correction": ("Not right? It was a …", ".st-key-correction"),
    "training": ("Train, with the curves", ".st-key-train_card"),
    "train": ("Train a new network", ".st-key-train"),
    "pause": ("Pause and Resume", ".st-key-pause"),
    "step": ("One step", ".st-key-step"),
    "live-rate": ("Learning rate of this run", '[class*="st-key-live_rate"]'),
    "speed": ("Slow, Normal, Full", ".st-key-speed"),
    "next-step": ("What to do next", ".st-key-next_line"),
    "lab-guess": ("Guess first", ".st-key-guess_first, .st-key-lab_guess"),
    "hints": ("Hints when a run goes wrong", ".st-key-hints"),
    "for-teachers": ("For teachers, below the lessons", ".st-key-for_teachers"),
    "sheet": ("Your sheet and your answers, in lessons", '.st-key-sheet, [class*="st-key-answer_of_"]'),
    ANSWERS: ("Answers, in lessons and lab", ".st-key-answers"),
}
_NARROW_STAGE = ":root { --lesson-columns: 17rem minmax(0, 1fr); --lesson-stage: column; }"
"""Without the train card, the canvas and the answer are one column beside the lesson."""


def tab_name(tab: str) -> str:
    """Return the name that hides a tab or a part of one.

    Examples
    --------
    >>> tab_name("Step by step")
    'tab-step-by-step'
    """
    return "tab-" + tab.lower().replace(" ", "-")


def contradiction(opened: Iterable[tuple[str, Iterable[str]]], hidden_names: Iterable[str]) -> str | None:
    """Return a sentence if a link hides the part that it opens, else None.

    Parameters
    ----------
    opened : iterable of (str, iterable of str)
        The parts that the link opens, each with all names that hide it.
    hidden_names : iterable of str
        The names that it hides.

    Examples
    --------
    >>> contradiction([("Fool it", ["tab-lab", "lab-fool"])], ["seed", "tab-lab"])
    'It opens “Fool it” and hides “tab-lab”.'
    >>> contradiction([("Fool it", ["tab-lab", "lab-fool"])], ["lab-map"])
    """
    gone = set(hidden_names)
    found = ((title, name) for title, names in opened for name in names if name in gone)
    return next((f"It opens “{title}” and hides “{name}”." for title, name in found), None)


def all_hidable(registered: Hidable) -> dict[str, str]:
    """Return the labels of everything that can be hidden, by name; ``registered`` are the parts in tabs."""
    return {
        **{group.name.replace("_", "-"): group.label for group in groups()},
        **{name: text for name, (text, _) in {**SECTIONS, **registered}.items()},
    }


def names_in(value: str) -> list[str]:
    """Return the names in the URL's value, without repeats.

    Examples
    --------
    >>> names_in("optimizer, Weight_Decay,optimizer")
    ['optimizer', 'weight-decay']
    """
    found = (name.strip().lower().replace("_", "-") for name in value.split(",")[:MAX_NAMES])
    return list(dict.fromkeys(filter(None, found)))


def hidden() -> set[str]:
    """Return the names that this page's URL hides."""
    return set(names_in(linked("hide") or ""))


def css(hidden_names: set[str], registered: Hidable) -> str:
    """Return the CSS that hides these names from sight, keyboard and screen readers.

    Examples
    --------
    >>> css({"seed", "tab-runs"}, {"tab-runs": ("Tab: Runs", "")})
    '.st-key-control_seed { display: none !important; }'
    """
    selectors = [f".st-key-control_{group.name}" for group in groups() if group.name.replace("_", "-") in hidden_names]
    found = {**SECTIONS, **registered}.items()
    selectors += [selector for name, (_, selector) in found if selector and name in hidden_names]
    rules = [f"{', '.join(selectors)} {{ display: none !important; }}"] if selectors else []
    return " ".join([*rules, *([_NARROW_STAGE] if "training" in hidden_names else [])])


def apply(registered: Hidable) -> None:
    """Hide the parts of the page that its URL names."""
    rules = css(hidden(), registered)
    if rules:
        st.html(f"<style>{rules}</style>")


def warn_of_unknown_names(registered: Hidable, formerly: Iterable[str], refused: str | None) -> None:
    """Warn of a link that hides the part that it opens, and of names in it that hide nothing, perhaps misspelled.

    Parameters
    ----------
    registered : mapping of str to (str, str)
        The parts in tabs.
    formerly : iterable of str
        Earlier names, which are also known.
    refused : str, optional
        A sentence from `contradiction`.
    """
    known = all_hidable(registered)
    if refused:
        st.warning(f"The link hides what it opens. {plain(refused)} Ask its sender for another one.")
    unknown = [name for name in names_in(linked("hide") or "") if name not in {*known, *formerly}]
    if not unknown:
        return
    texts = []
    for name in unknown[:5]:
        if not re.fullmatch(r"[a-z0-9-]{1,40}", name):
            continue  # any other text could be an attack, so the page does not repeat it
        near = difflib.get_close_matches(name, known, 1)
        texts.append(f"`{name}`" + (f" (perhaps `{near[0]}`?)" if near else ""))
    st.warning(
        f"The link hides {len(unknown)} {'thing' if len(unknown) == 1 else 'things'} that this page does not have"
        + (f": {', '.join(texts)}" if texts else "")
        + ". For a list of names, see Lessons, For teachers."
    )
