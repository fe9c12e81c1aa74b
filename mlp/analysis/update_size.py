"""The size of the next update relative to the weights."""

import numpy as np

from mlp.nn.reader import Reader
from mlp.seeds import rng_of
from mlp.training.loop import train_step
from mlp.training.run import Run


def update_sizes(run: Run, images: np.ndarray, labels: np.ndarray) -> list[float]:
    """Return the size of one optimizer step relative to the weights, ``‖Δw‖ / ‖w‖``, for each Dense layer's weight.

    The step is actually taken, on a copy and with a random minibatch, so that it includes momentum, Adam's scaling,
    weight decay and the schedule. The same run gives the same numbers.

    Parameters
    ----------
    run : Run
        Not changed.
    images : array, shape (n, 784)
        The training images, uint8 in 0..255 or float in 0..1.
    labels : int array, shape (n,)
    """
    settings = run.settings
    used = run.images_used(len(images))
    rng = rng_of("images that measure an update", settings.seed, run.step)
    batch = rng.integers(0, used, min(settings.batch_size, used))
    twin = run.copy()
    twin.follow_schedule(len(images))
    inputs = Reader(twin.network, straighten=settings.straighten).as_seen(images[batch])
    train_step(
        twin.network,
        twin.optimizer,
        inputs,
        labels[batch],
        rng=twin.mask_rng(),
        label_smoothing=settings.label_smoothing,
    )
    sizes = []
    for before, after in zip(run.network.dense_layers, twin.network.dense_layers, strict=True):
        moved = float(np.linalg.norm(after.weight.value - before.weight.value))
        sizes.append(moved / max(float(np.linalg.norm(before.weight.value)), 1e-30))
    return sizes
