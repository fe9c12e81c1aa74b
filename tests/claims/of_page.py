"""Checks of claims that the page makes about networks and their scores."""

import numpy as np

from mlp.analysis.statistics import layer_statistics
from mlp.training.data.sources import Mnist
from mlp.training.run import Run, steps
from tests.claims.runs import DATA, EPOCH, SEEDS, shipped, trained


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


def thin_gradient_hill_means_small_steps_with_sgd() -> None:
    for seed in SEEDS:
        run = trained(EPOCH, seed=seed, hidden=(100,) * 4, activation="sigmoid").run
        spreads, sizes = _gradients_and_steps(run)
        assert spreads[0] < 0.04 * spreads[-1]  # within one of the 48 bins
        assert sizes[0] < 0.04 * sizes[-1]


def thin_gradient_hill_takes_the_largest_steps_with_adam() -> None:
    for seed in SEEDS:
        run = trained(
            EPOCH, seed=seed, hidden=(100,) * 4, activation="sigmoid", optimizer="adam", learning_rate=0.001
        ).run
        spreads, sizes = _gradients_and_steps(run)
        assert np.argmin(spreads) == np.argmax(sizes) == 0


def _gradients_and_steps(run: Run) -> tuple[list[float], list[float]]:
    """Return the spread of the gradients and the relative size of the next step of each hidden layer."""
    images, labels = DATA.train.images, DATA.train.labels
    layers = layer_statistics(run.network, images[:128], labels[:128], DATA.validation.images)
    twin = run.copy()
    for step in steps(twin, images, labels):
        assert step.number == run.step + 1
        break
    pairs = zip(run.network.dense_layers[:-1], twin.network.dense_layers[:-1], strict=True)
    weights = [(before.weight.value, after.weight.value) for before, after in pairs]
    moved = [float(np.linalg.norm(after - before) / np.linalg.norm(before)) for before, after in weights]
    return [layer.gradients.std for layer in layers[:-1]], moved
