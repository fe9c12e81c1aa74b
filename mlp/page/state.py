"""Values of a session that several sections of the page share: each with key, type, default and owner.

The owner in brackets is the file that sets it. A value that one file alone uses is declared there. Streamlit keeps the
values of controls in the same place, under the control's key, so this file also lists controls that other files read.
"""

from typing import Any, NamedTuple

from mlp.nn.reader import Reader
from mlp.page.session_var import ControlVar, SessionVar
from mlp.training.positions import controls


class Loan(NamedTuple):
    """A network that a page alone has: a friend's, or a run's at an earlier ``step``; ``key`` finds it on the shelf."""

    key: str
    reader: Reader
    step: int | None = None


# visitors/: the state of this page.
begun_run = SessionVar[int | None]("begun_run", None)
"""The number of the last run that was started on this page (runs)."""

# settings/: positions of the controls.


def control(key: str) -> ControlVar[Any]:
    """Return the position of a setting's control (controls)."""
    return ControlVar(key, controls()[key].first_position)


# train/: the current run.

speed = SessionVar[str]("speed", "Full")
"""The speed of the run; a control (train/speed)."""
speed_chosen = SessionVar[bool]("speed_chosen", False)
"""Whether the visitor chose the speed, so that no run starts slowly by itself (train/speed)."""

# draw/: the drawing, and the network that answers.
network = ControlVar[str | None]("network", None)
"""The key of the network that answers, see `mlp.page.visitors.shelf`; a control (networks)."""
loan = SessionVar[Loan | None]("loan", None)
"""What the page has on loan, which answers while its network is chosen (tabs/sent, inside/rewind)."""
taught = SessionVar[tuple[int, bytes, int, float]]("taught", (0, b"", 0, 0.0))
"""The last run started by *Teach it now*, its drawing, and the answer before (correction)."""

# tabs/: the open tab, and the choices in each.
tab = ControlVar[str | None]("tab", None)
"""The open tab; a control (tabs/bar)."""
requested_tab = SessionVar[str | None]("requested_tab", None)
"""The tab or section to open next (tabs/places)."""
shown_section = SessionVar[str | None]("shown_section", None)
"""The name of the section of a tab that the page shows (tabs/bar)."""

network_tool = ControlVar[str]("network_tool_choice", "")
"""The open view of *Look inside*; a control (inside)."""
drawings_of = ControlVar[str]("drawings", "")
"""Whether *Your drawings* shows "digits" or "signs"; a control (drawings)."""
own_share = SessionVar[int]("own_share", 25)
"""Percentage of own digits in teaching; a control (drawings)."""
drawer = SessionVar[str | None]("drawer", None)
"""The key of the network for which the drawer of signs was opened; with any other, it is closed (collect)."""

# tabs/lab/: the experiments.
lab_off = SessionVar[tuple[tuple[int, int], ...]]("lab_off", ())
"""The neurons that are switched off, as (layer, neuron), both from 0 (inside/switches)."""

lab_guess_drawn = SessionVar[tuple[float, ...]]("lab_guess_drawn", ())
"""The guessed accuracies, 0 to 1; none if nothing is drawn (train/guess)."""


# tabs/step/: the step in slow motion.
slow_picture = SessionVar[int | None]("slow_picture", None)
"""The number of the followed image, None for the least certain one; a control."""
