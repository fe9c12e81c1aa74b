"""Diagnoses appear for a faulty run, name its problem, and leave a healthy run alone."""

import numpy as np
import pytest

from mlp.analysis.dead_neurons import SAMPLE, dead_shares
from mlp.analysis.diagnosis import DEAD_SHARE, diagnoses, generalization_gaps
from mlp.training.data.sources import chosen_mnist
from mlp.training.history import Evaluation, History
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.jobs.sample_snapshot import snapshot_of, trained
from tests.sample_digits import sample
from tests.training.recorded.article_run import recorded


def snapshot(history, settings=None, **changes):
    return snapshot_of(settings or Settings(), history, playing=True, **changes)


def after_steps(n_steps, **settings):
    """Train on the sample for some steps, and return the page's snapshot."""
    return trained(Run(Settings(**settings)), chosen_mnist(), n_steps, playing=True)


def first(history, n_steps):
    part = History(history.steps_per_epoch)
    part.add_steps(history.losses[:n_steps], history.accuracies[:n_steps])
    part.evaluations = [evaluation for evaluation in history.evaluations if evaluation.step <= n_steps]
    return part


def measured(step, accuracy):
    """Return an evaluation of a network that has memorized its training images."""
    return Evaluation(step, step / 100, 0.4, accuracy, training_loss=0.01, training_accuracy=1.0)


def reads(accuracy, loss=0.2):
    """Return the history of a run whose network reads this share of its training images."""
    history = History(100)
    history.add_steps(np.full(600, loss), np.full(600, accuracy))
    history.evaluations = [Evaluation(600, 6.0, loss, accuracy, training_loss=loss, training_accuracy=accuracy)]
    return history


def found(now, dead=()):
    return [(diagnosis.kind, diagnosis.remedy.changes) for diagnosis in diagnoses(now, dead)]


def test_articles_run_is_never_diagnosed():
    history = recorded()
    assert len(history) == 39_075
    assert history.evaluations[-1].accuracy > 0.98
    for n_steps in range(0, len(history) + 1, 75):
        assert diagnoses(snapshot(first(history, n_steps), steps=39_075), dead=(0.0, 0.08)) == []


@pytest.mark.parametrize(
    ("settings", "rate"),
    [
        ({"learning_rate": 1.0, "weight_decay": 0.01, "seed": 1}, 0.1),
        ({"learning_rate": 0.0001}, 0.01),
        ({"learning_rate": 1.0, "momentum": 0.9}, 0.01),
        ({"optimizer": "adam", "learning_rate": 0.1}, 0.001),
        ({"optimizer": "adam", "learning_rate": 1e-6}, 1e-4),
    ],
)
def test_stuck_loss_is_diagnosed_with_another_learning_rate(settings, rate):
    assert ("not falling", {"learning_rate": rate}) in found(after_steps(600, **settings))


@pytest.mark.parametrize(("batch_size", "rate"), [(8, 0.05), (32, 0.1), (512, 0.5)])
def test_learning_rate_of_a_remedy_grows_with_the_batch(batch_size, rate):
    now = snapshot(reads(0.1, loss=2.2), Settings(batch_size=batch_size, learning_rate=3.0))
    assert found(now) == [("not falling", {"learning_rate": rate})]


def test_deep_sigmoids_are_distinguished_from_small_steps():
    now = after_steps(600, activation="sigmoid", hidden=(50, 50, 50, 50))
    assert found(now) == [("not falling", {"activation": "relu"})]


def test_dropout_that_leaves_too_few_neurons_is_removed_first():
    stuck = {"hidden": (8, 8), "dropout": 0.8}
    for rate in (0.1, 0.01):  # each of them was once the remedy for the other
        run = after_steps(600, learning_rate=rate, **stuck)
        assert found(run) == [("not falling", {"dropout": 0.0})]
        assert "80% of the hidden neurons sit out for each image" in diagnoses(run, ())[0].text
    assert found(after_steps(600, **{**stuck, "dropout": 0.0})) == []


@pytest.mark.parametrize("settings", [{}, {"warp": 1.0}, {"dropout": 0.5}])
def test_memorizing_is_diagnosed_with_more_images(settings):
    assert found(after_steps(600, images=300, epochs=60, **settings)) == [("overfitting", {"images": 3000})]


@pytest.mark.parametrize(
    ("settings", "changes"),
    [
        (Settings(images=3000), {"images": None}),
        (Settings(), {"warp": 1.0}),
        (Settings(warp=1.0), {"weight_decay": 1e-4}),
        (Settings(warp=1.0, weight_decay=1e-3), {"weight_decay": 1e-2}),
    ],
)
def test_overfitting_remedies_are_images_then_warps_then_decay(settings, changes):
    history = History(100)
    history.add_steps(np.full(300, 0.01), np.ones(300))
    history.evaluations = [measured(step, 0.9) for step in (0, 100, 200, 300)]
    assert found(snapshot(history, settings)) == [("overfitting", changes)]


def test_one_bad_evaluation_is_not_yet_overfitting():
    history = History(100)
    history.add_steps(np.full(300, 0.01), np.ones(300))
    history.evaluations = [measured(100 * k, accuracy) for k, accuracy in enumerate((0.1, 0.98, 0.98, 0.8))]
    assert generalization_gaps(history) == pytest.approx([0.02, 0.02, 0.2])
    assert diagnoses(snapshot(history)) == []


def test_diverged_run_gets_one_diagnosis():
    now = after_steps(200, hidden=(16,), learning_rate=30, weight_decay=0.1)
    assert now.diverged
    (diagnosis,) = diagnoses(now, dead=(1.0,))
    assert diagnosis.kind == "diverged"
    assert f"step {now.diverged:,}" in diagnosis.title
    assert f"step {now.step:,} is kept" in diagnosis.text
    assert diagnosis.remedy.changes == {"learning_rate": 0.1}


def test_dead_neurons_are_counted_and_diagnosed():
    network = Settings().new_network()
    images = sample().validation.images[:300]
    assert max(dead_shares(network, images)) < 0.1
    network.dense_layers[1].bias.value[:120] = -1000
    shares = dead_shares(network, images)
    assert shares[1] == pytest.approx(0.6, abs=0.05)
    (diagnosis,) = diagnoses(snapshot(reads(0.9), network=network), dead=shares)
    assert (diagnosis.kind, diagnosis.remedy.changes) == ("dead", {"learning_rate": 0.01})
    assert "hidden layer 2" in diagnosis.text


def test_silent_neurons_of_a_network_that_reads_well_are_not_diagnosed():
    assert diagnoses(snapshot(reads(0.97)), dead=(0.5,)) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_remedy_for_silent_neurons_of_large_batches_reads_better(seed):
    fast = {"batch_size": 512, "learning_rate": 1.0, "seed": seed}
    ((_, remedy),) = found(snapshot(reads(0.9), Settings(**fast)), dead=(0.5,))
    before, after = (after_steps(200, **settings) for settings in (fast, fast | remedy))
    shares = [max(dead_shares(now.network, sample().validation.images[:SAMPLE])) for now in (before, after)]
    assert shares[0] > DEAD_SHARE > 0.1 > shares[1]
    assert before.history.newest.training_accuracy < after.history.newest.training_accuracy
