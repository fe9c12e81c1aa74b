"""Checks of claims about a class's digits: writers of synthetic digits, each with one style of every digit."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache, partial

import numpy as np
import pytest

from mlp.analysis.classroom.class_table import (
    Cell,
    Contender,
    Line,
    Writer,
    class_table,
    compared,
    misread,
    most_misread,
)
from mlp.analysis.scores import wilson_interval
from mlp.analysis.training_way import USUAL_SHARE
from mlp.class_names import DIGITS
from mlp.images.drawing import to_mnist
from mlp.images.drawings.drawing_set import DrawingSet, Example, as_pixels
from mlp.images.mnist import Split
from mlp.images.recorded import render
from mlp.nn.reader import Reader
from mlp.page.draw.correction import own_data, teach
from mlp.page.tabs.classroom.break_it import lesson_of
from mlp.page.tabs.lessons.lessons import LESSONS
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.runs import begin
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import DrawingData, class_data, drawing_data, split_data
from mlp.training.data.sources import Mnist
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from mlp.training.teaching import share_read, shares_read, teaching_settings
from models.making.drawn_digits import write
from models.making.styles import STYLES
from tests.benchmarks.teaching import mirrored
from tests.claims.of_plan import TURNED, turned
from tests.claims.runs import SEEDS, pretrained, trained
from tests.jobs.workers.manual_engine import ManualEngine


def drawn(digit: int, style_name: str, rng: np.random.Generator) -> Example:
    """Return a digit in a style as its writer gives it to a room."""
    style = next(one for one in STYLES[digit] if one.__name__ == style_name)
    canvas = render(write(digit, rng, {digit: {style: 1.0}}), rng)
    return Example(digit, as_pixels(to_mnist(canvas)).reshape(784))


@cache
def writers(seed: int) -> tuple[DrawingSet, ...]:
    """Return the two drawings of each digit that 28 writers give: the first twelve are a class."""
    rng = np.random.default_rng(seed)
    sets = []
    for _ in range(28):
        hand = [str(rng.choice([style.__name__ for style in STYLES[digit]])) for digit in range(10)]
        examples = [drawn(digit, style, rng) for digit, style in enumerate(hand) for _ in range(2)]
        sets.append(DrawingSet(DIGITS, tuple(examples)))
    return tuple(sets)


def together(sets: Iterable[DrawingSet]) -> DrawingSet:
    """Return the drawings of several writers."""
    return DrawingSet(DIGITS, tuple(example for each in sets for example in each.examples))


def in_style(name: str, seed: int) -> DrawingSet:
    """Return eighty drawings in a style."""
    rng = np.random.default_rng(seed)
    digit = next(digit for digit, styles in STYLES.items() if name in {style.__name__ for style in styles})
    return DrawingSet(DIGITS, tuple(drawn(digit, name, rng) for _ in range(80)))


@cache
def of_mnist(seed: int) -> Reader:
    """Return the network of the lessons' experiments that learn MNIST alone."""
    assert LESSONS["writers"].experiments[0].settings == LESSONS["taught"].experiments[1].settings == Settings(epochs=5)
    run, train = Run(Settings(epochs=5, seed=seed)), Mnist().load().train
    for _ in steps(run, train.images, train.labels):
        pass
    return run.reader


def mnist_alone_misreads_styles_that_it_lacks() -> None:
    inkling, test = Reader(pretrained("inkling").network), Mnist().load().test
    for seed in (*SEEDS, Settings().seed):  # the last is the lesson's own
        assert share_read(of_mnist(seed), test) >= 0.94
    for seed in SEEDS:
        alone = of_mnist(seed)
        slashed, plain = (in_style(name, seed) for name in ("zero_slashed", "zero"))
        assert 1 - share_read(alone, slashed) > 0.55
        assert 1 - share_read(alone, plain) < 0.15
        assert 1 - share_read(inkling, slashed) < 0.03
        of_class = [[share_read(reader, each) for each in writers(seed)] for reader in (alone, inkling)]
        assert np.mean(of_class[0]) < np.mean(of_class[1])


def taught(reader: Reader, data: DrawingData, **changes: object) -> Reader:
    """Return a network after the page's teaching, with changes to its settings if given."""
    run, train = Run(replace(teaching_settings(reader), **changes), reader.network.copy()), data.load().train
    for _ in steps(run, train.images, train.labels):
        pass
    return Reader(run.network)


@cache
def after_a_lesson_without_drawings(seed: int) -> Reader:
    """Return `of_mnist` after a lesson at a share of 0%, which is the same for any drawings."""
    return taught(of_mnist(seed), drawing_data(writers(seed)[0], Mnist(), 0.0))


