"""The one table of settings: label, explanation, positions, link and flag of each."""

from collections.abc import Mapping
from typing import Any

from mlp.images.handwriting.styles import style_names
from mlp.nn.layers import ACTIVATIONS, INITIALIZATIONS
from mlp.training.schedule import SCHEDULES
from mlp.training.setting_entry import DEFAULTS, Control, Group, Setting, setting
from mlp.training.settings import OPTIMIZERS, Settings

LEARNING_RATES = [round(digit * 10.0**power, 6) for power in range(-4, 0) for digit in (1, 1.5, 2, 3, 5, 7)] + [1.0]
WEIGHT_DECAYS = [0.0, 1e-6, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2]
WIDTHS = (100, 200, 100, 50)
"""Default widths: the article's two, then those of the layers that a visitor may add."""

SYNTHETIC = 30_000
"""Synthetic digits that the page adds to MNIST's."""

HIDDEN = Setting(
    field="hidden",
    name="hidden layers",
    flag="--layers",
    metavar="W,W",
    help="Width of each hidden layer, 1 to 8192; at most 16 layers and 16 million parameters. An empty value makes a "
    "linear classifier.",
    section="Network",
    groups=(
        Group(
            name="hidden_layers",
            label="Hidden layers",
            explained="More layers can combine simple features into complex ones, and are harder to train.",
            controls=(
                Control(
                    key="hidden_layers",
                    label="Hidden layers",
                    kind="slider",
                    positions=range(1, len(WIDTHS) + 1),
                    default=len(DEFAULTS.hidden),
                ),
            ),
        ),
        Group(
            name="width",
            label="Neurons in each",
            explained="Neurons in a layer: how many features it can look for at once.",
            controls=tuple(
                Control(
                    key=f"width_{number}",
                    label=f"Width of layer {number}",
                    kind="slider",
                    positions=range(8, 1025),
                    default=width,
                )
                for number, width in enumerate(WIDTHS, start=1)
            ),
        ),
    ),
    to_positions=lambda widths: {
        "hidden_layers": len(widths),
        **{f"width_{number}": width for number, width in enumerate(widths, start=1)},
    },
    from_positions=lambda at: tuple(
        int(at.get(f"width_{number}", WIDTHS[number - 1]))
        for number in range(1, int(at.get("hidden_layers", len(DEFAULTS.hidden))) + 1)
    ),
)

