"""How a network was trained, in a few words that are equal for networks trained alike: only these are compared."""

from mlp.jobs.earlier_runs import differences
from mlp.jobs.origin import Origin
from mlp.jobs.snapshot import Snapshot
from mlp.training.data.drawing_data import DrawingData
from mlp.training.data.few_digits import FewDigits
from mlp.training.data.saved_sources import Source
from mlp.training.recipes import FIRST, RECIPES, Recipe
from mlp.training.setting_entry import value_text
from mlp.training.settings import Settings, setting_names

UPLOADED, BY_INKLING = "uploaded", "by Inkling"
"""The ways of networks from a file, and of the pretrained network."""
USUAL_SHARE = 0.25
"""The share of drawings among MNIST's digits that a way need not name."""
_NAMED_ELSEWHERE = ("images", "epochs", "seed", "names")
_BEGUN = {"pretrained": BY_INKLING, "article": RECIPES[FIRST].label, "uploaded": UPLOADED}


def way_of(snapshot: Snapshot, data: Source | None, origin: Origin | None) -> str:
    """Return how a run is trained: by which settings, on whose drawings, and from which network."""
    words = settings_in_words(snapshot.settings)
    if rates := snapshot.history.learning_rates:
        words += f", learning rate moved to {', '.join(value_text(rate) for _, rate in rates)}"
    if isinstance(data, FewDigits):
        words += f", {data.each} images of each digit"
    if isinstance(data, DrawingData):
        whose = "a round’s mistakes" if data.mistakes else "the class" if data.room else "own drawings"
        share = "" if data.share == USUAL_SHARE else f", at a share of {data.share:.0%}"
        words = f"{whose} alone, {words}" if data.base is None else f"with {whose}{share}"
    return words if origin is None or origin.root is None else f"{_BEGUN[origin.root]}, then {words}"


def settings_in_words(settings: Settings) -> str:
    """Return the nearest recipe, what is different from it, and the numbers of images and epochs.

    The seed is no way of training.

    >>> settings_in_words(Settings(seed=7)), settings_in_words(Settings(images=300, epochs=100))
    ('Basic, 25 epochs', 'Memorizes, 300 images, 100 epochs')
    >>> settings_in_words(Settings(hidden=(30,), images=300, epochs=1))
    'Memorizes, hidden layers 30, 300 images, 1 epoch'
    """

    def different(recipe: Recipe) -> list[str]:
        both = differences([recipe.settings, settings]).items()
        return [f"{setting_names()[name]} {values[1]}" for name, values in both if name not in _NAMED_ELSEWHERE]

    nearest = min(
        RECIPES.values(), key=lambda recipe: (len(different(recipe)), recipe.settings.images != settings.images)
    )
    counts = {"image": settings.images, "epoch": settings.epochs}
    named = [f"{n:,} {noun}{'s' * (n != 1)}" for noun, n in counts.items() if n is not None]
    return ", ".join([nearest.label, *different(nearest), *named])
