"""Downloaded weights can be read by anybody, and restore the same network."""

import json
import re
from datetime import date

import numpy as np
import pytest
import safetensors
import safetensors.numpy

from mlp.images.drawings.drawing_set import NO_DIGITS, DrawingSet
from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.origin import Origin
from mlp.page.tabs.runs.downloads import weights
from mlp.page.tabs.runs.report import MAX_MISTAKES_SHOWN, MAX_OWN_SHOWN, report
from mlp.training.data.sources import chosen_mnist
from mlp.training.settings import Settings
from tests.images.drawings.sample_drawings import own_digits
from tests.page.tabs.papers import ended
from tests.sample_digits import sample


@pytest.fixture(scope="module")
def run() -> NumberedRun:
    return ended(3, Settings(hidden=(12, 6), epochs=1, images=320), chosen_mnist())


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


def test_report_has_score_settings_confusion_mistakes_and_own_digits(run: NumberedRun):
    test, validation = sample().test, sample().validation
    own = own_digits(test.images[:40], test.labels[:40])
    right, of_own = (
        int((run.snapshot.network.predict(split.images[:n]) == split.labels[:n]).sum())
        for split, n in ((validation, len(validation)), (test, 40))
    )
    page = report(run, own)
    assert f"{right} of {len(validation)} validation images read correctly, {right / len(validation):.2%}" in page
    assert "<dt>Hidden layers</dt><dd>12, 6</dd>" in page
    assert sum(map(int, re.findall(r"<td><b>(\d+)</b></td>", page))) == len(validation) - right
    assert sum(map(int, re.findall(r"<td>(\d+)</td>", page))) == right
    assert f"Most confident mistakes, of {len(validation) - right}" in page
    assert f"Own digits: {of_own} of 40 read correctly" in page
    assert page.count("<figure>") == MAX_MISTAKES_SHOWN + MAX_OWN_SHOWN
    assert "Own digits" not in report(run, NO_DIGITS)


def test_report_has_nickname_origin_and_date_escaped(run: NumberedRun):
    continued = NumberedRun(3, run.snapshot, chosen_mnist(), Origin("<i>the pretrained network</i>", "pretrained"))
    page = report(continued, NO_DIGITS, "Ada & Co")
    assert "&lt;i&gt;the pretrained network" in page
    assert "Its weights have learned from MNIST’s validation images" in page
    assert "Ada &amp; Co" in page
    assert f"{date.today():%B %Y}" in page
