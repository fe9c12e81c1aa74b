"""A job resumes from its record as if never interrupted, and a broken record affects nothing else."""

import json
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import safetensors.numpy

from mlp.files.array_file import ArrayFile
from mlp.images.drawings.drawing_set import NO_DIGITS
from mlp.jobs.job import Job
from mlp.jobs.record import FORMAT, Record, RecordError, dump_record, parse_record
from mlp.jobs.workers.engine import Engine
from mlp.training.data.drawing_data import class_data
from mlp.training.data.sources import chosen_mnist
from mlp.training.history import Evaluation, History
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from tests.images.drawings.sample_drawings import own_digits
from tests.sample_digits import sample

DATA = sample()


def record_after(n_steps, **settings):
    run = Run(Settings(hidden=(16,), images=320, epochs=3, **settings))
    history = History(10)
    for step in islice(steps(run, DATA.train.images, DATA.train.labels), n_steps):
        history.add_steps(np.array([step.loss], np.float32), np.array([step.accuracy], np.float32))
    history.evaluations.append(Evaluation(10, 1.0, 0.5, 0.875))
    history.evaluations.append(Evaluation(12, 1.2, 0.5, 0.875, 0.75, 0.5, None, 0.25, 0.9375))
    history.learning_rates.append((1.5, 0.01))
    return Record(run, chosen_mnist(), history, seconds=1.25, playing=True, extra={"drawing": {"a": [1, "é"]}})


def test_record_keeps_everything():
    record = record_after(15)
    record.run.learning_rate = 0.03
    record.run.temperature = 1.5
    back = parse_record(dump_record(record))
    assert back.run.settings == record.run.settings
    assert back.run.step == 15
    assert back.run.learning_rate == 0.03
    assert back.run.temperature == 1.5
    assert back.history.losses.tobytes() == record.history.losses.tobytes()
    assert back.history.accuracies.tobytes() == record.history.accuracies.tobytes()
    assert back.history.evaluations == record.history.evaluations
    assert back.history.learning_rates == record.history.learning_rates
    assert (back.data, back.seconds, back.diverged, back.playing) == (chosen_mnist(), 1.25, None, True)
    assert back.extra == record.extra


def test_job_from_a_record_is_paused_at_its_step():
    record = record_after(15)
    job = Job.resumed(record, Engine())
    now = job.snapshot()
    assert (now.step, now.steps, now.playing, now.finished, now.seconds) == (15, 30, False, False, 1.25)
    assert len(now.history) == 15
    again = job.record(note="kept")
    assert again.run.network.values.tobytes() == record.run.network.values.tobytes()
    assert (again.extra, again.playing) == ({"note": "kept"}, False)


def test_run_does_not_resume_on_other_images():
    record = record_after(15)
    other = History(11)
    other.add_steps(record.history.losses, record.history.accuracies)
    with pytest.raises(ValueError, match="have changed"):
        Job.resumed(Record(record.run, record.data, other), Engine())


@pytest.mark.parametrize("n_steps", [0, 1])
def test_record_needs_no_weights_before_the_first_step(n_steps):
    record = record_after(n_steps, optimizer="adam")
    data = dump_record(record, weights_are_random=True)
    back = parse_record(data)
    assert (len(data) < record.run.network.values.nbytes) == (n_steps == 0)
    assert back.run.step == n_steps
    assert back.run.network.values.tobytes() == record.run.network.values.tobytes()


def test_first_weights_of_another_network_are_kept():
    other = Run(Settings(hidden=(16,), seed=7)).network
    record = Record(Run(Settings(hidden=(16,)), other), chosen_mnist(), History(10))
    assert parse_record(dump_record(record)).run.network.values.tobytes() == other.values.tobytes()


def changed(**values):
    """Return the bytes of a record with other metadata."""
    data = dump_record(record_after(2))
    length = int.from_bytes(data[:8], "little")
    metadata = json.loads(data[8 : 8 + length])["__metadata__"]
    about = {**json.loads(metadata["about"]), **values}
    return safetensors.numpy.save(safetensors.numpy.load(data), {**metadata, "about": json.dumps(about)})


def without_weights(n_steps):
    """Return the bytes of a record that claims ``n_steps``, and has no weights."""
    fresh = dump_record(record_after(0), weights_are_random=True)
    about = ArrayFile(fresh, FORMAT).value("about")
    arrays = {**safetensors.numpy.load(fresh), **dict.fromkeys(("losses", "accuracies"), np.ones(n_steps, np.float32))}
    return safetensors.numpy.save(arrays, {"format": FORMAT, "about": json.dumps({**about, "step": n_steps})})


def without_the_kind_of_a_class_lesson():
    """Return the bytes of a record that does not say whether a class taught it its digits or a round's mistakes."""
    data = class_data(own_digits(DATA.test.images[:20], DATA.test.labels[:20]), NO_DIGITS, "k7p3x9qa", chosen_mnist())
    whole = dump_record(replace(record_after(2), data=data))
    assert parse_record(whole).data == data
    about = ArrayFile(whole, FORMAT).value("about")
    about["data"].pop("mistakes", None)
    return safetensors.numpy.save(safetensors.numpy.load(whole), {"format": FORMAT, "about": json.dumps(about)})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        without_weights(2),
        b"\x80\x04K\x01.",
        dump_record(record_after(2))[:-1],
        changed(step=3),
        changed(settings={"hidden": [16], "epochs": 10**9}),
        changed(settings={"hidden": [17]}),
        changed(learning_rate=0),
        changed(seconds="long"),
        changed(diverged="yes"),
        changed(data={"kind": "Mnist", "directory": 7}),
        changed(data={"kind": "Web"}),
        changed(data={"kind": "DrawingData", "names": ["A", "B"]}),
        without_the_kind_of_a_class_lesson(),
        changed(temperature=None),
        changed(extra=7),
    ],
)
def test_incomplete_record_is_refused_with_a_reason(data):
    with pytest.raises(RecordError, match="not a whole record"):
        parse_record(data)
