"""Random streams keep their seeds, on which the bits of all weights and synthetic digits depend."""

import pytest

from mlp.seeds import STREAMS, rng_of, seeds_of


@pytest.mark.parametrize(
    ("stream", "numbers", "seeds"),
    [
        ("first weights", (42,), (42,)),
        ("order of an epoch", (42, 3), (42, 3)),
        ("warps of a block", (42, 3, 5), (42, 3, 1, 5)),
        ("dropout of a step", (42, 9), (42, 9, 7)),
        ("images that measure an update", (42, 9), (42, 9, 8)),
        ("synthetic digits", (), (0, 2)),
        ("choice for own digits", (), (7,)),
        ("warps of own signs", (), (34,)),
        ("unseen warps of own signs", (), (35,)),
        ("unseen synthetic digits", (42,), (42, 4)),
        ("synthetic validation", (), (8,)),
        ("synthetic validation in unseen styles", (), (9,)),
        ("distorted images", (True,), (11, 1)),
        ("digits of one style", (2,), (15, 2)),
        ("digits for the digit check", (42,), (42, 5)),
        ("unseen digits for the digit check", (42,), (42, 6)),
    ],
)
def test_streams_keep_their_seeds(stream, numbers, seeds):
    assert seeds_of(stream, *numbers) == seeds
    assert rng_of(stream, *numbers).random() == rng_of(stream, *numbers).random()


def test_no_two_streams_have_the_same_seeds():
    taken = {}
    for stream, seeds in STREAMS.items():
        n = seeds.__code__.co_argcount
        taken[stream] = seeds(*(1,) * n)
    assert len(set(taken.values())) == len(taken)
