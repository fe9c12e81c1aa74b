"""The table of recipes: named settings, each with its purpose."""

from dataclasses import dataclass, replace

from mlp.language import mark
from mlp.training.settings import SYNTHETIC, Settings


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Settings with a name.

    ``people`` is the mean accuracy of such networks on people's recorded drawings, `unipen`; models/README.md has the
    command. It is None if rounding decides the result.
    """

    label: str  # its name on the page
    explained: str  # its purpose, in one line
    settings: Settings
    fails: bool = False  # whether it is meant to fail, for visitors to watch
    people: float | None = None


AUGMENTED = Settings(
    initialization="gabor",
    learning_rate=0.07,
    schedule="cosine",
    momentum=0.9,
    weight_decay=1e-5,
    label_smoothing=0.02,
    batch_size=128,
    warp=1.0,
    straighten=True,
    synthetic=SYNTHETIC,
)
"""The common part of both recipes for drawings: stripes as initial weights, upright images, warps, synthetic digits."""

FIRST = "article"
"""The recipe with every setting at its default."""
RECIPES = {
    "article": Recipe(
        label=mark("Basic"),
        explained=mark("Two hidden layers, plain SGD, only MNIST: good on MNIST, but misreads one drawing in twenty."),
        settings=Settings(),
        people=0.950,
    ),
    "quick": Recipe(
        label=mark("Quick and good"),
        explained=mark("Soon reads most drawings: upright and bent images, synthetic digits, shrinking steps."),
        settings=replace(AUGMENTED, hidden=(384, 128), epochs=5),
        people=0.977,
    ),
    "handwriting": Recipe(
        label=mark("Reads my handwriting"),
        explained=mark("Like “Quick and good”, but wider and trained longer: the best one for your drawings."),
        settings=replace(AUGMENTED, hidden=(640, 128), epochs=12),
        people=0.982,
    ),
    "small": Recipe(
        label=mark("Too small"),
        explained=mark("Only eight neurons: see which digits it confuses, however long it trains."),
        settings=Settings(hidden=(8,), epochs=10),
        fails=True,
        people=0.863,
    ),
    "by-heart": Recipe(
        label=mark("Memorizes"),
        explained=mark(
            "Only 300 images, which it soon memorizes: watch the training and validation curves move apart."
        ),
        settings=Settings(images=300, epochs=100),
        fails=True,
        people=0.755,
    ),
    "too-fast": Recipe(
        label=mark("Far too fast"),
        explained=mark(
            "Steps ten times too long: it jumps across the valley and learns little, or by chance something."
        ),
        settings=Settings(learning_rate=1.0, epochs=5),
        fails=True,
    ),
}
"""Every recipe by its name in links and on the command line, in the order of the page."""


def recipe_of(settings: Settings) -> str | None:
    """Return the name of the recipe with exactly these settings, None if there is none.

    >>> recipe_of(Settings()), recipe_of(Settings(epochs=7))
    ('article', None)
    """
    return next((name for name, recipe in RECIPES.items() if recipe.settings == settings), None)
