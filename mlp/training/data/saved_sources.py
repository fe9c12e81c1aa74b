"""Describe the training data of a run, so that another process finds the same images."""

from dataclasses import fields, replace
from typing import Any, NamedTuple, get_args

import numpy as np

from mlp.images.mnist import VALIDATION_IMAGES
from mlp.learned import Learned
from mlp.training.data.drawing_data import DrawingData, sign_settings
from mlp.training.data.few_digits import FewDigits
from mlp.training.data.image_set import ImageSet
from mlp.training.data.sources import Data, Mnist
from mlp.training.settings import Settings

Source = Mnist | DrawingData | FewDigits | ImageSet
"""Each kind of training data that a run can have: a frozen dataclass that checks its fields.

A field is a value that JSON has, or bytes, or another source. The synthetic digits of a run are none of them, as its
settings say which they are, see `training_data`.
"""


class ImageFacts(NamedTuple):
    """What is said of training data: its name, what a network learns from it, its numbers of images, and their nouns.

    ``nouns`` names one validation image, and several.
    """

    name: str
    learned: Learned
    n_train: int
    n_validation: int
    nouns: tuple[str, str]


SOURCES: dict[str, type[Source]] = {kind.__name__: kind for kind in get_args(Source)}


def fitted(settings: Settings, source: Source) -> Settings:
    """Return settings for a source: with its names, and without what applies to other images only."""
    if isinstance(source, DrawingData):
        return sign_settings(settings, source.names)
    if isinstance(source, ImageSet):
        return replace(settings, names=source.names, synthetic=0, without_styles=())
    return settings


def image_facts(data: Data) -> ImageFacts:
    """Return the facts of training data; those of a data set are known where its images are not."""
    if isinstance(data, ImageSet):
        return ImageFacts(data.title, data.learned, *data.sizes[:2], VALIDATION_IMAGES)
    dataset = data.load()
    n_train, n_validation = len(dataset.train), len(dataset.validation)
    return ImageFacts(dataset.name, dataset.learned, n_train, n_validation, dataset.noun("validation"))


def is_here(source: Source) -> bool:
    """Whether this machine has the images of a source; only those of a data set can be gone."""
    return not isinstance(source, ImageSet) or source.is_here


def dump_source(source: Source, prefix: str = "data") -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return a source as JSON values and as arrays, whose names start with ``prefix``, for `parse_source`."""
    about: dict[str, Any] = {"kind": type(source).__name__}
    arrays: dict[str, np.ndarray] = {}
    for field in fields(source):
        name, value = f"{prefix}.{field.name}", getattr(source, field.name)
        if isinstance(value, bytes):
            arrays[name] = np.frombuffer(value, np.uint8)
        elif isinstance(value, Source):
            about[field.name], more = dump_source(value, name)
            arrays |= more
        else:
            about[field.name] = value
    return about, arrays


def parse_source(about: dict[str, Any], arrays: dict[str, np.ndarray], prefix: str = "data") -> Source:
    """Return the source that `dump_source` described.

    Raises a KeyError, TypeError or ValueError if there is no such kind of source, or a field is missing or invalid.
    """
    kind, values = SOURCES[about["kind"]], dict[str, Any]()
    for field in fields(kind):
        name = f"{prefix}.{field.name}"
        value = arrays[name].tobytes() if name in arrays else about[field.name]
        values[field.name] = parse_source(value, arrays, name) if isinstance(value, dict) else value
    return kind(**values)
