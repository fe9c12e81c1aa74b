"""Entries of the table of settings: controls, names in a link, and flag."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mlp.training.settings import OUTER_NAMES, Settings

DEFAULTS = Settings()
Kind = Literal["slider", "stops", "choice", "several", "number", "switch"]
Section = Literal["Network", "Training", "Prevent overfitting", "More settings", "Advanced"]


@dataclass(frozen=True, kw_only=True)
class Control:
    """One control on the page.

    Attributes
    ----------
    key : str
        Its name in a link, and its key on the page.
    label : str
    kind : {"slider", "stops", "choice", "several", "number", "switch"}
        A slider's positions are evenly spaced, those of stops are not. With several, any number of them can be chosen.
    positions : sequence
        All its positions, in order.
    default : object
        One of them, or a list if several can be chosen.
    takes_between : bool
        Whether a link may set a number between two positions.
    """

    key: str
    label: str
    kind: Kind
    positions: Sequence[Any]
    default: Any
    takes_between: bool = False

    def has(self, position: Any) -> bool:
        """Whether it has this position."""
        return set(position) <= set(self.positions) if self.kind == "several" else position in self.positions


@dataclass(frozen=True, kw_only=True)
class Group:
    """Controls with one explanation, which a link hides together.

    Attributes
    ----------
    name : str
        The name that hides it, with ``_`` for ``-``.
    label : str
        Its label in the list of what can be hidden.
    explained : str
        Its explanation, as help, for beginners.
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
        Field of `Settings`.
    name : str
        Its name in a sentence.
    flag : str
        Its option on the command line, such as ``--learning-rate``.
    metavar, help : str
        Its metavar and help on the command line, without the default.
    section : Section
        Its section on the page.
    groups : tuple of Group
    to_positions : callable
        Returns the position of each control, by key, for a value of the field; the caller has to map values without a
        position.
    from_positions : callable
        Returns the value of the field for positions by key; missing ones are at their defaults.
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
    """Return the entry of a setting with one control.

    The default of ``name`` is the label; the default ``metavar`` of a choice lists its positions.
    """
    default, key = to_position(getattr(DEFAULTS, field)), OUTER_NAMES.get(field, field)
    control = Control(
        key=key, label=label, kind=kind, positions=positions, default=default, takes_between=takes_between
    )
    return Setting(
        field=field,
        name=name or label.lower(),
        flag=f"--{key.replace('_', '-')}",
        metavar=metavar or (f"{{{','.join(positions)}}}" if kind == "choice" else "N"),
        help=help,
        section=section,
        groups=(Group(name=key, label=label, explained=explained, controls=(control,)),),
        to_positions=lambda value: {key: to_position(value)},
        from_positions=lambda at: from_position(at.get(key, default)),
    )
