"""Checks of claims that the page makes about networks and their scores."""

import re
from dataclasses import replace
from functools import cache
from itertools import islice

import numpy as np

from mlp.analysis.diagnosis import GAP
from mlp.class_names import DIGITS
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.job import Job
from mlp.jobs.snapshot import Snapshot
from mlp.nn.losses import softmax_cross_entropy
from mlp.page.train.accuracy import large_number
from mlp.page.train.note import problems
from mlp.page.train.run_words import loss_summary
from mlp.training.data.drawing_data import class_data, drawing_data, sign_settings
from mlp.training.data.few_digits import FewDigits
from mlp.training.data.saved_sources import Source
from mlp.training.data.sources import Mnist
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from mlp.training.teaching import share_read
from tests.claims.of_class import together, writers
from tests.claims.runs import SEEDS, pretrained
from tests.images.drawings.sample_drawings import letters
from tests.jobs.workers.manual_engine import ManualEngine


def pretrained_learned_validation_images() -> None:
    assert "with its validation images" in pretrained("inkling").facts["data"]


def pretrained_reads_validation_images_better_than_test_images() -> None:
    mistakes = _mistakes("inkling")
    assert 3 * mistakes["validation"] < mistakes["test"]


def article_learned_neither_validation_nor_test_images() -> None:
    assert pretrained("article").facts["data"] == "MNIST"
    mistakes = _mistakes("article")
    assert 0.9 < mistakes["validation"] / mistakes["test"] < 1.1


def _mistakes(name: str) -> dict[str, int]:
    """Return how many of 10,000 validation and 10,000 test images a pretrained network misreads."""
    network, data = pretrained(name).network, Mnist().load()  # without test-time augmentation, for speed
    splits = {"validation": data.validation, "test": data.test}
    return {kind: int((network.predict(split.images) != split.labels).sum()) for kind, split in splits.items()}


def number_between_epochs_is_that_of_all_images() -> None:
    held, off = Mnist().load().validation, []
    for seed in SEEDS:
        job = Job(Run(Settings(seed=seed)), Mnist(), ManualEngine())
        run, train = Run(Settings(seed=seed)), Mnist().load().train
        for step in islice(steps(run, train.images, train.labels), 1_500):
            if step.number in (300, 700, 1_100, 1_500):
                now = replace(job.snapshot(), network=run.network.copy(), step=step.number)
                right = now.network.predict(held.images) == held.labels
                others = (right[:1000].mean(), right[::10].mean())  # both meet more of the writers who are hard to read
                off.append(
                    [
                        100 * right.mean() - shown
                        for shown in (read_right(job, now)[0], *(100 * each for each in others))
                    ]
                )
    shown, first, tenth = np.mean(off, axis=0)
    assert abs(shown) < 0.6  # with rounding
    assert min(first, tenth) > 1


def read_right(job: Job, now: Snapshot) -> tuple[int, int, str]:
    """Return the large number, of how many images it is, and what they are called."""
    found = re.fullmatch(
        r".*<b>(\d+)</b> <span>of (\d+) <i>(.*) read right</i></span></p>",
        large_number(NumberedRun(1, now, job.data), job),
    )
    assert found is not None
    return int(found[1]), int(found[2]), found[3]


def few_digits_are_validated_as_on_test_images() -> None:
    for seed in SEEDS:
        _, now = of_few_digits(seed)
        mnist = Mnist().load()
        held, on_test = mnist.validation, share_read(now.network, mnist.test)
        on_first = float((now.network.predict(held.images[:1000]) == held.labels[:1000]).mean())
        assert abs(now.history.newest.accuracy - on_test) < 0.035
        assert on_first < on_test - 0.05


def learned(settings: Settings, data: Source) -> tuple[Job, Snapshot]:
    """Return the job of a whole run, and its state at the end."""
    engine = ManualEngine()
    job = Job(Run(settings), data, engine)
    job.play()
    while engine.calls:
        engine.answer()
    assert job.snapshot().finished
    return job, job.snapshot()


@cache
def of_class_alone(seed: int) -> tuple[Job, Snapshot]:
    """Return the run of somebody who learns the class's drawings alone, and has given none."""
    data = class_data(together(writers(seed)[:6]), DrawingSet(DIGITS), "k7p3x")
    return learned(sign_settings(Settings(epochs=10, seed=seed), DIGITS), data)


@cache
def of_few_digits(seed: int) -> tuple[Job, Snapshot]:
    """Return a run on two drawings of each digit, which is validated on other drawings."""
    return learned(Settings(epochs=8, seed=seed), FewDigits(Mnist(), 2))


def how_drawings_are_read_says_more_than_their_warps() -> None:
    for seed in SEEDS:
        job, now = of_class_alone(seed)
        newest, strangers = now.history.newest, together(writers(seed)[12:])
        assert newest.training_accuracy - newest.accuracy > 2 * GAP
        assert share_read(now.network, strangers) > newest.accuracy + GAP
        assert problems(job, now) == []
        assert [problem.kind for problem in problems(*of_few_digits(seed))] == ["overfitting"]


def number_says_whose_drawings_it_is_of_and_how_many() -> None:
    for seed in SEEDS:
        job, now = of_class_alone(seed)
        shown = round(100 * now.history.newest.accuracy)
        assert read_right(job, now) == (shown, 100, "other bent copies of the class’s 120 drawings")
        own = replace(writers(seed)[12], examples=writers(seed)[12].examples[:6])
        for data, whose in (
            (class_data(together(writers(seed)[:6]), own, "k7p3x"), "held-back drawings of yours"),
            (drawing_data(letters(12, seed)), "held-back drawings of yours"),
            (drawing_data(letters(3, seed)), "other bent copies of your 9 drawings"),
        ):
            job, now = learned(sign_settings(Settings(epochs=1, seed=seed), data.names), data)
            held, of = data.load().validation, len(data.held) or 100
            right = share_read(now.network, held) * of
            assert read_right(job, now) == (min(round(right), of if right == of else of - 1), of, whose)


def blind_guess_depends_on_the_number_of_signs() -> None:
    for n in (2, 5, 10):
        settings = Settings(names=tuple("ABCDEFGHIJ"[:n]))
        now = Job(Run(settings), Mnist(), ManualEngine()).snapshot() if n < 10 else None
        cost, _ = softmax_cross_entropy(np.zeros((1, n)), np.array([0]))
        assert f"{cost:.1f} is a blind guess" in loss_summary(now)
