"""Settings of a training run, checked when they are created."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

from mlp.checks import Number, checked_int
from mlp.class_names import DIGITS, checked_names
from mlp.images.handwriting.styles import style_names
from mlp.nn.dropout import RATE
from mlp.nn.layers import ACTIVATIONS, INITIALIZATIONS, checked_layer_sizes
from mlp.nn.losses import SMOOTHING
from mlp.nn.network import MLP, count_parameters
from mlp.nn.optimizers import FIRST_RATE, SGD, Adam, Optimizer
from mlp.seeds import rng_of
from mlp.training.schedule import SCHEDULES

OPTIMIZERS = ("sgd", "adam")
N_INPUTS = 28 * 28
FLOATS = {
    "learning_rate": FIRST_RATE,
    "momentum": SGD.momentum,
    "weight_decay": SGD.weight_decay,
    "l1": SGD.l1,
    "dropout": RATE,
    "label_smoothing": SMOOTHING,
    "warp": Number("warp", low=0, high=2),
}
MAX_HIDDEN_LAYERS = 16
MAX_WIDTH = 8192
MAX_PARAMETERS = 16_000_000  # in float32, the limit of a model file
OUTER_NAMES = {"synthetic": "written"}
"""Fields with another name in files, links and options, where it is older."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that a run depends on besides the data; the defaults are the article's.

    `mlp.training.settings_table` has the name, meaning and range of each field, for the page, links and the command
    line. Only ``names``, those of the classes, come with the data.

    Raises
    ------
    ValueError
        If a value is invalid; the message has the value and the rule.
    """

    hidden: tuple[int, ...] = (100, 200)
    activation: str = "relu"
    initialization: str = "xavier"
    optimizer: str = "sgd"
    learning_rate: float = 0.1
    schedule: str = "constant"
    momentum: float = 0.0
    weight_decay: float = 0.0
    l1: float = 0.0
    dropout: float = 0.0
    label_smoothing: float = 0.0
    batch_size: int = 32
    epochs: int = 25
    seed: int = 42
    warp: float = 0.0
    straighten: bool = False
    images: int | None = None
    synthetic: int = 0
    without_styles: tuple[str, ...] = ()
    names: tuple[str, ...] = DIGITS

    def __post_init__(self) -> None:
        """Check every value."""
        if not isinstance(self.hidden, Iterable):
            raise ValueError(f"hidden must be the widths of the hidden layers, got {self.hidden!r}")
        object.__setattr__(self, "names", checked_names(self.names))
        object.__setattr__(self, "hidden", tuple(checked_layer_sizes([N_INPUTS, *self.hidden, self.n_classes])[1:-1]))
        if len(self.hidden) > MAX_HIDDEN_LAYERS or any(width > MAX_WIDTH for width in self.hidden):
            raise ValueError(
                f"there may be at most {MAX_HIDDEN_LAYERS} hidden layers of at most {MAX_WIDTH}, got "
                f"{', '.join(map(str, self.hidden))}"
            )
        if self.n_parameters > MAX_PARAMETERS:
            raise ValueError(
                f"a network may have at most {MAX_PARAMETERS:,} parameters, got {self.n_parameters:,} with the layer "
                f"sizes {' -> '.join(map(str, self.layer_sizes))}"
            )
        for name, choices in (
            ("activation", tuple(ACTIVATIONS)),
            ("initialization", INITIALIZATIONS),
            ("optimizer", OPTIMIZERS),
            ("schedule", SCHEDULES),
        ):
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}, got {getattr(self, name)!r}")
        if not isinstance(self.straighten, bool):
            raise ValueError(f"straighten must be True or False, got {self.straighten!r}")
        for name, number in FLOATS.items():
            object.__setattr__(self, name, number.checked(getattr(self, name)))
        for name, low, high in (
            ("batch_size", 1, 60_000),
            ("epochs", 1, 10_000),
            ("seed", 0, 2**32 - 1),
            ("images", 1, 60_000),
            ("synthetic", 0, 1_000_000),
        ):
            value = getattr(self, name)
            if name == "images" and value is None:
                continue
            object.__setattr__(self, name, checked_int(name, value, low, high))
        object.__setattr__(self, "without_styles", checked_styles(self.without_styles))

    @property
    def layer_sizes(self) -> list[int]:
        """Inputs, hidden widths, classes."""
        return [N_INPUTS, *self.hidden, self.n_classes]

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.names)

    @property
    def n_parameters(self) -> int:
        """Number of weights and biases."""
        return count_parameters(self.layer_sizes)

    def new_network(self) -> MLP:
        """Return a network with initial weights: the same for the same seed."""
        return MLP(
            self.layer_sizes,
            activation=self.activation,
            initialization=self.initialization,
            rng=rng_of("first weights", self.seed),
            dropout=self.dropout,
        )

    def new_optimizer(self, network: MLP) -> Optimizer:
        """Return a new optimizer of a network's parameters."""
        if self.optimizer == "adam":
            return Adam(network.parameters(), self.learning_rate, weight_decay=self.weight_decay, l1=self.l1)
        return SGD(
            network.parameters(),
            self.learning_rate,
            momentum=self.momentum,
            weight_decay=self.weight_decay,
            l1=self.l1,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the values as plain facts for JSON, to be kept with weights."""
        values = {**asdict(self), "hidden": list(self.hidden)}
        return {OUTER_NAMES.get(name, name): value for name, value in values.items()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Settings":
        """Return the settings of `as_dict`; an unknown name is an error."""
        names = {OUTER_NAMES.get(field.name, field.name): field.name for field in fields(cls)}
        unknown = set(values) - set(names)
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(sorted(map(str, unknown)))}")
        return cls(**{names[name]: value for name, value in values.items()})


def checked_styles(names: Iterable[str]) -> tuple[str, ...]:
    """Return names of handwriting styles in the order of `STYLES`; a ValueError names an unknown one."""
    known = style_names()
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise ValueError(f"without_styles must be names of styles, got {names!r}")
    asked = list(names)
    for name in asked:
        if name not in known:
            raise ValueError(f"without_styles must be names among {', '.join(known)}, got {name!r}")
    if len(set(asked)) == len(known):
        raise ValueError("without_styles must leave at least one style, got all of them")
    return tuple(name for name in known if name in asked)
