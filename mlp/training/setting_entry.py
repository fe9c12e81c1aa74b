"""What is declared of a setting: its default and rule, its control on the page, its names, and its explanation.

The hidden layers, the one setting with several controls, are declared here with their limits.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from mlp.checks import Number, checked_int
from mlp.class_names import DIGITS
from mlp.language import Later, mark, number, tr
from mlp.nn.layers import checked_layer_sizes

N_INPUTS = 28 * 28
MAX_HIDDEN_LAYERS = 16
MAX_WIDTH = 8192
MAX_PARAMETERS = 16_000_000  # in float32, the limit of a model file
WIDTHS = (100, 200, 100, 50)
"""Default widths: the article's two, then those of the layers that a visitor may add."""

Kind = Literal["slider", "stops", "choice", "several", "number", "switch"]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One field of `Settings`, or one control of a field that has several."""

    default: Any
    rule: Number | range | tuple[Any, ...] | Callable[[Any], Any]
    """The numbers or names that it may be, or a function that returns the checked value; None if the default is."""
    positions: Sequence[Any] = ()
    """The positions of its control, in order; by default, what the rule lists."""
    kind: Kind = "stops"
    """Its control. A slider's positions are evenly spaced. A position of several is a list of some."""
    to_position: Callable[[Any], Any] = lambda value: value
    """Returns the position of a value; the caller has to map values without one."""
    from_position: Callable[[Any], Any] = lambda position: position
    field: str = ""
    key: str = ""
    """Its name in files and links, by default that of the field."""
    label: str = ""
    """On the page."""
    name: str = ""
    """In a sentence."""
    explained: str = ""
    """Its help for beginners."""
    more_help: str = ""
    """What the command line adds to it."""
    section: Literal["Network", "Training", "Prevent overfitting", "More settings", "Advanced"] = "More settings"
    row: str = ""
    """Key of the controls that stand in its row, and that links hide together; by default, it alone."""
    row_label: str = ""

    def named(self, field: str) -> "Setting":
        """Return it as the setting of a field, with names made of it."""
        key, label, places = self.key or field, self.label, self.positions
        if not places and isinstance(self.rule, range | tuple):
            places = self.rule
        in_row: dict[str, Any] = {"row": self.row or key, "row_label": self.row_label or label}
        return replace(self, field=field, key=key, positions=places, **in_row)

    @property
    def controls(self) -> tuple["Setting", ...]:
        """Its controls on the page: itself."""
        return (self,)

    @property
    def first_position(self) -> Any:
        """The position of the default."""
        return self.to_position(self.default)

    @property
    def flag(self) -> str:
        """Its option on the command line."""
        return f"--{self.key.replace('_', '-')}"

    @property
    def range_text(self) -> str:
        """The range of a number, else nothing; for the command line."""
        if isinstance(self.rule, range):
            return f"a whole number from {self.rule[0]:,} to {self.rule[-1]:,}"
        return self.rule.rule if isinstance(self.rule, Number) else ""

    def has(self, position: Any) -> bool:
        """Whether its control has this position."""
        return set(position) < set(self.positions) if self.kind == "several" else position in self.positions

    def to_positions(self, value: Any) -> dict[str, Any]:
        """Return the position of each control, by key, for a value of the field."""
        return {self.key: self.to_position(value)}

    def from_positions(self, at: Mapping[str, Any]) -> Any:
        """Return the value of the field for positions by key; missing ones are at their defaults."""
        return self.from_position(at[self.key]) if self.key in at else self.default

    def checked(self, field: str, value: Any) -> Any:
        """Return a value as the field with this name keeps it, or raise a ValueError with the rule."""
        rule = self.rule
        if value is None and self.default is None:
            return None
        if isinstance(rule, range):
            return checked_int(field, value, rule[0], rule[-1])
        if isinstance(rule, Number):
            return rule.checked(value)
        if callable(rule):
            return rule(value)
        if self.kind == "several":
            if not isinstance(value, tuple | list) or any(name not in rule for name in value) or {*value} == {*rule}:
                wrong = mark("{name} must be some, but not all, of {choices}, got {value}")
                raise ValueError(Later(wrong, name=field, choices=", ".join(rule), value=repr(value)))
            return tuple(name for name in rule if name in value)
        if value not in rule or type(value) is not type(rule[0]):  # 1 equals True
            wrong = mark("{name} must be one of {choices}, got {value}")
            raise ValueError(Later(wrong, name=field, choices=", ".join(map(str, rule)), value=repr(value)))
        return value


