"""Initial weights that respond to strokes, and make a network learn sooner."""

import numpy as np
import pytest

from mlp.nn.network import MLP


def network(initialization: str, seed: int = 5, hidden: int = 200) -> MLP:
    return MLP([784, hidden, 10], initialization=initialization, rng=np.random.default_rng(seed))


def stroke(row: float, column: float, degrees: float) -> np.ndarray:
    """Return a straight stroke, 8 pixels long and 2 wide, with this center, (28, 28)."""
    down, right = np.mgrid[:28, :28] + 0.5
    down, right = down - row, right - column
    turn = np.deg2rad(degrees)
    along, aside = down * np.sin(turn) + right * np.cos(turn), down * np.cos(turn) - right * np.sin(turn)
    return ((abs(along) < 4) & (abs(aside) < 1)).astype(np.float32)


def sums(of: MLP, image: np.ndarray) -> np.ndarray:
    """Return the outputs of the first layer for an image, before its activation."""
    return of.activations(image[None])[1][0]


def test_uniform_gray_drives_no_neuron():
    assert abs(sums(network("gabor"), np.full((28, 28), 0.7, np.float32))).max() < 1e-4


def test_few_neurons_respond_to_a_stroke_of_any_direction():
    seeing = network("gabor", hidden=400)
    for row in (8, 14, 20):
        for column in (8, 14, 20):
            for degrees in range(0, 180, 30):
                found = abs(sums(seeing, stroke(row, column, degrees)))
                assert found.max() > 0.8
                assert np.median(found) < 0.1 * found.max()


def test_later_layers_use_he_initialization():
    deep = MLP([784, 300, 200, 10], initialization="gabor", rng=np.random.default_rng(5))
    assert deep.dense_layers[1].weight.value.var() == pytest.approx(2 / 300, rel=0.03)
    assert not any(layer.bias.value.any() for layer in deep.dense_layers)


@pytest.mark.parametrize("n_in", [63, 65, 49, 784 * 2])
def test_inputs_other_than_square_images_are_named(n_in):
    with pytest.raises(ValueError, match=f"square images of at least 8 x 8 pixels, got {n_in} inputs"):
        MLP([n_in, 10], initialization="gabor", rng=np.random.default_rng(0))