FORMER = {"warp": 1.0, "schedule": "constant"}
"""What makes a lesson lose what the network knows."""


def lesson_without_drawings_gains_most_of_what_the_class_gains() -> None:
    for seed in SEEDS:
        few = Reader(trained(940, images=300, epochs=94, seed=seed).network)
        in_class, own, others = writers(seed)[:12], writers(seed)[12], together(writers(seed)[12:])
        of_class, nothing = (class_data(together(in_class), own, "k7p3x", Mnist(), share) for share in (0.25, 0.0))
        before, learned, control = (
            share_read(reader, others) for reader in (few, taught(few, of_class), taught(few, nothing))
        )
        assert learned - before > 0.1
        assert learned > control > before + 0.45 * (learned - before)
        many, basic = together(written_by_many(seed)), Reader(pretrained("article").network)
        for alone in (of_mnist(seed), basic):
            lessons = taught(alone, of_class), taught(alone, nothing), taught(alone, nothing, **FORMER)
            before, learned, control, former = (share_read(each, many) for each in (alone, *lessons))
            assert -0.005 < control - before < 0.025
            assert 0.01 < learned - control < 0.09
            assert former < before - 0.005  # all bent, in steps of one length


def taught_drawings_are_read_and_held_back_ones_not_always() -> None:
    for seed in SEEDS:
        lessons = [drawing_data(own, Mnist(), 0.25) for own in writers(seed)[12:14]]
        learned, held = np.mean([shares_read(taught(of_mnist(seed), each), each) for each in lessons], axis=0)
        assert learned > 0.97
        assert held < learned
        without = np.mean([share_read(after_a_lesson_without_drawings(seed), each.learned) for each in lessons])
        assert without < learned - 0.05


def without_drawings_a_lesson_costs_hardly_anything_and_more_of_them_cost_more() -> None:
    validation = Mnist().load().validation
    for seed in SEEDS:
        some, others = mirrored(seed)
        examples = tuple(Example(int(label), image) for image, label in zip(some.images, some.labels, strict=True))
        for reader in (of_mnist(seed), Reader(pretrained("article").network)):
            before, cost, read = share_read(reader, validation), {}, {}
            for share in (0.0, 0.1, 0.5):
                data = split_data(DrawingSet(DIGITS, examples), np.zeros(16, bool), base=Mnist(), share=share)
                after = taught(reader, data, seed=seed)
                cost[share], read[share] = before - share_read(after, validation), share_read(after, others)
            assert cost[0.0] < 0.0015  # "0.1 points" as rounded
            assert cost[0.0] < cost[0.1] < cost[0.5]
            assert read[0.0] < 0.35 < 0.45 < read[0.1] < read[0.5] + 0.05
            control = taught(reader, replace(data, share=0.0), seed=seed, warp=1.0, schedule="constant")
            assert before - share_read(control, validation) > cost[0.0] + 0.001  # all bent, in steps of one length


def both_lessons_hold_back_the_same_one_of_each_digit() -> None:
    for seed in SEEDS:
        own, others = writers(seed)[12], together(writers(seed)[:12])
        alone, with_class = drawing_data(own, Mnist(), 0.25), class_data(others, own, "k7p3x", Mnist(), 0.25)
        assert sorted(alone.held.labels) == list(range(10))
        assert alone.held_images == with_class.held_images
        for data in (alone, with_class):
            learned = {image.tobytes() for image in data.load().train.images}
            assert learned.isdisjoint(image.tobytes() for image in data.held.images)
            assert learned.issuperset(image.tobytes() for image in data.learned.images)


def each_lesson_begins_with_the_network_before_any_lesson() -> None:
    for seed in SEEDS:
        own, others, refusal = writers(seed)[12], together(writers(seed)[:12]), Refusal("claims")
        visitor, engine = Visitor(f"claims {seed}"), ManualEngine()
        visitor.digits.change(own)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("mlp.page.visitors.runs.engine", lambda made=engine: made)
            begin(visitor, Run(Settings(images=300, seed=seed)), Mnist(), refusal=refusal, play=False)
            weights = [after_steps(visitor, engine)]
            for data_of in (own_data, partial(with_class, others, own)):
                assert teach(visitor, data_of, refusal=refusal)
                assert visitor.runs.origin[:2] == ("1 · own settings", None)
                assert visitor.job.first_network.values.tobytes() == weights[0]
                weights.append(after_steps(visitor, engine))
        assert len(set(weights)) == 3  # each lesson has changed it


def with_class(others: DrawingSet, own: DrawingSet, _visitor: Visitor) -> DrawingData:
    """Return the data of *Train with the class*."""
    return class_data(others, own, "k7p3x", Mnist(), 0.25)


