"""The large number is what the network reads of the validation images now, and claims nothing more."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from streamlit.testing.v1 import AppTest

from mlp.images.mnist import Dataset, Split
from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.job import Job
from mlp.jobs.origin import Origin
from mlp.page.train.accuracy import SAMPLE, large_number
from mlp.training.data.sources import Loaded
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.jobs.workers.manual_engine import ManualEngine
from tests.page.sight import at_rest, finished, text, visitor_of
from tests.sample_digits import sample


def number(page: AppTest) -> str:
    return text(page, "progress").partition(" read right")[0]


def new_job(settings: Settings, data: object = None) -> Job:
    return Job(Run(settings), Loaded(sample()) if data is None else data, ManualEngine())


def run_of(job: Job, origin: Origin | None = None, step: int = 0) -> NumberedRun:
    return NumberedRun(1, replace(job.snapshot(), step=step), job.data, origin)


def test_number_is_of_the_network_after_each_step_and_exact_at_the_end(open_page: Callable[..., AppTest]):
    page, held = open_page(images="300", epochs="2"), sample().validation
    for _ in range(2):
        page.button(key="step").click().run()
        now = visitor_of(at_rest(page)).job.snapshot()
        right = (now.network.predict(held.images[:SAMPLE]) == held.labels[:SAMPLE]).mean()
        assert number(page) == f"{100 * right:.0f} of 100 new digits"
    exact = visitor_of(finished(page.button(key="pause").click().run())).job.snapshot().history.newest.accuracy
    assert number(page) == f"{100 * exact:.0f} of 100 new digits"


def test_only_all_right_makes_100():
    images = np.zeros((1000, 784), np.uint8)
    for wrong, shown in ((1, "<b>99</b>"), (0, "<b>100</b>")):
        job = new_job(Settings(hidden=(8,)))
        answer = job.snapshot().network.predict(images[:1])[0]
        labels = np.full(1000, answer)
        labels[:wrong] += 1 if answer < 9 else -1
        split = Split(images, labels)
        job.data = Loaded(Dataset("Blank", split, split, split))
        assert shown in large_number(run_of(job, step=1), job)


def test_number_calls_digits_new_only_if_no_weight_has_met_them():
    job = new_job(Settings(hidden=(8,)))
    assert "of 100 <i>new digits" in large_number(run_of(job), job)
    assert "of 100 <i>new digits" in large_number(run_of(job, Origin("the basic network", "article")), job)
    shown = large_number(run_of(job, Origin("the pretrained network", "pretrained")), job)
    assert "of 100 <i>validation digits" in shown
