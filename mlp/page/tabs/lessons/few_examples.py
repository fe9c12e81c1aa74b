"""The data of the lesson on few examples: the visitor's own signs, or MNIST's digits."""

from dataclasses import replace

from mlp.images.drawings.drawing_set import DrawingSet
from mlp.page.tabs.lessons.lessons import LESSONS, Experiment
from mlp.training.data.drawing_data import DrawingData, split_data
from mlp.training.data.few_digits import FewDigits
from mlp.training.data.saved_sources import Source
from mlp.training.data.sources import Mnist
from mlp.training.settings import Settings

DRAWINGS = [experiment.drawings for experiment in LESSONS["examples"].experiments if experiment.drawings is not None]
"""Numbers of drawings of each class in the lesson's experiments."""
MIN_DRAWINGS = 5
"""Number of drawings of each sign from which the lesson uses signs in place of digits."""


def data_of(experiment: Experiment, signs: DrawingSet, source: Mnist) -> Source | None:
    """Return an experiment's training data; None if the visitor has too few drawings of each sign."""
    n = experiment.drawings
    if n is None:
        return source
    if are_learned(signs):
        enough = [each for each in DRAWINGS if each < min(signs.counts)]  # the rest is for validation, the same for all
        return split_data(signs, signs.ranks >= max(enough), signs.ranks < n) if n in enough else None
    return FewDigits(source, n)


def settings_of(experiment: Experiment, data: Source) -> Settings:
    """Return an experiment's settings, with the names of its classes."""
    return replace(experiment.settings, names=data.names) if isinstance(data, DrawingData) else experiment.settings


def are_learned(signs: DrawingSet) -> bool:
    """Whether the lesson uses the visitor's signs in place of digits."""
    return len(signs.names) > 1 and min(signs.counts) >= MIN_DRAWINGS
