"""What each control of the settings can be set to: the panel, links and lessons all go by this."""

from collections.abc import Sequence
from typing import Any

from mlp.nn.layers import ACTIVATIONS, INITIALIZATIONS
from mlp.training.schedule import SCHEDULES
from mlp.training.settings import OPTIMIZERS

LEARNING_RATES = [round(digit * 10.0**power, 6) for power in range(-4, 0) for digit in (1, 1.5, 2, 3, 5, 7)] + [1.0]
WEIGHT_DECAYS = [0.0, 1e-6, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2]
WIDTHS = (100, 200, 100, 50)
"""The widths at first: the article's two; the others wait until they are asked for."""

POSITIONS: dict[str, Sequence[Any]] = {
    "hidden_layers": range(1, len(WIDTHS) + 1),
    **{f"width_{number}": range(8, 513) for number in range(1, len(WIDTHS) + 1)},
    "learning_rate": LEARNING_RATES,
    "epochs": range(1, 101),
    "batch_size": range(8, 513, 8),
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "momentum": [hundredths / 100 for hundredths in range(100)],
    "weight_decay": WEIGHT_DECAYS,
    "activation": list(ACTIVATIONS),
    "initialization": INITIALIZATIONS,
    "seed": range(2**32),
    "images": ["100", "300", "1000", "3000", "10000", "30000", "all"],
    "warp": [False, True],
}
"""Of each control, by its key, all positions in their order."""


def written(position: object) -> str:
    """Write a position as it stands in the page's address and on the page.

    Examples
    --------
    >>> written(0.0001), written(32), written(True), written("sgd")
    ('0.0001', '32', 'true', 'sgd')
    """
    if isinstance(position, bool):
        return str(position).lower()
    return f"{position:g}" if isinstance(position, float) else str(position)
