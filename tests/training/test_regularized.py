"""Dropout, L1 and label smoothing: the same seed gives the same weights however a run is continued."""

from dataclasses import replace
from itertools import islice, pairwise

import numpy as np
import pytest

from mlp.jobs.record import Record, dump_record, parse_record
from mlp.jobs.slices import advance
from mlp.training.data.sources import chosen_mnist
from mlp.training.history import History
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from tests.sample_digits import sample

SETTINGS = Settings(hidden=(16, 12), images=200, epochs=2, momentum=0.9, dropout=0.4, l1=1e-4, label_smoothing=0.1)


def trained(settings=SETTINGS, **how):
    run, train = Run(settings), sample().train
    return run, [step.loss for step in steps(run, train.images, train.labels, **how)]


def test_regularized_run_is_independent_of_slices_and_records():
    whole, losses = trained()
    sliced, history = Run(SETTINGS), History(7)
    while not sliced.finished(200):
        done = advance(sliced, chosen_mnist(), 60, max_steps=3)
        history.add_steps(done.losses, done.accuracies)
        sliced = parse_record(dump_record(Record(done.run, chosen_mnist(), history))).run
    assert sliced.network.values.tobytes() == whole.network.values.tobytes()
    np.testing.assert_allclose(history.losses, losses, rtol=1e-6)


@pytest.mark.parametrize("off", ["dropout", "l1", "label_smoothing"])
def test_each_regularization_changes_the_weights(off):
    without = replace(SETTINGS, **{off: 0.0})
    assert trained(without)[0].network.values.tobytes() != trained()[0].network.values.tobytes()


def test_another_step_drops_other_neurons():
    run, train = Run(SETTINGS), sample().train
    masks = [run.mask_rng().random(100)]
    for _ in islice(steps(run, train.images, train.labels), 3):
        masks.append(run.mask_rng().random(100))
    assert not any((one == other).any() for one, other in pairwise(masks))


@pytest.mark.parametrize("stop", [3, None])
def test_run_leaves_no_mask_in_its_network(stop):
    run, train = Run(SETTINGS), sample().train
    for _ in islice(steps(run, train.images, train.labels), stop):
        logits = run.network.forward(train.images[:5])
        np.testing.assert_array_equal(logits, run.network.logits(train.images[:5]))
