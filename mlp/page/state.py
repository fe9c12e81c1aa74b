"""Values of a session that several sections of the page share: each with key, type, default and owner.

The owner in brackets is the file that sets it. A value that one file alone uses is declared there. Streamlit keeps the
values of controls in the same place, under the control's key, so this file also lists controls that other files read.
"""

from typing import Any, NamedTuple

from mlp.nn.reader import Reader
from mlp.page.session_var import ControlVar, SessionVar
from mlp.training.settings import controls


class Rewound(NamedTuple):
    """A step to which a run was rewound: the run's number, the step, and the network at that step."""

    run: int
    step: int
    reader: Reader


# visitors/: the state of this tab.
begun_run = SessionVar[int | None]("begun_run", None)
"""The number of the last run that was started in this tab (runs)."""

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
rewound = SessionVar[Rewound | None]("rewound", None)
"""An earlier step of the run that answers in its place (inside/rewind)."""
network = ControlVar[str | None]("network", None)
"""The network that answers; a control (networks)."""
sent = SessionVar[Reader | None]("sent", None)
"""The network that somebody sent by the link that opened the page (tabs/sent)."""
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
collecting = SessionVar[bool | None]("collecting", None)
"""Whether the page collects drawings of signs; None if the visitor has not chosen (collect)."""

# tabs/lab/: the experiments.
lab_off = SessionVar[tuple[tuple[int, int], ...]]("lab_off", ())
"""The neurons that are switched off, as (layer, neuron), both from 0 (inside/switches)."""

lab_guess_drawn = SessionVar[tuple[float, ...]]("lab_guess_drawn", ())
"""The guessed accuracies, 0 to 1; none if nothing is drawn (train/guess)."""


# tabs/step/: the step in slow motion.
slow_picture = SessionVar[int | None]("slow_picture", None)
"""The number of the followed image, None for the least certain one; a control."""
