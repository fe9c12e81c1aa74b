"""Settings of a training run, each declared once: default, rule, positions of its control, names, explanation."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from mlp.checks import Number
from mlp.class_names import DIGITS, checked_names
from mlp.images.handwriting import N_SHIPPED, style_names
from mlp.language import Later, mark
from mlp.nn.dropout import RATE
from mlp.nn.layers import ACTIVATIONS, INITIALIZATIONS
from mlp.nn.losses import CrossEntropy, Loss
from mlp.nn.network import MLP, count_parameters
from mlp.nn.optimizers import FIRST_RATE, SGD, Adam, Optimizer
from mlp.seeds import rng_of
from mlp.training.schedule import SCHEDULES
from mlp.training.setting_entry import (
    MAX_HIDDEN_LAYERS,
    MAX_PARAMETERS,
    MAX_WIDTH,
    N_INPUTS,
    N_LAYERS,
    WIDTHS,
    HiddenLayers,
    checked_widths,
    declared,
    entries,
    setting,
)

SYNTHETIC = 15_000
"""Synthetic digits that the page adds to MNIST's; with all that come along, a run of a minute has less of MNIST."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that a run depends on besides the data; the defaults are the article's.

    The fields are in the order of the page. Only ``names``, those of the classes, come with the data.

    Raises
    ------
    ValueError
        If a value is invalid; the message has the value and the rule.
    """

    hidden: tuple[int, ...] = declared(
        HiddenLayers(
            default=WIDTHS[: N_LAYERS.default],
            rule=checked_widths,
            name=mark("hidden layers"),
            section="Network",
            explained=f"Width of each hidden layer, 1 to {MAX_WIDTH:,}: at most {MAX_HIDDEN_LAYERS} layers, and "
            f"{MAX_PARAMETERS // 1_000_000} million numbers to learn. Without a value, a linear classifier.",
        )
    )
    learning_rate: float = setting(
        0.1,
        FIRST_RATE,
        positions=[round(digit * 10.0**power, 6) for power in range(-4, 0) for digit in (1, 1.5, 2, 3, 5, 7)] + [1.0],
        section="Training",
        label=mark("Learning rate"),
        name=mark("learning rate"),
        explained=mark(
            "How far each step goes downhill: too far, and it jumps across the valley. On the page, moving it also "
            "changes a playing run, from its next step on."
        ),
    )
    epochs: int = setting(
        25,
        range(1, 10_001),
        positions=range(1, 101),
        kind="slider",
        section="Training",
        label=mark("Epochs"),
        name=mark("epochs"),
        explained=mark("How often the network sees every image."),
    )
    batch_size: int = setting(
        32,
        range(1, 60_001),
        positions=range(8, 513, 8),
        kind="slider",
        section="Training",
        label=mark("Batch size"),
        name=mark("batch size"),
        explained=mark("How many images it looks at before each step."),
    )
    optimizer: str = setting(
        "sgd",
        ("sgd", "adam"),
        kind="choice",
        label=mark("Optimizer"),
        name=mark("optimizer"),
        explained=mark(
            "SGD steps straight down the slope; Adam gives every weight its own pace (try a learning rate of 0.001)."
        ),
    )
    schedule: str = setting(
        "constant",
        SCHEDULES,
        kind="choice",
        label=mark("Learning rate over time"),
        name=mark("schedule"),
        explained=mark(
            "Constant keeps it; cosine climbs for the first 2% of the run, then falls toward 0, so steps get shorter "
            "and shorter."
        ),
    )
    momentum: float = setting(
        0.0,
        SGD.momentum,
        positions=[hundredths / 100 for hundredths in range(100)],
        kind="slider",
        label=mark("Momentum"),
        name=mark("momentum"),
        explained=mark(
            "SGD only: how much speed the steps keep, like a rolling ball; 0.9 acts like a learning rate ten times as "
            "high."
        ),
    )
    weight_decay: float = setting(
        0.0,
        SGD.weight_decay,
        positions=[0.0, 1e-6, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2],
        section="Prevent overfitting",
        label=mark("Weight decay"),
        name=mark("weight decay"),
        explained=mark(
            "Shrinks every weight at each step, by this share of its size times the learning rate (with Adam as in "
            "AdamW)."
        ),
    )
    l1: float = setting(
        0.0,
        SGD.l1,
        positions=[0.0, 1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3],
        label=mark("L1 penalty"),
        name=mark("L1 penalty"),
        section="Advanced",
        explained=mark(
            "Pulls small weights toward zero as hard as large ones, so weights that aren’t needed end near zero."
        ),
    )
    dropout: float = setting(
        0.0,
        RATE,
        positions=[tenths / 10 for tenths in range(9)],
        section="Prevent overfitting",
        label=mark("Dropout"),
        name=mark("dropout"),
        explained=mark(
            "Share of hidden neurons that sit out, drawn anew for each image, so the network can’t rely on just a few."
        ),
    )
    label_smoothing: float = setting(
        0.0,
        CrossEntropy.label_smoothing,
        positions=[0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3],
        section="Advanced",
        label=mark("Label smoothing"),
        name=mark("label smoothing"),
        explained=mark(
            "Asks the network to be a little less sure: at 0.1, 91% for the right digit and 1% for each of the others."
        ),
    )
    activation: str = setting(
        "relu",
        tuple(ACTIVATIONS),
        kind="choice",
        label=mark("Activation"),
        name=mark("activation"),
        explained=mark("What a neuron does with its sum; without it, many layers could do no more than one."),
    )
    initialization: str = setting(
        "xavier",
        INITIALIZATIONS,
        kind="choice",
        label=mark("Initialization"),
        name=mark("initialization"),
        explained=mark(
            "The first weights: random, with He’s larger ones made for ReLU, or Gabor’s small stripes, which read "
            "sooner."
        ),
    )
    seed: int = setting(
        42,
        range(2**32),
        kind="number",
        label=mark("Seed"),
        name=mark("seed"),
        explained=mark(
            "Number that decides the first weights, the order of the images, how they are bent, and dropout: on one "
            "machine, the same seed gives exactly the same run."
        ),
    )
    images: int | None = setting(
        None,
        range(1, 60_001),
        positions=["100", "300", "1000", "3000", "10000", "30000", "all"],
        label=mark("Training images"),
        name=mark("training images"),
        explained=mark("Fewer images are easier to memorize: watch training and validation accuracy move apart."),
        more_help="It uses MNIST's first ones.",
        to_position=lambda images: "all" if images is None else str(images),
        from_position=lambda position: None if position == "all" else int(position),
    )
    warp: float = setting(
        0.0,
        Number("warp", low=0, high=2),
        positions=(False, True),
        kind="switch",
        label=mark("Bend the training images"),
        name=mark("bent images"),
        explained=mark(
            "Turns, slants, bends and thickens each image a little each time: learning takes longer, but after many "
            "epochs the network reads drawings better."
        ),
        more_help="A strength of about 1 is best for drawings; straightened images get 0.6 of it.",
        to_position=bool,
        from_position=float,
    )
    straighten: bool = setting(
        False,
        (False, True),
        kind="switch",
        label=mark("Straighten"),
        name=mark("straighten"),
        explained=mark(
            "Makes slanted digits upright, your drawings included, so the network doesn’t have to learn slant."
        ),
    )
    synthetic: int = setting(
        0,
        range(1_000_001),
        positions=(False, True),
        kind="switch",
        label=mark("Add synthetic digits"),
        key="written",
        name=mark("synthetic digits"),
        explained=Later(
            "More digits ({n:,} on the page), drawn by a program, also in styles rare in MNIST, such as zeros with a "
            "slash and ones with a foot.",
            n=SYNTHETIC,
        ),
        more_help=f"More than {N_SHIPPED:,} are only for `python -m models.making network`, which writes them.",
        to_position=bool,
        from_position=lambda on: SYNTHETIC if on else 0,
    )
    without_styles: tuple[str, ...] = setting(
        (),
        tuple(style_names()),
        label=mark("Styles left out"),
        kind="several",
        section="Advanced",
        name=mark("styles left out"),
        explained=mark(
            "Styles that the synthetic digits skip: can the network still read such a digit when you draw it?"
        ),
        to_position=list,
        from_position=tuple,
    )
    names: tuple[str, ...] = DIGITS

    def __post_init__(self) -> None:
        """Check every value."""
        object.__setattr__(self, "names", checked_names(self.names))
        for field in fields(self):
            if entry := field.metadata.get("setting"):
                object.__setattr__(self, field.name, entry.checked(field.name, getattr(self, field.name)))
        if self.n_parameters > MAX_PARAMETERS:
            rule = mark("a network may have at most {most:,} parameters, got {n:,} with the layer sizes {sizes}")
            sizes = " -> ".join(map(str, self.layer_sizes))
            raise ValueError(Later(rule, most=MAX_PARAMETERS, n=self.n_parameters, sizes=sizes))

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

    def new_loss(self) -> Loss:
        """Return the loss that training lowers."""
        return CrossEntropy(self.label_smoothing)

    def as_dict(self) -> dict[str, Any]:
        """Return the values as plain facts for JSON, by their keys, to be kept with weights."""
        values = {entry.key: getattr(self, entry.field) for entry in entries(type(self))}
        return {**values, "hidden": list(self.hidden), "names": self.names}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Settings":
        """Return the settings of `as_dict`; an unknown name is an error."""
        names = {entry.key: entry.field for entry in entries(cls)} | {"names": "names"}
        unknown = set(values) - set(names)
        if unknown:
            raise ValueError(Later("unknown settings: {names}", names=", ".join(sorted(map(str, unknown)))))
        return cls(**{names[name]: value for name, value in values.items()})


SETTINGS = entries(Settings)
"""Every setting, in the order of the page; links, hiding, lessons and the command line follow from it."""


def setting_names() -> dict[str, str]:
    """Return the name of each field of `Settings` for use in a sentence."""
    return {entry.field: entry.name for entry in SETTINGS} | {"names": mark("signs")}