def after_steps(visitor: Visitor, engine: ManualEngine) -> bytes:
    """Return the weights of a visitor's run after its next slice, and pause it there."""
    if not visitor.job.playing:
        visitor.job.step()
    while not visitor.job.snapshot().step:
        engine.answer()
    visitor.job.pause()
    return visitor.job.snapshot().network.values.tobytes()


def lesson_mends_and_breaks_and_so_does_its_control() -> None:
    """Teach 24 mistakes of a round by writers of synthetic digits, and read all of their other drawings."""
    basic, validation = Reader(pretrained("article").network), Mnist().load().validation
    for seed in SEEDS:
        drawn = together(writers(seed))
        read_before = basic.predict(drawn.images) == drawn.labels
        mistakes = [
            drawn.examples[place] for place in np.random.default_rng(seed).permutation(np.flatnonzero(~read_before))
        ]
        data = lesson_of(mistakes[:24], "k7p3x")
        learned = {image.tobytes() for image in data.learned.images}
        new = np.array([each.image.tobytes() not in learned for each in drawn.examples])
        after, control = (taught(basic, lesson_of(mistakes[:24], "k7p3x", share)) for share in (data.share, 0.0))
        assert share_read(after, data.learned) > 0.95
        assert share_read(control, data.learned) < 0.5
        read_after, by_control = (reader.predict(drawn.images) == drawn.labels for reader in (after, control))
        mended, of_control = (each[new & ~read_before].mean() for each in (read_after, by_control))
        assert of_control < 0.05
        assert 0.4 < mended < 0.85
        broken, too = ((~each)[new & read_before].sum() for each in (read_after, by_control))
        assert 10 < broken > too > 0
        before, with_mistakes, without = (share_read(each, validation) for each in (basic, after, control))
        assert before - 0.06 < with_mistakes < min(before, without)


def half_of_turned_digits_are_read_after_a_lesson_with_others() -> None:
    basic, test = Reader(pretrained("article").network), Mnist().load().test
    for seed in SEEDS:
        chosen = np.random.default_rng(seed).permutation(len(test))[:600]
        images, labels = turned(test.images[chosen], TURNED), test.labels[chosen]
        misread = np.flatnonzero(basic.predict(images) != labels)
        mistakes = [Example(int(labels[place]), images[place]) for place in misread[:24]]
        others = Split(images[misread[24:]], labels[misread[24:]])
        for share, least, most in ((USUAL_SHARE, 0.4, 0.85), (0.0, 0.0, 0.05)):
            assert least <= share_read(taught(basic, lesson_of(mistakes, "k7p3x", share)), others) < most


def line_of(right: np.ndarray, n: int) -> Line:
    """Return the line of a network that reads so many of each writer's ``n`` drawings."""
    nothing = DrawingSet(DIGITS)
    cells = {str(place): Cell(nothing, np.zeros(0), np.arange(n) < number) for place, number in enumerate(right)}
    return Line(Contender("", "", pretrained("article")), cells)


def limits_hold_in_about_nine_of_ten_other_classes() -> None:
    """Simulate classes of which 80% or 95% is read, with a correlation of 0.1 within a writer; UNIPEN's is 0.04."""
    for seed in SEEDS:
        rng, n = np.random.default_rng(seed), 20
        for mean in (0.8, 0.95):
            for n_writers in (6, 12, 25):
                one, other = rng.binomial(n, rng.beta(9 * mean, 9 * (1 - mean), (2, 400, n_writers)))
                assert 0.87 < share_held(one, other, n) < 0.98
                of_drawings = [wilson_interval(int(right.sum()), n * n_writers) for right in one]
                assert share_within(of_drawings, other, n) < 0.8
            of_six = rng.binomial(n, rng.beta(9 * mean, 9 * (1 - mean), (2, 400, 6)))
            assert share_held(one, of_six[0], n) < 0.85  # the limits of the last ones, of 25
            drawn_again = [writers_drawn_again(right / n, rng) for right in of_six[0]]
            assert share_within(drawn_again, of_six[1], n) < share_held(*of_six, n) - 0.04
        assert all(line_of(right[:5], n).interval is None for right in one)


def limits_hold_in_about_nine_of_ten_other_classes_of_synthetic_writers() -> None:
    for seed in SEEDS:
        many = written_by_many(seed)
        rng, n = np.random.default_rng(seed), len(many[0])
        read = np.array([round(n * share_read(pretrained("article"), each)) for each in many])
        for n_writers in (6, 12, 25):
            chosen = np.array([rng.permutation(read)[: 2 * n_writers] for _ in range(400)])
            one, other = chosen[:, :n_writers], chosen[:, n_writers:]
            assert 0.87 < share_held(one, other, n) < 0.99
            halves = [(low + (high - low) / 4, high - (high - low) / 4) for low, high in limits_of(one, n)]
            assert share_within(halves, other, n) < 0.85


