"""What one writer's drawings change: with and without them, and chance beside both."""

from dataclasses import replace

import numpy as np
import pytest

from mlp.analysis.classroom.one_writer import N_SEEDS, OneWriter, one_writer
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.page.tabs.classroom.after.changed import SAME, counts_of, in_sentences
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
    assert (work.progress, done.progress, len(done.right)) == (0, 1, 2 * N_SEEDS)
    assert done.changed[0][2] == 1
    assert "Only with yours do all read these: C (1 drawing)" in in_sentences(counts_of(done))


def test_name_changes_only_if_all_of_one_kind_read_it_and_none_of_the_other():
    done = computed([[1, 1, 1, 0]] * 5, [[1, 0, 1, 1]] * 4 + [[1, 1, 1, 1]])
    assert done.n_right == ((3, 3), (3, 4))
    assert done.changed == ([0, 0, 0], [0, 1, 0])
    assert in_sentences(counts_of(done)) == (
        "with yours, they read 3 to 3 of 4 drawings right, and without yours 3 to 4. "
        "Only without yours do all read these: B (1 drawing)."
    )
    alike = computed([[1, 1, 0, 0]] * 4 + [[0, 0, 1, 1]], [[0, 0, 1, 1]] * 4 + [[1, 1, 0, 0]])
    assert in_sentences(counts_of(alike)).endswith(SAME)
    apart = computed(
        [[1, 1, 1, 0]] * 4 + [[1, 1, 0, 1]], [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], *[[0, 0, 0, 1]] * 2]
    )
    assert SAME not in in_sentences(counts_of(apart))


@pytest.mark.parametrize("others", [[], [DrawingSet(("A", "B", "C"))]])
def test_one_writer_alone_is_compared_with_nobody(others: list[DrawingSet]):
    with pytest.raises(ValueError, match="you and others"):
        one_writer([letters(2), *others], 0)
    with pytest.raises(ValueError, match="two drawings of a name"):
        one_writer([letters(1), letters(1, 2)], 0)
