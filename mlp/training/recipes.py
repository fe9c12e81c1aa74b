"""The one table of starting points: settings to begin from, each with what it is for."""

from dataclasses import dataclass, replace

from mlp.training.settings import Settings
from mlp.training.settings_table import WRITTEN


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Settings with a name.

    Attributes
    ----------
    label : str
        What it is called on the page.
    explained : str
        What it is for, in one line.
    settings : Settings
    people : float, optional
        Share of people's recorded drawings, `unipen`, that such a network reads; models/README.md has the command. None
        where the last bits decide where the steps lead.
    """

    label: str
    explained: str
    settings: Settings
    people: float | None = None


AUGMENTED = Settings(
    initialization="gabor",
    learning_rate=0.1,
    schedule="cosine",
    momentum=0.9,
    weight_decay=1e-5,
    batch_size=128,
    warp=1.0,
    straighten=True,
    written=WRITTEN,
)
"""What both starting points for drawings share: stripes as first weights, upright images, warps, more hands."""

RECIPES = {
    "article": Recipe(
        label="The article’s",
        explained="Two plain layers, plain steps, MNIST alone: good on MNIST, and misreads one drawing in twenty.",
        settings=Settings(),
        people=0.951,
    ),
    "quick": Recipe(
        label="Quick and good",
        explained="Reads most drawings, within seconds: upright images, warps, more hands, steps that grow shorter.",
        settings=replace(AUGMENTED, hidden=(384, 128), epochs=4),
        people=0.977,
    ),
    "handwriting": Recipe(
        label="Reads my handwriting",
        explained="The same, wider and for longer: made to read what you draw.",
        settings=replace(AUGMENTED, hidden=(512, 256), epochs=10),
        people=0.980,
    ),
    "small": Recipe(
        label="Too small",
        explained="Eight neurons, so eight ideas: see which digits it takes for others, however long it learns.",
        settings=Settings(hidden=(8,), epochs=10),
        people=0.857,
    ),
    "by-heart": Recipe(
        label="Learns by heart",
        explained="Only 300 images, which it soon knows by heart: watch training and validation part.",
        settings=Settings(images=300, epochs=100),
        people=0.757,
    ),
    "too-fast": Recipe(
        label="Far too fast",
        explained="Steps ten times too long: it jumps over the valley, and learns little or nothing.",
        settings=Settings(learning_rate=1.0, epochs=5),
    ),
}
"""Every starting point by its name in links and on the command line, in the order of the page."""


def recipe_of(settings: Settings) -> str | None:
    """Give the name of the starting point with just these settings, None if there is none.

    Examples
    --------
    >>> recipe_of(Settings()), recipe_of(Settings(epochs=7))
    ('article', None)
    """
    return next((name for name, recipe in RECIPES.items() if recipe.settings == settings), None)