def writers_drawn_again(scores: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """Return the limits of another class's score by the bootstrap, from the score of each writer."""
    one, other = rng.choice(scores, (2, 1000, len(scores))).mean(axis=2)
    low, high = scores.mean() + np.quantile(one - other, (0.025, 0.975))
    return float(low), float(high)


def limits_of(classes: np.ndarray, n: int) -> list[tuple[float, float]]:
    """Return the limits for each class, of which each writer's number of right ones is given, (classes, writers)."""
    found = [line_of(right, n).interval for right in classes]
    assert None not in found
    return found


def share_held(classes: np.ndarray, others: np.ndarray, n: int) -> float:
    """Return how often a class's limits hold the score of another class."""
    return share_within(limits_of(classes, n), others, n)


def share_within(limits: list[tuple[float, float]], others: np.ndarray, n: int) -> float:
    """Return how often the score of another class is within the limits."""
    scores = others.mean(axis=1) / n
    return float(np.mean([low <= score <= high for (low, high), score in zip(limits, scores, strict=True)]))


def network_of_few_images_changes_nothing_that_is_said_of_others() -> None:
    for seed in SEEDS:
        in_class = [Writer(str(place), str(place), each) for place, each in enumerate(writers(seed)[:12])]
        alike = [Contender(one.id, one.name, of_mnist(seed), "Basic, 5 epochs") for one in in_class[:4]]
        few = Reader(trained(940, images=300, epochs=94, seed=seed).network)
        run = Contender(in_class[4].id, in_class[4].name, few, "Basic, 300 images, 94 epochs")
        with_run, without = (class_table(networks, in_class) for networks in ([*alike, run], alike))
        assert {line.contender.title for line in compared(with_run).apart} == {run.title}
        np.testing.assert_array_equal(misread(compared(with_run).lines, 10), misread(compared(without).lines, 10))
        mixed, apart = (np.divide(*(each.sum(axis=0) for each in misread(lines, 10))) for lines in (with_run, without))
        assert np.abs(mixed - apart).max() > 0.02  # all together would say something else
        assert compared(with_run, run.way).lines[0].contender is run


def another_name_is_misread_most_in_many_classes_and_seldom_if_one_is_said() -> None:
    """Compare classes of as many: of simulated writers, one name far ahead or none, and of synthetic ones."""
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        for n in (18, 25):
            said, false, differ = told_of_other_classes(*simulated([0.15] * 9 + [0.5], rng), n, rng)
            assert said > 0.4
            assert false < min(0.06, differ + 0.02)
            said, false, differ = told_of_other_classes(*simulated([0.2] * 10, rng), n, rng)
            assert said < 0.03
            assert differ > 0.8  # what their number alone would say
            many = [Writer(f"{place}", "", each) for place, each in enumerate(written_by_many(seed))]
            [line] = class_table([Contender("", "", of_mnist(seed))], many)
            said, false, differ = told_of_other_classes(*misread([line], 10), n, rng)
            assert false < 0.06
            assert differ > 0.4
        assert told_of_other_classes(*simulated([0.15] * 9 + [0.5], rng), 17, rng)[0] == 0


def written_by_many(seed: int) -> list[DrawingSet]:
    """Return what 84 writers give."""
    return [each for more in range(3) for each in writers(10 * seed + more)]


def simulated(rates: list[float], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return what `misread` would of 600 writers with two drawings of each name, by how often it is misread."""
    mean = np.array(rates)
    return rng.binomial(2, rng.beta(4 * mean, 4 * (1 - mean), (600, len(rates)))), np.full((600, len(rates)), 2)


def told_of_other_classes(
    wrong: np.ndarray, of: np.ndarray, n: int, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Draw two classes 300 times. Return how often a name is said of one, and how often another is first in the other:

    than the one that is said, and than the one that is first in the first class.
    """
    found = []
    for _ in range(300):
        one, other = np.split(rng.permutation(len(of))[: 2 * n], 2)
        first, first_of_other = (
            np.flatnonzero(shares == shares.max()).tolist()
            for shares in (wrong[who].sum(axis=0) / of[who].sum(axis=0) for who in (one, other))
        )
        name = most_misread(wrong[one], of[one])
        found.append((name is not None, name is not None and [name] != first_of_other, first != first_of_other))
    said, false, differ = np.mean(found, axis=0)
    return said, false, differ
