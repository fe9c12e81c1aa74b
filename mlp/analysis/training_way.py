"""How a network was trained, in a few words that are equal for networks trained alike: only these are compared.

They are kept and compared in English, and translated where they are shown.
"""

from collections.abc import Sequence
from functools import reduce

from mlp.jobs.earlier_runs import differences
from mlp.jobs.origin import Origin
from mlp.jobs.snapshot import Snapshot
from mlp.language import Later, mark
from mlp.training.data.drawing_data import DrawingData
from mlp.training.data.few_digits import FewDigits
from mlp.training.data.saved_sources import Source
from mlp.training.recipes import FIRST, RECIPES, Recipe
from mlp.training.setting_entry import value_text
from mlp.training.settings import Settings, setting_names

UPLOADED, BY_INKLING = Later("uploaded"), Later("by Inkling")
"""The ways of networks from a file, and of the pretrained network."""
USUAL_SHARE = 0.25
"""The share of drawings among MNIST's digits that a way need not name."""
_NAMED_ELSEWHERE = ("images", "epochs", "seed", "names")
_BEGUN = {"pretrained": BY_INKLING, "article": Later(RECIPES[FIRST].label), "uploaded": UPLOADED}


def way_of(snapshot: Snapshot, data: Source | None, origin: Origin | None) -> Later:
    """Return how a run is trained: by which settings, on whose drawings, and from which network."""
    words = settings_in_words(snapshot.settings)
    if rates := snapshot.history.learning_rates:
        moved = _enumerated([value_text(rate) for _, rate in rates])
        words = Later("{settings}, learning rate moved to {rates}", settings=words, rates=moved)
    if isinstance(data, FewDigits):
        words = Later("{settings}, {n} images of each digit", settings=words, n=data.each)
    if isinstance(data, DrawingData):
        words = _on_drawings(data, words)
    if origin is None or origin.root is None:
        return words
    return Later("{begun}, then {learned}", begun=_BEGUN[origin.root], learned=words)


def _on_drawings(data: DrawingData, words: Later) -> Later:
    if data.mistakes and data.is_control:
        return Later(mark("taught none of a round’s mistakes: the control"))
    if data.mistakes:
        alone, mixed = mark("a round’s mistakes alone, {settings}"), mark("with a round’s mistakes")
    elif data.room:
        alone, mixed = mark("the class alone, {settings}"), mark("with the class")
    else:
        alone, mixed = mark("own drawings alone, {settings}"), mark("with own drawings")
    if data.base is None:
        return Later(alone, settings=words)
    if data.share == USUAL_SHARE:
        return Later(mixed)
    return Later("{drawings}, at a share of {share:.0%}", drawings=Later(mixed), share=data.share)


def _enumerated(words: Sequence[str]) -> str:
    """Return words with commas between them."""
    pair = "{first}, {more}"  # without a word to translate
    return reduce(lambda first, more: Later(pair, first=first, more=more), words)


def settings_in_words(settings: Settings) -> Later:
    """Return the nearest recipe, what is different from it, and the numbers of images and epochs.

    The seed is no way of training.

    >>> settings_in_words(Settings(seed=7)), settings_in_words(Settings(images=300, epochs=100))
    ('Basic, 25 epochs', 'Memorizes, 300 images, 100 epochs')
    >>> settings_in_words(Settings(hidden=(30,), images=300, epochs=1))
    'Memorizes, hidden layers 30, 300 images, 1 epoch'
    """

    def different(recipe: Recipe) -> list[Later]:
        both, named = differences([recipe.settings, settings], value_text).items(), "{name} {value}"
        return [
            Later(named, name=Later(setting_names()[name]), value=values[1])
            for name, values in both
            if name not in _NAMED_ELSEWHERE
        ]

    nearest = min(
        RECIPES.values(), key=lambda recipe: (len(different(recipe)), recipe.settings.images != settings.images)
    )
    words = [Later(nearest.label), *different(nearest)]
    if settings.images is not None:
        words.append(Later(mark("{n:,} image") if settings.images == 1 else mark("{n:,} images"), n=settings.images))
    words.append(Later(mark("{n:,} epoch") if settings.epochs == 1 else mark("{n:,} epochs"), n=settings.epochs))
    return Later("{recipe}, {more}", recipe=words[0], more=_enumerated(words[1:]))
