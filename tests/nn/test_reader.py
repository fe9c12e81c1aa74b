"""A plain network has no reading options, and loading returns a reader around one, which can be trained further."""

import numpy as np
import pytest

from mlp import MLP, SGD, Dense, Reader, Sequential, load_model, save_model, train


@pytest.fixture
def network() -> MLP:
    return MLP([784, 12, 10], rng=np.random.default_rng(0))


def test_plain_network_has_no_reading_options(network):
    assert not {"temperature", "looks", "facts"} & set(dir(network))


@pytest.mark.parametrize("kind", [MLP, Sequential])
def test_loading_a_plain_network_gives_a_reader(tmp_path, kind):
    rng = np.random.default_rng(0)
    save_model(MLP([4, 2], rng=rng) if kind is MLP else Sequential([Dense(4, 2, rng=rng)]), tmp_path / "net")
    loaded = load_model(tmp_path / "net")
    assert (loaded.temperature, loaded.test_time_augmentation, loaded.facts) == (1.0, False, {})
    assert isinstance(loaded, Reader)
    assert isinstance(loaded.network, MLP)


def test_reader_refuses_a_list_of_layers(network):
    with pytest.raises(TypeError, match=r"a Reader needs an MLP, got Sequential\(\[Dense\(4, 2\)\]\)"):
        Reader(Sequential([Dense(4, 2, rng=np.random.default_rng(0))]))


def test_loaded_network_can_be_trained_further(tmp_path):
    rng = np.random.default_rng(0)
    save_model(MLP([784, 10], rng=rng), tmp_path / "net")
    loaded = load_model(tmp_path / "net")
    images, labels = np.eye(10, 784, dtype=np.float32), np.arange(10)
    optimizer = SGD(loaded.network.parameters(), 1.0)
    with pytest.raises(TypeError, match=r"pass reader\.network"):
        train(loaded, optimizer, images, labels, batch_size=5, epochs=60, rng=rng)
    *_, last = train(loaded.network, optimizer, images, labels, batch_size=5, epochs=60, rng=rng)
    assert last.accuracy == 1
    np.testing.assert_array_equal(loaded.predict(images), labels)
