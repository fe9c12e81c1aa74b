"""Images, given to a network as a student would: each is read as it was meant, or an error names the problem."""

import numpy as np
import pytest

from mlp import MLP, SGD, Reader, Run, Sequential, Settings, evaluate, steps, train
from tests.nn.test_misuse import small


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_single_square_image_is_read_as_one_example(kind):
    network = MLP([784, 10], rng=np.random.default_rng(0))
    image = (np.random.default_rng(1).random((28, 28)) * (255 if kind is np.uint8 else 1)).astype(kind)
    assert network.predict(image).shape == (1,)
    assert network.predict_proba(image).shape == (1, 10)
    np.testing.assert_array_equal(network.logits(image), network.logits(image[np.newaxis]))


@pytest.mark.parametrize("shape", [(392, 2), (2, 392), (784,), (14, 56), (27, 28), (5, 14, 56), (1, 784, 1)])
def test_other_shapes_are_no_images(shape):
    with pytest.raises(ValueError, match=r"must have the shape \(n, 784\) or \(n, 28, 28\), got"):
        MLP([784, 10], rng=np.random.default_rng(0)).predict(np.zeros(shape, np.uint8))
    assert small().predict(np.zeros((7, 4, 5), np.uint8)).shape == (7,)  # 20 pixels are no square


BINARY = np.eye(10, 784, dtype=np.uint8)


def started(images, labels):
    """Carry a new run forward by one step."""
    run = Run(Settings(hidden=(8,), batch_size=5, epochs=1, straighten=True))
    return next(steps(run, images, labels))


def trained(images, labels):
    network, rng = MLP([784, 10], rng=np.random.default_rng(0)), np.random.default_rng(0)
    return list(train(network, SGD(network.parameters(), 0.1), images, labels, batch_size=5, epochs=1, rng=rng))


NETWORK = MLP([784, 10], rng=np.random.default_rng(0))
ENTRIES = {
    "train": trained,
    "steps": started,
    "evaluate": lambda images, labels: evaluate(NETWORK, images, labels),
    **{
        f"{type(one).__name__}.{method}": lambda images, _, one=one, method=method: getattr(one, method)(images)
        for one in (NETWORK, Reader(NETWORK, straighten=True), Sequential(NETWORK.layers))
        for method in ("forward", "logits", "predict", "predict_proba")
    },
}


@pytest.mark.parametrize("images", [BINARY, BINARY.reshape(10, 28, 28), BINARY[:1]])
@pytest.mark.parametrize("entry", ENTRIES)
def test_every_entry_refuses_pixels_that_reach_only_1(entry, images):
    call, labels = ENTRIES[entry], np.arange(len(images))
    with pytest.raises(ValueError, match=r"must be in 0\.\.255, got none above 1; multiply them by 255"):
        call(images, labels)
    dark_first = np.concatenate([np.zeros_like(images[:1]), images[:-1] * 255])
    for fine in (images * 255, images * np.float32(1), np.zeros_like(images), dark_first):
        call(fine, labels)


@pytest.mark.parametrize("entry", ENTRIES)
def test_set_of_images_scaled_twice_is_refused_and_faint_ones_are_read(entry):
    call, images = ENTRIES[entry], BINARY.astype(np.float32) / 255
    if entry in ("train", "steps", "evaluate"):
        with pytest.raises(ValueError, match=r"in 0\.\.1 .*, got floats up to 0\.0039: already 0 to 1\?"):
            call(images, np.arange(10))
        images[0, 0] = 0.01  # one that is brighter is enough
    call(images, np.arange(10))


def test_reader_refuses_standardized_images_that_its_network_takes():
    reader = Reader(MLP([784, 10], rng=np.random.default_rng(0)))
    images = np.linspace(-0.4, 2.8, 784, dtype=np.float32)[None]
    for method in ("forward", "logits", "predict", "predict_proba"):
        with pytest.raises(ValueError, match=r"a Reader reads floats in 0\.\.1, got -0\.4; reader\.network takes"):
            getattr(reader, method)(images)
        assert np.isfinite(getattr(reader.network, method)(images)).all()