SETTINGS: list[Setting] = [
    HIDDEN,
    setting(
        "learning_rate",
        "Learning rate",
        "stops",
        LEARNING_RATES,
        section="Training",
        explained="How far each step goes downhill: too far, and it jumps across the valley. Moving it also changes a "
        "playing run, from its next step on.",
        help="Size of each step, greater than 0.",
    ),
    setting(
        "epochs",
        "Epochs",
        "slider",
        range(1, 101),
        section="Training",
        explained="How often the network sees every image.",
        help="How often each training image is seen, 1 to 10,000.",
    ),
    setting(
        "batch_size",
        "Batch size",
        "slider",
        range(8, 513, 8),
        section="Training",
        explained="How many images it looks at before each step.",
        help="Images per step, 1 to 60,000.",
    ),
    setting(
        "optimizer",
        "Optimizer",
        "choice",
        OPTIMIZERS,
        explained="SGD steps straight down the slope; Adam gives every weight its own pace (try a learning rate of "
        "0.001).",
        help="Rule that turns gradients into steps.",
    ),
    setting(
        "schedule",
        "Learning rate over time",
        "choice",
        SCHEDULES,
        name="schedule",
        explained="Constant keeps it; cosine climbs for the first 2% of the run, then falls toward 0, so steps get "
        "shorter and shorter.",
        help="Learning rate over the run: constant, or a rise for the first 2% and then half a cosine down.",
    ),
    setting(
        "momentum",
        "Momentum",
        "slider",
        [hundredths / 100 for hundredths in range(100)],
        takes_between=True,
        explained="SGD only: how much speed the steps keep, like a rolling ball; 0.9 acts like a learning rate ten "
        "times as high.",
        help="Share of its velocity that SGD keeps, at least 0 and less than 1; the effective rate is learning rate / "
        "(1 - momentum). Adam ignores it.",
    ),
    setting(
        "weight_decay",
        "Weight decay",
        "stops",
        WEIGHT_DECAYS,
        section="Prevent overfitting",
        explained="Shrinks every weight at each step by a small share of its size (with Adam as in AdamW).",
        help="Share of its size, times the learning rate, that every weight loses at each step, 0 or more; decoupled "
        "with Adam, as in AdamW.",
    ),
    setting(
        "l1",
        "L1 penalty",
        "stops",
        [0.0, 1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3],
        section="Advanced",
        explained="Pulls small weights toward zero as hard as large ones, so weights that aren’t needed end near zero.",
        help="Strength of L1 regularization, 0 or more.",
    ),
    setting(
        "dropout",
        "Dropout",
        "stops",
        [tenths / 10 for tenths in range(9)],
        section="Prevent overfitting",
        explained="Share of hidden neurons that sit out each step, so the network can’t rely on just a few.",
        help="Share of hidden neurons that sit out each step, at least 0 and less than 1.",
    ),
    setting(
        "label_smoothing",
        "Label smoothing",
        "stops",
        [0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3],
        section="Advanced",
        explained="Asks the network to be a little less sure: at 0.1, 91% for the right digit and 1% for each of the "
        "others.",
        help="Share of the target probability that is spread over all digits, at least 0 and less than 1.",
    ),
    setting(
        "activation",
        "Activation",
        "choice",
        tuple(ACTIVATIONS),
        explained="What a neuron does with its sum; without it, many layers could do no more than one.",
        help="Function that each hidden neuron applies to its sum.",
    ),
    setting(
        "initialization",
        "Initialization",
        "choice",
        INITIALIZATIONS,
        explained="The first weights: random, with He’s larger ones made for ReLU, or Gabor’s small stripes, which "
        "read sooner.",
        help="How the first weights are chosen.",
    ),
    setting(
        "seed",
        "Seed",
        "number",
        range(2**32),
        explained="Number that decides all random choices: on one machine, the same seed gives exactly the same run.",
        help="Number that determines the first weights and the order of the images, 0 to 2³² − 1.",
    ),
    setting(
        "images",
        "Training images",
        "stops",
        ["100", "300", "1000", "3000", "10000", "30000", "all"],
        explained="Fewer images are easier to memorize: watch training and validation accuracy move apart.",
        help="Train on only the first N of MNIST's training images.",
        to_position=lambda images: "all" if images is None else str(images),
        from_position=lambda position: None if position == "all" else int(position),
    ),
    setting(
        "warp",
        "Warp the training images",
        "switch",
        [False, True],
        name="warps",
        explained="Turns, slants, bends and thickens each image a little each time: learning takes longer, but the "
        "network reads drawings better.",
        help="Strength of the random warps of training images, 0 (none) to 2; about 1 is best for drawings. "
        "Straightened images get 0.6 of it.",
        to_position=lambda strength: strength > 0,
        from_position=float,
    ),
    setting(
        "straighten",
        "Straighten",
        "switch",
        [False, True],
        metavar="true|false",
        explained="Makes slanted digits upright, your drawings included, so the network doesn’t have to learn slant.",
        help="Shear each image until its ink stands upright, in training and whenever the network reads.",
    ),
    setting(
        "synthetic",
        "Add synthetic digits",
        "switch",
        [False, True],
        name="synthetic digits",
        explained=f"{SYNTHETIC:,} more digits, drawn by a program in styles rare in MNIST: sevens with a bar, ones "
        "with a foot, open fours.",
        help="Also train on this many synthetic digits, in styles that are rare in MNIST, 0 to 1,000,000.",
        to_position=lambda n_synthetic: n_synthetic > 0,
        from_position=lambda on: SYNTHETIC if on else 0,
    ),
    setting(
        "without_styles",
        "Styles left out",
        "several",
        style_names(),
        section="Advanced",
        metavar="NAME,NAME",
        explained="Styles that the synthetic digits skip: can the network still read such a digit when you draw it?",
        help="Styles that the synthetic digits leave out, as named in mlp/images/handwriting/styles.py.",
        to_position=list,
        from_position=tuple,
    ),
]
"""Every setting, in the order of the page. A new field of `Settings` needs an entry here, and nowhere else."""


def groups() -> list[Group]:
    """Return the groups of all settings, in the order of the page."""
    return [group for one in SETTINGS for group in one.groups]


def controls() -> dict[str, Control]:
    """Return all controls, by key."""
    return {control.key: control for group in groups() for control in group.controls}


def setting_names() -> dict[str, str]:
    """Return the name of each field of `Settings` for use in a sentence."""
    return {one.field: one.name for one in SETTINGS} | {"names": "signs"}


def positions_of(settings: Settings) -> dict[str, Any]:
    """Return the positions of the controls for these settings, by key; of a value without a position, itself."""
    return {
        key: position for one in SETTINGS for key, position in one.to_positions(getattr(settings, one.field)).items()
    }


def settings_at(positions: Mapping[str, Any]) -> Settings:
    """Return the settings for positions of controls, by key; missing controls are at their defaults.

    Raises
    ------
    ValueError
        If a value breaks its rule.

    Examples
    --------
    >>> chosen = settings_at({"hidden_layers": 1, "width_1": 30, "images": "300"})
    >>> chosen.hidden, chosen.images, chosen.epochs
    ((30,), 300, 25)
    """
    return Settings(**{one.field: one.from_positions(positions) for one in SETTINGS})


def format_value(position: object) -> str:
    """Return a position as text, as in the page's address and on the page.

    Examples
    --------
    >>> format_value(0.0001), format_value(32), format_value(True), format_value("sgd")
    ('0.0001', '32', 'true', 'sgd')
    """
    if isinstance(position, bool):
        return str(position).lower()
    return f"{position:g}" if isinstance(position, float) else str(position)


OPTION_NAMES = {"sgd": "SGD", "adam": "Adam", "relu": "ReLU", "xavier": "Xavier", "he": "He", "gabor": "Gabor"}
"""Names of options in texts; the others are called as in links."""


def value_text(value: object) -> str:
    """Return a setting's value as text for a person.

    Examples
    --------
    >>> value_text((100, 200)), value_text(()), value_text(None), value_text(True), value_text(0.0), value_text("relu")
    ('100, 200', 'none', 'all', 'yes', '0', 'ReLU')
    """
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value)) or "none"
    if value is None or isinstance(value, bool):
        return {None: "all", False: "no", True: "yes"}[value]
    text = format_value(value)
    return OPTION_NAMES.get(text, text)
