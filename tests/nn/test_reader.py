"""A reader: what loading gives, which can be trained further, and test-time augmentation."""

import copy
import pickle

import numpy as np
import pytest

from mlp import MLP, SGD, Dense, Reader, Sequential, load_model, save_model, train
from mlp.nn.losses import softmax
from mlp.nn.tta import SHIFTS, mean_log_probabilities, shifted
from mlp.nn.weights import dump_model, parse_model
from mlp.straightening import straightened


@pytest.fixture
def network() -> MLP:
    return MLP([784, 12, 10], rng=np.random.default_rng(0))


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


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (7, 784), dtype=np.uint8)


def test_shifts_are_the_image_and_four_moves_with_paper(images):
    for moved, shift in zip(shifted(images).reshape(5, 7, 28, 28), SHIFTS, strict=True):
        expected = np.roll(images.reshape(7, 28, 28), shift, axis=(1, 2))
        if shift[0]:
            expected[:, 0 if shift[0] > 0 else -1] = 0
        if shift[1]:
            expected[:, :, 0 if shift[1] > 0 else -1] = 0
        np.testing.assert_array_equal(moved, expected)


def test_augmented_logits_are_means_of_five_log_probabilities(network, images):
    by_hand = np.mean([np.log(softmax(network.logits(moved))) for moved in shifted(images).reshape(5, 7, 784)], axis=0)
    reader = Reader(network, test_time_augmentation=True)
    np.testing.assert_allclose(reader.logits(images), by_hand, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(reader.predict(images), by_hand.argmax(axis=1))
    np.testing.assert_allclose(reader.predict_proba(images), softmax(by_hand), rtol=1e-4)
    np.testing.assert_allclose(reader.predict_proba(images).sum(axis=1), 1, rtol=1e-5)


def test_augmented_answer_is_independent_of_batch_and_type(network):
    images = np.random.default_rng(2).integers(0, 256, (1003, 28, 28), dtype=np.uint8)
    reader = Reader(network, test_time_augmentation=True)
    many = reader.logits(images)
    np.testing.assert_allclose(reader.logits(images[1000:]), many[1000:], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(reader.logits(images[:5].astype(np.float32) / 255), many[:5], rtol=1e-4, atol=1e-5)
    assert reader.logits(images[:0]).shape == (0, 10)


def test_mean_of_log_probabilities_stays_finite_for_huge_logits():
    mean = mean_log_probabilities(np.array([[1e4, 0.0]] * 5, np.float32))
    np.testing.assert_allclose(mean, [[0.0, -1e4]])


def test_reader_has_the_promised_attributes(network, images):
    reader = Reader(network)
    np.testing.assert_array_equal(reader.forward(images), network.forward(images))
    assert reader.parameters() == network.parameters()
    assert reader.reads_digits
    assert (reader.layer_sizes, reader.activation, reader.n_parameters) == (
        network.layer_sizes,
        network.activation,
        network.n_parameters,
    )
    assert str(reader).replace("Reader", "MLP") == str(network)


@pytest.mark.parametrize("way", ["test_time_augmentation", "straighten"])
@pytest.mark.parametrize("wrong", [0, 5, "5", None])
def test_way_of_reading_is_a_bool_and_needs_square_images(network, way, wrong):
    with pytest.raises(ValueError, match=f"{way} must be True or False, got {wrong!r}"):
        Reader(network, **{way: wrong})
    with pytest.raises(ValueError, match=f"{way.replace('_', '-')} needs a network of square images"):
        Reader(MLP([10, 2], rng=np.random.default_rng(0)), **{way: True})


@pytest.mark.parametrize(
    ("name", "wrong", "rule"),
    [
        ("straighten", "no", "must be True or False, got 'no'"),
        ("test_time_augmentation", 5, "must be True or False, got 5"),
        ("none_below", 7, "must be at least 0 and at most 1, got 7"),
        ("none_below", np.nan, "must be at least 0 and at most 1, got nan"),
    ],
)
def test_way_of_reading_that_is_changed_later_is_checked(network, name, wrong, rule):
    reader = Reader(network, none_below=0.5)
    before = getattr(reader, name)
    with pytest.raises(ValueError, match=f"{name} {rule}"):
        setattr(reader, name, wrong)
    assert getattr(reader, name) == before
    if isinstance(before, bool):
        setattr(reader, name, True)
        with pytest.raises(ValueError, match=f"{name.replace('_', '-')} needs a network of square images"):
            setattr(Reader(MLP([10, 2], rng=np.random.default_rng(0))), name, True)


def test_files_and_copies_keep_how_the_network_reads(images):
    reader = Reader(
        MLP([784, 12, 2], activation="tanh", rng=np.random.default_rng(0)),
        temperature=0.5,
        test_time_augmentation=True,
        straighten=True,
        names=["あ", "<b>"],
        none_below=0.875,
        facts={"seed": 6},
    )
    upright = straightened(images)
    unaltered = Reader(reader.network, temperature=0.5, test_time_augmentation=True)
    expected = unaltered.predict_proba(upright)
    for again in (reader, parse_model(dump_model(reader)), copy.deepcopy(reader), pickle.loads(pickle.dumps(reader))):
        np.testing.assert_array_equal(again.predict_proba(images.reshape(-1, 28, 28)), expected)
        np.testing.assert_array_equal(again.forward(images), reader.network.forward(upright))
        assert again.as_seen(images.reshape(-1, 28, 28)).shape == (7, 28, 28)
        assert (again.activation, again.temperature, again.straighten) == ("tanh", 0.5, True)
        assert (again.names, again.none_below, again.has_names) == (("あ", "<b>"), 0.875, True)
        assert (again.facts, again.reads_digits) == ({"seed": 6}, False)
    plain = parse_model(dump_model(MLP([4, 2], rng=np.random.default_rng(0))))
    assert (plain.temperature, plain.test_time_augmentation, plain.straighten) == (1.0, False, False)
    assert (plain.names, plain.none_below, plain.has_names, plain.facts) == (("0", "1"), None, False, {})
