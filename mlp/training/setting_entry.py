"""Describe an entry of the table of settings: its controls, their names in a link, its flag."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mlp.training.settings import Settings

DEFAULTS = Settings()
Kind = Literal["slider", "stops", "choice", "several", "number", "switch"]
Section = Literal["Network", "Training", "Prevent overfitting", "More settings"]


@dataclass(frozen=True, kw_only=True)
class Control:
    """One element that a person moves.

    Attributes
    ----------
    key : str
        Its name in a link, and of the element on the page.
    label : str
    kind : {"slider", "stops", "choice", "several", "number", "switch"}
        A slider's positions are evenly spaced, those of stops are not. Of several any number of positions is chosen.
    positions : sequence
        All that it can be set to, in order.
    default : object
        One of them, or a list of some where several can be chosen.
    takes_between : bool
        Whether a link may ask for a number between two positions.
    """

    key: str
    label: str
    kind: Kind
    positions: Sequence[Any]
    default: Any
    takes_between: bool = False

    def has(self, position: Any) -> bool:
        """Whether it can be set to this."""
        return set(position) <= set(self.positions) if self.kind == "several" else position in self.positions


@dataclass(frozen=True, kw_only=True)
class Group:
    """Controls with one explanation, which a link hides together.

    Attributes
    ----------
    name : str
        By which it is hidden, with ``_`` for ``-``.
    label : str
        What it is called where it can be hidden.
    explained : str
        The words below it, for a pupil.
    controls : tuple of Control
    """

    name: str
    label: str
    explained: str
    controls: tuple[Control, ...]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One field of `Settings`.

    Attributes
    ----------
    field : str
        Of `Settings`.
    name : str
        What it is called in a sentence.
    flag : str
        On the command line, such as ``--learning-rate``.
    metavar, help : str
        What the command line says of it, without the default.
    section : Section
        Where on the page it stands.
    groups : tuple of Group
    to_positions : callable
        Gives the position of each control, by its key, for a value of the field; one that a control does not have is
        the caller's to find.
    from_positions : callable
        Gives the value of the field for positions by key; a missing one is at its default.
    """

    field: str
    name: str
    flag: str
    metavar: str
    help: str
    section: Section
    groups: tuple[Group, ...]
    to_positions: Callable[[Any], dict[str, Any]]
    from_positions: Callable[[Mapping[str, Any]], Any]


def setting(
    field: str,
    label: str,
    kind: Kind,
    positions: Sequence[Any],
    *,
    explained: str,
    help: str,
    section: Section = "More settings",
    name: str | None = None,
    metavar: str | None = None,
    takes_between: bool = False,
    to_position: Callable[[Any], Any] = lambda value: value,
    from_position: Callable[[Any], Any] = lambda position: position,
) -> Setting:
    """Make the entry of a setting that one control shows.

    Where no ``name`` is given, it is the label; where no ``metavar`` is, a choice lists what can be chosen.
    """
    default = to_position(getattr(DEFAULTS, field))
    control = Control(
        key=field, label=label, kind=kind, positions=positions, default=default, takes_between=takes_between
    )
    return Setting(
        field=field,
        name=name or label.lower(),
        flag=f"--{field.replace('_', '-')}",
        metavar=metavar or (f"{{{','.join(positions)}}}" if kind == "choice" else "N"),
        help=help,
        section=section,
        groups=(Group(name=field, label=label, explained=explained, controls=(control,)),),
        to_positions=lambda value: {field: to_position(value)},
        from_positions=lambda at: from_position(at.get(field, default)),
    )
