"""Pixels that are blank in a whole minibatch are left out of the products, and no bit of the results knows."""

import numpy as np
import pytest

from mlp.images.mnist import sample
from mlp.nn.blas import pools, same_bits
from mlp.nn.layers import Dense
from mlp.nn.products.buffer import Buffer
from mlp.nn.products.prepared import WholeInputs
from mlp.nn.products.seen_pixels import SeenPixels

DIGITS = sample().train.images
NO_PIXEL_BLANK = np.maximum(DIGITS, 1)
ONE_ROW = DIGITS * (np.arange(784) // 28 == 9)  # of pixels: in one part of the products only
BLANK = np.zeros_like(DIGITS)
SIZES = [(20, 10), (32, 100), (32, 512), (128, 100), (512, 100)]


def results(kind, images, n_out, dtype=np.float32):
    """Outputs, gradient, and the weights after a step."""
    rng = np.random.default_rng(n_out)
    weight, bias = rng.standard_normal((784, n_out)).astype(dtype), rng.standard_normal(n_out).astype(dtype)
    grad_outputs = np.asfortranarray(rng.standard_normal((len(images), n_out)), dtype)
    products = kind(weight, images, Buffer())
    outputs = products.forward(images, bias).copy()
    gradient = products.gradient(grad_outputs)
    grad = np.full_like(weight, 7)
    gradient.write_to(grad)
    gradient.add_to(weight, -0.1)
    return outputs, grad, weight


in_order = pytest.mark.skipif(not same_bits(), reason="this BLAS adds sums of other lengths up in another order")


@in_order
@pytest.mark.parametrize("images", [DIGITS, NO_PIXEL_BLANK], ids=["digits", "no pixel blank"])
@pytest.mark.parametrize(("n", "n_out"), SIZES)
def test_all_results_are_those_with_all_pixels_to_the_last_bit(images, n, n_out):
    of_seen, of_all = (results(kind, images[:n], n_out) for kind in (SeenPixels, WholeInputs))
    for seen, whole in zip(of_seen, of_all, strict=True):
        np.testing.assert_array_equal(seen, whole)


@pytest.mark.parametrize("images", [ONE_ROW, BLANK], ids=["one row", "blank"])
@pytest.mark.parametrize(("n", "n_out"), SIZES)
def test_so_few_pixels_that_blas_multiplies_in_another_way_give_the_same_but_for_rounding(images, n, n_out):
    of_seen, of_all = (results(kind, images[:n], n_out) for kind in (SeenPixels, WholeInputs))
    for seen, whole in zip(of_seen, of_all, strict=True):
        np.testing.assert_allclose(seen, whole, rtol=1e-4, atol=1e-5)


@in_order
@pytest.mark.parametrize("images", [DIGITS, ONE_ROW], ids=["digits", "one row"])
@pytest.mark.parametrize(("n", "n_out"), [(32, 512), (128, 100), (512, 512)])
def test_the_bits_are_the_same_for_any_number_of_threads(images, n, n_out):
    before = [pool.get() for pool in pools()]
    found = []
    for threads in (1, 2, 3):
        for pool in pools():
            pool.set(threads if pool.steps else 1)
        found.append(results(SeenPixels, images[:n], n_out))
    for pool, number in zip(pools(), before, strict=True):
        pool.set(number)
    for others in found[1:]:
        for one, other in zip(found[0], others, strict=True):
            np.testing.assert_array_equal(one, other)


def test_weights_of_blank_pixels_are_not_touched():
    layer = Dense.new(784, 10, rng=np.random.default_rng(0))
    images = DIGITS[:32]
    blank = ~images.any(axis=0).reshape(-1, 2).any(axis=1).repeat(2)
    assert blank.sum() > 200
    layer.weight.value[blank] = np.nan
    assert np.isfinite(layer.forward(images)).all()


def test_a_layer_takes_bytes_floats_and_views_in_turn_as_the_same_images():
    layer = Dense.new(784, 10, rng=np.random.default_rng(0))
    images = DIGITS[:32]
    others = [images / np.float32(255), np.asfortranarray(images), np.repeat(images, 2, axis=1)[:, ::2]]
    expected = layer.forward(images).copy()
    for other in [*others, images, *reversed(others)]:
        np.testing.assert_allclose(layer.forward(other), expected, rtol=1e-4, atol=1e-5)


def test_images_of_an_odd_number_of_pixels_are_taken_whole():
    layer = Dense.new(9, 4, rng=np.random.default_rng(0))
    images = np.random.default_rng(1).integers(0, 2, (32, 9), dtype=np.uint8)
    assert not SeenPixels.take(layer.weight.value, images)
    np.testing.assert_allclose(layer.forward(images), images / 255 @ layer.weight.value, rtol=1e-5, atol=1e-7)


def test_a_gradient_is_not_written_to_a_copy():
    weight = np.zeros((784, 10), np.float32)
    products = SeenPixels(weight, DIGITS[:32], Buffer())
    products.forward(DIGITS[:32], np.zeros(10, np.float32))
    gradient = products.gradient(np.ones((32, 10), np.float32))
    for write in (gradient.write_to, lambda array: gradient.add_to(array, 1.0)):
        with pytest.raises(ValueError, match="in one piece"):
            write(np.asfortranarray(weight))
