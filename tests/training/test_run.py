"""A run gives the same weights bit for bit, however it is sliced, copied and moved, at the rate of its schedule."""

import pickle
from itertools import islice, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp import MLP, Reader, Settings, load_model, save_model
from mlp.images.mnist import Split
from mlp.training.data.sources import Mnist
from mlp.training.data.synthetic_data import with_synthetic
from mlp.training.run import Run, steps
from mlp.training.schedule import rate_factor
from tests.each_setting import EACH_SETTING, examples
from tests.sample_digits import sample

N = 100
COMMON = {"hidden": (12, 9), "batch_size": 16, "epochs": 3, "seed": 4}  # 7 steps an epoch, the last of 4 images
SETTINGS = Settings(**COMMON, momentum=0.9, dropout=0.4, l1=1e-4, label_smoothing=0.1)
DATA = sample().train
IMAGES, LABELS = DATA.images[:N], DATA.labels[:N]


@pytest.mark.parametrize("change", EACH_SETTING)
@settings(max_examples=4)
@given(cuts=st.lists(st.integers(0, 9), max_size=6), how=st.sampled_from(["none", "copy", "pickle"]))
def test_slices_copies_and_pickles_change_nothing(change, cuts, how):
    _, asked = EACH_SETTING[change]
    images, labels = examples(asked)
    whole = Run(asked)
    expected = list(steps(whole, images, labels))
    run, seen = Run(asked), []
    for n_steps in [*cuts, None]:
        seen += islice(steps(run, images, labels), n_steps)
        if how == "copy":
            run = run.copy()
        elif how == "pickle":
            run = pickle.loads(pickle.dumps(run))
    assert (seen, run.network.values.tobytes()) == (expected, whole.network.values.tobytes())
    assert run.finished(len(images))


def test_each_step_drops_other_neurons_and_leaves_no_mask():
    run = Run(SETTINGS)
    masks = [run.mask_rng().random(100)]
    for _ in islice(steps(run, IMAGES, LABELS), 3):
        masks.append(run.mask_rng().random(100))
        np.testing.assert_array_equal(run.network.forward(IMAGES[:5]), run.network.logits(IMAGES[:5]))
    assert not any((one == other).any() for one, other in pairwise(masks))


