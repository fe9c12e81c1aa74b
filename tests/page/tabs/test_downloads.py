"""Downloaded weights can be read by anybody, and restore the same network."""

import json
from datetime import date

import numpy as np
import pytest
import safetensors
import safetensors.numpy

from mlp.images.drawings.drawing_set import NO_DIGITS, DrawingSet
from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.origin import Origin
from mlp.jobs.slices import advance
from mlp.page.tabs.runs.downloads import report, weights
from mlp.training.data.sources import chosen_mnist
from mlp.training.history import History
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.jobs.sample_snapshot import snapshot_of
from tests.sample_digits import sample


@pytest.fixture(scope="module")
def run() -> NumberedRun:
    settings = Settings(hidden=(12, 6), epochs=1, images=320)
    done = advance(Run(settings), chosen_mnist(), seconds=60)
    history = History(10)
    history.add_steps(done.losses, done.accuracies)
    history.evaluations.extend(done.evaluations)
    snapshot = snapshot_of(settings, history, network=done.run.network, finished=True, seconds=done.seconds)
    return NumberedRun(3, snapshot, chosen_mnist())


def by_hand(arrays, images):
    """Compute a forward pass from the arrays alone, without this page's code."""
    outputs = images
    for number in (1, 2, 3):
        outputs = outputs @ arrays[f"dense_{number}.weight"] + arrays[f"dense_{number}.bias"]
        if number < 3:
            outputs = outputs * (outputs > 0)
    return outputs


def test_plain_safetensors_reads_weights_and_facts(run: NumberedRun, tmp_path):
    path = tmp_path / "run.safetensors"
    path.write_bytes(weights(run, DrawingSet()))
    images = sample().test.images[:50]
    logits = by_hand(safetensors.numpy.load_file(path), images.astype(np.float32) / 255)
    assert np.allclose(logits, run.snapshot.network.logits(images), atol=1e-5)
    with safetensors.safe_open(path, "numpy") as file:
        facts = json.loads(file.metadata()["facts"])
    assert Settings.from_dict(facts["settings"]) == run.snapshot.settings
    assert facts["command"].startswith("python -m mlp train --layers 12,6 ")
    assert facts["validation_accuracy"] == run.snapshot.history.evaluations[-1].accuracy


def test_report_has_nickname_origin_and_date_escaped(run: NumberedRun):
    own = NO_DIGITS.with_example(7, sample().test.images[0])
    continued = NumberedRun(3, run.snapshot, chosen_mnist(), Origin("<i>the pretrained network</i>", "pretrained"))
    page = report(continued, own, "Ada & Co")
    assert "&lt;i&gt;the pretrained network" in page
    assert "Its weights have learned from MNIST’s validation images" in page
    assert "of 1 read correctly" in page
    assert "Ada &amp; Co" in page
    assert f"{date.today():%B %Y}" in page
