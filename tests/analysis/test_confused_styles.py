"""Confused styles are found, each with the style that is read as its digit."""

import numpy as np

from mlp import DEFAULT_MODEL
from mlp.analysis.confused_styles import KNOWN, N_OF_STYLE, N_OTHERS, STYLES_OF, confused_styles
from mlp.images.handwriting.styles import style_names
from mlp.images.mnist import Split
from mlp.nn.weights import load_model
from tests.sample_digits import sample


class Alternating:
    """Reads every other image as 2, the rest as 7."""

    def predict(self, images):
        return np.where(np.arange(len(images)) % 2, 7, 2)


def test_shares_are_of_the_style_and_of_the_digit_on_labeled_images():
    labels = np.array([7, 7, 7, 7, 2, 2])  # two of the sevens are read as 2, one of the twos as 7
    (bar, back), *_ = confused_styles(Alternating(), Split(np.zeros((6, 784), np.uint8), labels))
    assert (bar.style, bar.digit, bar.other, bar.synthetic, bar.validation) == ("seven_barred", 7, 2, 0.5, 0.5)
    assert (back.digit, back.other, back.synthetic, back.validation) == (2, 7, 0.5, 0.5)
    assert back.style in STYLES_OF[2]


def test_article_confuses_more_than_the_known_pairs_each_once():
    network = load_model(DEFAULT_MODEL.with_name("article.safetensors"))
    pairs = confused_styles(network, sample().validation)
    assert [(one.style, one.other) for one, _ in pairs[: len(KNOWN)]] == list(KNOWN)
    assert len(pairs) == len(KNOWN) + N_OTHERS
    firsts = {(one.style, one.other) for one, _ in pairs}
    assert len(firsts) == len(pairs)
    assert all((back.digit, back.other) == (one.other, one.digit) for one, back in pairs)
    others = [one.synthetic for one, _ in pairs[len(KNOWN) :]]
    assert others == sorted(others, reverse=True)
    assert all(round(share * N_OF_STYLE, 6).is_integer() for share in others)
    assert {one.style for pair in pairs for one in pair} <= set(style_names())
    assert pairs == confused_styles(network, sample().validation)