def test_changed_learning_rate_applies_from_the_next_step():
    run = Run(Settings(hidden=(), batch_size=N // 2, epochs=2, learning_rate=0.1, schedule="cosine"))
    rates = []
    for step in steps(run, IMAGES, LABELS):
        rates.append(run.optimizer.learning_rate)
        if step.number == 2:
            run.learning_rate = 0.01
    shares = [rate_factor("cosine", done, 4) for done in range(4)]
    assert rates == [0.1 * shares[0], 0.1 * shares[1], 0.01 * shares[2], 0.01 * shares[3]]


def test_every_epoch_has_its_own_order_and_every_seed_too():
    def first_losses(seed):
        run = Run(Settings(hidden=(), batch_size=N // 2, epochs=3, seed=seed, learning_rate=1e-30))
        start = MLP([784, 10], rng=np.random.default_rng(0))
        run.network.values[...] = start.values
        return [step.loss for step in steps(run, IMAGES, LABELS)]

    losses = first_losses(1)  # weights that do not move: the loss identifies the images in the batch
    assert len({round(loss, 9) for loss in losses}) == 6
    sums = [losses[i] + losses[i + 1] for i in (0, 2, 4)]
    np.testing.assert_allclose(sums, sums[0], rtol=1e-6)
    assert first_losses(2) != losses


def test_only_the_first_images_are_used_where_settings_say_so():
    limited = Run(Settings(**COMMON, images=40))
    assert (limited.images_used(N), limited.steps_per_epoch(N), limited.images_used(30)) == (40, 3, 30)
    for _ in steps(limited, IMAGES, LABELS):
        pass
    alone = Run(Settings(**COMMON))
    for _ in steps(alone, IMAGES[:40], LABELS[:40]):
        pass
    assert limited.network.values.tobytes() == alone.network.values.tobytes()


@pytest.mark.parametrize("images", [40, None])
def test_steps_refuse_images_without_the_synthetic_digits_of_the_settings(images):
    asked = Settings(hidden=(8,), batch_size=10, synthetic=60, images=images, epochs=1)
    others = Mnist().load().train
    for train in (others, Split(others.images[:50], others.labels[:50])):
        with pytest.raises(ValueError, match=r"first 60 images must be the synthetic digits .* steps\(\) adds none"):
            steps(Run(asked), train.images, train.labels)
    for without in ((), ("seven", "one"), ("six",)):  # of the last, no 6 is left
        train = with_synthetic(sample(), 60, without).train
        assert next(steps(Run(asked), train.images, train.labels)).number == 1


def test_saved_run_is_trained_further_as_save_model_says(tmp_path):
    for said in ("save ``run.reader``, not ``run.network``", "A file holds no dropout"):
        assert said in " ".join(save_model.__doc__.split())
    run = Run(Settings(hidden=(8,), dropout=0.5, straighten=True))
    save_model(run.reader, tmp_path / "run", settings=run.settings.as_dict())
    reader = load_model(tmp_path / "run")
    assert (reader.straighten, reader.network.dropout) == (True, 0)
    again = Run(Settings.from_dict(reader.facts["settings"]), reader.network)
    assert (again.settings, again.network.dropout) == (run.settings, 0.5)
    save_model(run.network, tmp_path / "network")
    assert not load_model(tmp_path / "network").straighten


def test_run_starts_from_a_copy_of_a_network():
    network = MLP([784, 12, 9, 10], rng=np.random.default_rng(9))
    kept = network.values.copy()
    run = Run(SETTINGS, network)
    np.testing.assert_array_equal(run.network.values, kept)
    for _ in steps(run, IMAGES, LABELS):
        pass
    np.testing.assert_array_equal(network.values, kept)


@pytest.mark.parametrize(
    ("network", "shown"),
    [
        (MLP([784, 12, 10], rng=np.random.default_rng(0)), "MLP\\(784 → 12 → 10, relu\\)"),
        (MLP([784, 12, 9, 10], activation="tanh", rng=np.random.default_rng(0)), "784 → 12 → 9 → 10, tanh\\)"),
    ],
)
def test_run_refuses_a_network_unlike_its_settings(network, shown):
    with pytest.raises(ValueError, match=f"network as in its settings, .*, got .*{shown}"):
        Run(SETTINGS, network)


@pytest.mark.parametrize("temperature", [0.0, float("nan"), None, True])
def test_invalid_temperature_is_refused_at_creation_and_assignment(temperature):
    run = Run(SETTINGS, temperature=2)
    for made, make in ((run, Run), (Reader(run.network, temperature=2), Reader)):
        with pytest.raises(ValueError, match="temperature must be greater than 0 and finite, got"):
            make(SETTINGS if make is Run else run.network, temperature=temperature)
        with pytest.raises(ValueError, match="temperature must be greater than 0 and finite, got"):
            made.temperature = temperature
        assert made.temperature == 2.0


def test_run_keeps_its_network_and_settings_and_counts_in_whole_steps():
    run = Run(SETTINGS)
    for name, other in (("network", run.network.copy()), ("settings", Settings())):
        with pytest.raises(AttributeError, match=f"property '{name}' of 'Run' object has no setter"):
            setattr(run, name, other)
    for wrong in (-1, 2.0, "3", True):
        with pytest.raises(ValueError, match=f"step must be a whole number from 0 to .*, got {wrong!r}"):
            run.step = wrong
    run.step = np.int64(7)
    assert (run.step, type(run.step), run.settings) == (7, int, SETTINGS)


def test_constant_rate_stays():
    assert {rate_factor("constant", step, 10) for step in range(10)} == {1.0}


@pytest.mark.parametrize("n_steps", [1, 2, 7, 49, 50, 1000, 100_000])
def test_cosine_wastes_no_step(n_steps):
    factors = [rate_factor("cosine", step, n_steps) for step in range(n_steps)]
    assert min(factors) > 0
    assert max(factors) <= 1
    assert max(factors) >= 0.5
