"""The fast step of a run: the result of the plain layers, up to rounding, with the same bits everywhere."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from mlp import MLP, SGD, Settings
from mlp.training.fast_step import FastStep
from mlp.training.products import Product, sum_cuts
from mlp.training.run import Run, steps
from tests.each_setting import BY_OPTIMIZER, EACH_SETTING, OPTIMIZERS, examples
from tests.sample_digits import sample

IMAGES, LABELS = sample().train.images, sample().train.labels
N_STEPS = 14  # both epochs of `tests.each_setting.BASE`


def trained(settings, images, labels, *, plain=False):
    """Return a run after `N_STEPS` or its last, with losses and accuracies; plain steps are those of the layers."""
    run = Run(settings)
    with pytest.MonkeyPatch.context() as patch:
        if plain:
            patch.setattr(FastStep, "takes", lambda *given: False)
        return run, np.array([step[2:] for step in islice(steps(run, images, labels), N_STEPS)])


def assert_alike(settings, images=IMAGES, labels=LABELS):
    """Check that fast and plain steps give the same weights and records, up to rounding; return the fast run."""
    (fast, records), (plain, expected) = (trained(settings, images, labels, plain=each) for each in (False, True))
    np.testing.assert_allclose(records[:, 0], expected[:, 0], rtol=1e-5, atol=5e-5)
    np.testing.assert_allclose(records[:, 1], expected[:, 1], atol=0.04)  # one of 32 may be a tie
    # Adam divides a gradient by its size: if one is only rounding error, its step is as large as any other.
    atol = 5e-5 if settings.optimizer == "adam" else 2e-6
    np.testing.assert_allclose(fast.network.values, plain.network.values, rtol=0, atol=atol)
    for name, kept in plain.optimizer.state().items():
        np.testing.assert_allclose(fast.optimizer.state()[name], kept, rtol=1e-3, atol=1e-5)
    assert np.abs(plain.network.values - Run(settings).network.values).max() > 1e-3
    return fast


@pytest.mark.parametrize(("change", "optimizer"), BY_OPTIMIZER)
def test_each_setting_changes_the_weights_alike_in_fast_and_plain_steps(change, optimizer):
    before, after = (replace(settings, **OPTIMIZERS[optimizer]) for settings in EACH_SETTING[change])
    changed, unchanged = assert_alike(after, *examples(after)).network, trained(before, *examples(before))[0].network
    if unchanged.layer_sizes == changed.layer_sizes:
        assert np.abs(unchanged.values - changed.values).max() > 1e-4


@pytest.mark.parametrize("hidden", [(), (7,), (300,), (512, 256), (20, 600, 30)])
@pytest.mark.parametrize("batch_size", [1, 8, 9, 32, 128, 500])
def test_fast_step_takes_every_shape_and_minibatch(hidden, batch_size):
    assert_alike(Settings(hidden=hidden, batch_size=batch_size, images=520))  # the last minibatch is short


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("kind", ["no pixel blank", "one row", "blank"])
def test_fast_step_takes_images_with_many_and_no_blank_pixels(kind, optimizer):
    images = {
        "no pixel blank": np.maximum(IMAGES, 1),
        "one row": IMAGES * (np.arange(784) // 28 == 14),
        "blank": np.zeros_like(IMAGES),
    }[kind]
    assert_alike(Settings(hidden=(40, 30), images=500, **OPTIMIZERS[optimizer]), images)


class Watched(MLP):
    """A user's own MLP."""


@pytest.mark.parametrize(
    "take",
    [
        lambda network: (network, SGD(network.parameters(), 0.1), IMAGES / np.float32(255)),
        lambda network: (network.copy(np.float64), SGD(network.parameters(), 0.1), IMAGES),
        lambda network: (network, SGD(network.parameters()[2:], 0.1), IMAGES),
        lambda network: (network, SGD(network.copy().parameters(), 0.1), IMAGES),
        lambda network: (Watched([784, 10], rng=np.random.default_rng(0)), SGD(network.parameters(), 0.1), IMAGES),
    ],
    ids=["floats", "float64", "a frozen layer", "another network's optimizer", "a class of one's own"],
)
def test_plain_step_handles_unsupported_networks(take):
    network = MLP([784, 20, 10], rng=np.random.default_rng(0))
    assert FastStep.takes(network, SGD(network.parameters(), 0.1), IMAGES)
    assert not FastStep.takes(*take(network))


@pytest.mark.parametrize(("m", "k", "n"), [(3, 5, 4), (40, 2000, 30), (1, 900, 900), (900, 40, 60)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_product_adds_to_its_output(m, k, n, order):
    rng = np.random.default_rng(0)
    a, b, out = (rng.standard_normal(shape) for shape in ((m, k), (k, n), (m, n)))
    expected = 3 * out + 0.5 * (a @ b)
    out = np.array(out, order=order)
    Product(np.array(a, order=order), b, out)(factor=0.5, keep=3.0)
    np.testing.assert_allclose(out, expected, rtol=1e-10, atol=1e-10)


def test_product_refuses_an_output_that_blas_would_copy():
    with pytest.raises(ValueError, match="in one piece"):
        Product(np.ones((2, 3)), np.ones((3, 4)), np.ones((4, 4))[::2])


@pytest.mark.parametrize("length", [1, 384, 385, 457, 480, 512, 513, 784, 785, 1200, 60_000])
def test_sums_are_cut_into_parts_that_cover_them(length):
    parts = sum_cuts(length)
    assert [part.start for part in parts] == [0, *(part.stop for part in parts[:-1])]
    assert parts[-1].stop == length
    sizes = [part.stop - part.start for part in parts]
    assert all(size <= 384 or (size <= 512 and size % 32 == 0) for size in sizes)
    assert len(sizes) * sizes[0] - length < 32 * len(sizes)  # equal ones, but for whole blocks
