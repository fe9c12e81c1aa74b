"""What one writer's drawings change: with and without them, and chance beside both."""

from dataclasses import replace

import numpy as np
import pytest

from mlp.analysis.classroom.one_writer import N_PAIRS, OneWriter, one_writer
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.images.mnist import Split
from mlp.page.tabs.classroom.after.changed import CHANCE, counts_of, in_sentences
from tests.images.drawings.sample_drawings import letters


def only(signs: DrawingSet, *labels: int) -> DrawingSet:
    """Return the drawings of these names."""
    return replace(signs, examples=tuple(each for each in signs.examples if each.label in labels))


def computed(with_theirs: list[list[int]], without: list[list[int]]) -> OneWriter:
    """Return a computation of an A, B, C and B that is done, with the drawings that each network read right."""
    drawings = letters(2).without_examples([3, 5])
    right = [np.array(one, bool) for pair in zip(with_theirs, without, strict=True) for one in pair]
    return OneWriter(drawings, drawings, np.zeros(4, bool), right=tuple(right))


def test_only_writer_of_a_sign_is_told_so():
    others = [only(letters(2, seed), 0, 1) for seed in (1, 2)]
    work = one_writer([only(letters(2, 3), 2), *others], 0)
    assert work.is_theirs.tolist() == [True] + [False] * 4
    assert (work.learned.counts, work.unseen.counts) == ([2, 2, 1], [2, 2, 1])
    *_, done = work.remaining()
    assert (work.progress, done.progress, len(done.right)) == (0, 1, 2 * N_PAIRS)
    assert done.changed[0][2] == 1
    assert "Nearly only with yours do they read these: C (1 drawing)" in in_sentences(counts_of(done))


def test_writers_place_goes_to_others_who_keep_theirs(monkeypatch: pytest.MonkeyPatch):
    learned = []

    def note(drawings: Split) -> Split:
        learned.append(drawings)
        return drawings

    monkeypatch.setattr("mlp.analysis.classroom.one_writer.with_warps", note)
    work = one_writer([letters(2, seed) for seed in (1, 2, 3)], 1)
    theirs = {each.image.tobytes() for each in work.learned.examples[3:6]}
    *_, done = work.remaining()
    assert done.progress == 1
    for with_theirs, without in zip(learned[::2], learned[1::2], strict=True):
        own = np.array([image.tobytes() in theirs for image in with_theirs.images])
        assert own.sum() == 3
        assert np.array_equal(with_theirs.labels, without.labels)
        assert np.array_equal(with_theirs.images[~own], without.images[~own])
        assert theirs.isdisjoint(image.tobytes() for image in without.images)


def test_name_changes_only_if_nearly_all_of_one_kind_read_it_and_of_the_other_hardly_any():
    done = computed([[1, 1, 1, 0]] * 9 + [[1, 1, 1, 1]], [[1, 0, 1, 1]] * 9 + [[1, 1, 1, 1]])
    assert done.differences == [0] * 10
    assert done.changed == ([0, 1, 0], [0, 1, 0])
    assert in_sentences(counts_of(done)) == (
        "no difference beyond what chance makes. A difference of 1 or more of the 4 drawings would have shown in four "
        "of five tries. "
        f"{CHANCE} Nearly only with yours do they read these: B (1 drawing). "
        "Nearly only without yours do they read these: B (1 drawing)."
    )
    seldom = computed([[1, 1, 1, 0]] * 7 + [[1, 0, 1, 0]] * 3, [[1, 0, 1, 0]] * 10)
    assert seldom.changed == ([0, 0, 0], [0, 0, 0])
    assert seldom.differences == [1] * 7 + [0] * 3


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ([1] * 9 + [0], "with yours, they read on average 0.9 more of 4 drawings right than without, give or take 0.3"),
        (
            [-1] * 9 + [0],
            "with yours, they read on average 0.9 fewer of 4 drawings right than without, give or take 0.",
        ),
        ([1] * 5 + [0] * 5, "no difference beyond what chance makes. A difference of 1 or more of the 4 drawings"),
        ([4, -4] * 5, "no difference beyond what chance makes, and too few drawings to show one."),
        ([3, -3] * 4 + [2, 2], "no difference beyond what chance makes. A difference of 4 or more of the 4 drawings"),
    ],
)
def test_difference_is_told_only_beyond_its_margin(more: list[int], words: str):
    counts = {"differences": more, "changed": ([0], [0]), "n": 4, "names": ["A"]}
    assert in_sentences(counts).startswith(words)


@pytest.mark.parametrize("others", [[], [DrawingSet(("A", "B", "C"))]])
def test_one_writer_alone_is_compared_with_nobody(others: list[DrawingSet]):
    with pytest.raises(ValueError, match="you and others"):
        one_writer([letters(2), *others], 0)
    with pytest.raises(ValueError, match="two drawings of a name"):
        one_writer([letters(1), letters(1, 2)], 0)
