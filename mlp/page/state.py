"""Values of a session that several sections of the page share: each with key, type, default and owner.

The owner in brackets is the file that sets it. A value that one file alone uses is declared there. Streamlit keeps the
values of controls in the same place, under the control's key, so this file also lists controls that other files read.
"""

from typing import Any, Literal

from mlp.images.input_image import InputImage
from mlp.images.picture import Picture
from mlp.page.session_var import ControlVar, ResetVar, SessionVar
from mlp.training.settings import Settings
from mlp.training.settings_table import controls

Analysis = Literal[
    "readings",
    "spreads",
    "slow_checks",
    "slow_check",
    "slow_along",
    "slow_downhill",
    "lab_whole",
    "lab_map",
    "lab_lesion",
    "lab_smallest_shipped",
    "lab_smallest_article",
    "lab_smallest_own",
]
"""The costly analyses whose last result a session keeps."""


# Of visitors/: who this is, and what this tab shows of their things.
visitor_id = SessionVar[str | None]("visitor_id", None)
"""The id of this tab's visitor."""
begun_run = SessionVar[int | None]("begun_run", None)
"""The number of the run that was started last in this tab (runs)."""

downloads = SessionVar[Any]("downloads", None)
"""The files that the page's buttons download, each with what makes it (style.download_button)."""


def refusal(place: str) -> SessionVar[str | None]:
    """Return the reason why a request at a place of the page was refused, until it is shown (refusals)."""
    return SessionVar(f"refused_{place}", None)


def last_analysis(name: Analysis) -> SessionVar[Any]:
    """Return the last result of a costly analysis, with its inputs (analysis_budget)."""
    return SessionVar(name, None)


# Of live/: the channel.
live_tab = SessionVar[Any]("live_tab", None)
"""The tab, as the live channel knows it (live/tabs)."""
live = SessionVar[Any]("live", None)
"""What the browser's part of the channel has asked of the page last (live/component)."""
live_requests = SessionVar[Any]("live_requests", None)
"""What the browser's part of the channel has asked of fragments last (live/component)."""
followers = SessionVar[dict[str, float]]("followers", {})
"""The keys of the fragments that follow the run, each with the seconds between two drawings (live/component)."""

# Of settings/: where the controls stand.
linked_query = SessionVar[dict[str, list[str]]]("linked_query", {})
"""The query of the link that opened the page, each name with all its values (link)."""
linked_positions = SessionVar[dict[str, Any]]("linked_positions", {})
"""The positions of controls that the link asks for, by key (link_check)."""
settings_readers = SessionVar[tuple[str, ...]]("settings_readers", ())
"""The keys of the fragments that a moved control draws anew, beside the controls (starting_points)."""
link_complaints = SessionVar[list[str]]("link_complaints", [])
"""What the link asked for that no control accepts, each as a sentence (link_check)."""


def control(key: str) -> ControlVar[Any]:
    """Return the position of a control in the table of settings, at first the link's; controls (panel)."""
    return ControlVar(key, linked_positions.get().get(key, controls()[key].default))


# Of train/: the run that is on.
live_rate = ResetVar[float | None]("live_rate", None)
"""The learning rate of the run that is on; a control (card)."""
live_rate_of = SessionVar[int]("live_rate_of", 0)
"""The number of the run whose learning rate that is (card)."""

speed = SessionVar[str]("speed", "Full")
"""How fast the run plays; a control (train/speed)."""
speed_chosen = SessionVar[bool]("speed_chosen", False)
"""Whether the visitor chose that, so that no run starts slow by itself (train/speed)."""
show_synthetic = SessionVar[bool]("show_synthetic", False)
"""Whether the curve of synthetic digits is drawn; a control (synthetic_accuracy)."""


# Of draw/: what is drawn, and which network answers.
canvas = SessionVar[Any]("canvas", None)
"""The browser's report on the canvas, which may be anything; a control (canvas)."""
begun_with = SessionVar[dict[str, Any]]("begun_with", {})
"""The initial drawing of the canvas, in the form of its reports (canvas)."""
prepared_drawing = SessionVar[tuple[str | None, InputImage | None] | None]("prepared_drawing", None)
"""The last drawing, after the data URL that it was prepared from (current_drawing)."""
stroke_readers = SessionVar[tuple[str, ...]]("stroke_readers", ())
"""The keys of the fragments that a stroke draws anew, in their order (canvas)."""
rewound = SessionVar[tuple[int, int, Any] | None]("rewound", None)
"""The number of a run, one of its steps, and the reader of that moment, which answers in its place (lab/rewind)."""
picture = SessionVar[InputImage | None]("picture", None)
"""The picture that is read in place of a drawing (upload)."""
picture_in = SessionVar[Any]("picture_in", None)
"""The picture that was chosen; a control (upload)."""
picture_error = SessionVar[str | None]("picture_error", None)
"""Why the last picture could not be read (upload)."""
page_digit = SessionVar[int]("page_digit", 0)
"""Which digit of a photo with several is read (upload, sheet_photo)."""
page_digits = SessionVar[tuple[Picture, list[InputImage | None]] | None]("page_digits", None)
"""The digits of such a photo, prepared, and which photo that is (sheet_photo)."""
photo_picked = SessionVar[Any]("photo_picked", None)
"""The browser's report on the pressed digit; a control (sheet_photo)."""
pictures_taken = SessionVar[int]("pictures_taken", 0)
"""How many pictures were taken in (upload)."""
stage_opened = SessionVar[bool]("stage_opened", False)
"""Whether the compact picture of the network was pressed, and the tab with the whole one is not yet drawn (answer)."""
network = ControlVar[str | None]("network", None)
"""Which network answers; a control (networks)."""
corrected = ResetVar[int | None]("corrected", None)
"""What the drawing was meant to be; a control (correction)."""
taught = SessionVar[tuple[int, bytes, int, float]]("taught", (0, b"", 0, 0.0))
"""The run that was begun to learn a drawing at once, the drawing, and what was read of it before (correction)."""
taught_now = SessionVar[bool]("taught_now", False)
"""Whether such a run has begun and the page does not show it yet (correction)."""
own_changed = SessionVar[bool]("own_changed", False)
"""Whether the visitor's own digits are others than the page shows (correction, and the tab of own digits)."""
looking_at = SessionVar[str | None]("looking_at", None)
"""What the network is watched with, a name in `KINDS`; a control (subject)."""
looked_at = SessionVar[str | None]("looked_at", "drawing")
"""The same, kept for when the control is drawn again (subject)."""
digit_number = SessionVar[int | None]("digit_number", None)
"""Which digit of the data the network is watched with; a control (subject)."""
digit_looked_at = SessionVar[int | None]("digit_looked_at", 0)
"""The same, kept for when the control is drawn again (subject)."""