def checked_widths(widths: Any) -> tuple[Any, ...]:
    """Return the widths of hidden layers if there are not too many; `Settings` then checks the sizes of all layers."""
    if not isinstance(widths, Iterable):
        raise ValueError(Later("hidden must be the widths of the hidden layers, got {widths}", widths=repr(widths)))
    sizes = tuple(checked_layer_sizes([N_INPUTS, *widths, len(DIGITS)])[1:-1])
    if len(sizes) > MAX_HIDDEN_LAYERS or any(width > MAX_WIDTH for width in sizes):
        rule = mark("there may be at most {most} hidden layers of at most {widest}, got {sizes}")
        got = ", ".join(map(str, sizes))
        raise ValueError(Later(rule, most=MAX_HIDDEN_LAYERS, widest=MAX_WIDTH, sizes=got))
    return sizes


N_LAYERS = Setting(
    default=2,
    rule=range(1, len(WIDTHS) + 1),
    kind="slider",
    label=mark("Hidden layers"),
    explained=mark("More layers can combine simple features into complex ones, and are harder to train."),
).named("hidden_layers")
WIDTH_OF = [
    Setting(
        default=width,
        rule=range(8, 1025),
        kind="slider",
        label=Later("Width of layer {number}", number=number),
        explained=mark("Neurons in a layer: how many features it can look for at once."),
        row="width",
        row_label=mark("Neurons in each"),
    ).named(f"width_{number}")
    for number, width in enumerate(WIDTHS, start=1)
]


class HiddenLayers(Setting):
    """The widths of the hidden layers, with a control for their number and one for each width."""

    flag = "--layers"
    controls = (N_LAYERS, *WIDTH_OF)

    def to_positions(self, value: Any) -> dict[str, Any]:
        """Return the number of layers and each width; there may be more layers than controls."""
        return {N_LAYERS.key: len(value), **{f"width_{number}": width for number, width in enumerate(value, start=1)}}

    def from_positions(self, at: Mapping[str, Any]) -> Any:
        """Return the widths of as many layers as there are."""
        return tuple(int(width.from_positions(at)) for width in WIDTH_OF[: int(N_LAYERS.from_positions(at))])


def declared(entry: Setting) -> Any:
    """Return a setting's field of a dataclass."""
    return field(default=entry.default, metadata={"setting": entry})


def setting(default: Any, rule: Any, **more: Any) -> Any:
    """Return the field of a `Setting` with these attributes."""
    return declared(Setting(default=default, rule=rule, **more))


def entries(settings: type) -> list[Setting]:
    """Return the settings of a dataclass's fields, in their order."""
    return [field.metadata["setting"].named(field.name) for field in fields(settings) if "setting" in field.metadata]


def format_value(value: object) -> str:
    """Return a value or a position as text, as in links and on the command line.

    >>> format_value(0.0001), format_value(None), format_value(True), format_value("sgd"), format_value((100, 200))
    ('0.0001', 'all', 'true', 'sgd', '100,200')
    """
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if value is None or isinstance(value, bool):
        return {None: "all", False: "false", True: "true"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


OPTION_NAMES = {"sgd": "SGD", "adam": "Adam", "relu": "ReLU", "xavier": "Xavier", "he": "He", "gabor": "Gabor"}
OPTION_NAMES |= {"constant": Later("constant"), "cosine": Later("cosine"), "sigmoid": Later("sigmoid")}
"""Names of options in texts; the others are called as in links."""
WITHOUT_WORDS = "{value:g}"
"""The text of a number alone, which has no word to translate."""


def value_text(value: object) -> str:
    """Return a setting's value as text for a person: in English, and a `Later` if other languages write it otherwise.

    >>> value_text((100, 200)), value_text(()), value_text(None), value_text(True), value_text(0.0), value_text("relu")
    ('100, 200', 'none', 'all', 'yes', '0', 'ReLU')
    """
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value)) or Later("none")
    if value is None or isinstance(value, bool):
        return {None: Later("all"), False: Later("no"), True: Later("yes")}[value]
    if isinstance(value, float):
        return Later(WITHOUT_WORDS, value=value)
    text = format_value(value)
    return OPTION_NAMES.get(text, text)


def value_label(value: object) -> str:
    """Return a setting's value as `value_text`, in the language of this place."""
    if isinstance(value, float):
        return number(value, "g")
    text = value_text(value)
    return tr(text) if isinstance(text, Later) or text == "all" else text


def heading(name: str) -> str:
    """Return the name of a setting or a quantity as a heading, in the language of this place."""
    text = tr(name)
    return text[:1].upper() + text[1:]
