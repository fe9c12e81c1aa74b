"""Checks of claims that the page makes about networks and their scores."""

from mlp.training.data.sources import Mnist
from tests.claims.runs import shipped


def pretrained_learned_validation_images() -> None:
    assert "with its validation images" in shipped("inkling").facts["data"]


def pretrained_reads_validation_images_better_than_test_images() -> None:
    mistakes = _mistakes("inkling")
    assert 3 * mistakes["validation"] < mistakes["test"]


def article_learned_neither_validation_nor_test_images() -> None:
    assert shipped("article").facts["data"] == "MNIST"
    mistakes = _mistakes("article")
    assert 0.9 < mistakes["validation"] / mistakes["test"] < 1.1


def _mistakes(name: str) -> dict[str, int]:
    """Return how many of 10,000 validation and 10,000 test images a pretrained network misreads."""
    network, data = shipped(name).network, Mnist().load()  # without test-time augmentation, for speed
    splits = {"validation": data.validation, "test": data.test}
    return {kind: int((network.predict(split.images) != split.labels).sum()) for kind, split in splits.items()}