# Of tabs/: which one is open, and what is chosen in each.
tab = SessionVar[str | None]("tab", None)
"""The open tab; a control (tab_bar)."""
leads_to = SessionVar[str | None]("leads_to", None)
"""The tab or part that something in another one leads to, until it is open (tab_bar)."""
shown_part = SessionVar[str | None]("shown_part", None)
"""The name of the part of a tab that the page shows (tabs/section)."""

gallery = SessionVar[Any]("gallery", None)
"""What the browser says of the picture that was picked; a control (style/gallery)."""
inside_view = ControlVar[str | None]("inside_view", None)
"""The open view; a control (inside)."""
own_share_kept = SessionVar[int]("own_share_kept", 25)
"""How many per cent of what a network learns are own digits, kept for when the control is drawn again (own_digits)."""
own_share = SessionVar[int]("own_share", own_share_kept.default)
"""The same; a control (own_digits)."""
collecting = SessionVar[bool]("collecting", True)
"""Whether a row under the canvas offers to keep drawings as signs (own_signs)."""


def sign_renamed(key: str) -> SessionVar[str]:
    """Return the new name of a sign; a control (own_signs)."""
    return SessionVar(key, "")


signs_learned = SessionVar[bool]("signs_learned", False)
"""Whether a run on signs has begun and the page does not show it yet (draw/signs)."""
lesson = SessionVar[str]("lesson", "")
"""The open lesson (lessons)."""
curves_of_lesson = SessionVar[str]("curves_of_lesson", "")
"""The lesson whose curves the train card was asked to show last (lessons)."""

# Of tabs/lab: the experiments.
lab = SessionVar[str]("lab", "")
"""The open room (lab)."""
lab_off = SessionVar[tuple[tuple[int, int], ...]]("lab_off", ())
"""The neurons that are switched off, as (layer, neuron), both from 0 (inside/lesions)."""


lab_moved = SessionVar[bool]("lab_moved", False)
"""Whether the whole page is to be drawn anew for what was pressed (lab)."""

lab_guess_on = SessionVar[bool]("lab_guess_on", False)
"""Whether the visitor guesses before a run begins (train/guess)."""
lab_guess_drawn = SessionVar[tuple[float, ...]]("lab_guess_drawn", ())
"""The guessed accuracies, 0 to 1; none if nothing is drawn (train/guess)."""
lab_guess_after = SessionVar[int]("lab_guess_after", 0)
"""The number of the run before the one that is guessed (train/guess)."""
lab_guess_for = SessionVar[Settings | None]("lab_guess_for", None)
"""The settings of the experiment that is guessed; None if it is the next run (train/guess)."""
lab_guess_sweep = SessionVar[Any]("lab_guess_sweep", None)
"""The sweep that there was when a guess was asked for, as a weak reference (train/guess)."""
lab_guess_asked = SessionVar[int]("lab_guess_asked", 0)
"""How often a guess was asked for from elsewhere on the page (train/guess)."""
lab_axes = SessionVar[Any]("lab_axes", None)
"""What the browser says of a guess that was drawn; a control (train/guess_axes)."""


def lab_smallest_of(kind: str) -> Analysis:
    """Return the name of the analysis with the smallest change that fools a network (lab/fool)."""
    names: dict[str, Analysis] = {"shipped": "lab_smallest_shipped", "article": "lab_smallest_article"}
    return names.get(kind, "lab_smallest_own")


def style_switch(name: str) -> ResetVar[bool]:
    """Return whether synthetic digits have a style of this name; a control (data/styles)."""
    return ResetVar(f"style_{name}", True)


# Of tabs/step: the step that is looked at in slow motion.
slow_picture = SessionVar[int | None]("slow_picture", None)
"""The number of the picture that is followed, None for the one that is read worst; a control."""


def slow_neuron(layer: int, strongest: int) -> SessionVar[int]:
    """Return the chosen neuron of a layer, at first the strongest; a control."""
    return SessionVar(f"slow_neuron_{layer}", strongest)


def slow_index(word: str, array: int, step: int, steepest: int) -> SessionVar[int]:
    """Return an index into a parameter array of a step, at first the steepest; ``word`` says which; a control."""
    return SessionVar(f"slow_{word}_{array}_{step}", steepest)
