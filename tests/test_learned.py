"""What a network learned is a fact of it, which its files keep, and not guessed from names."""

import json
from dataclasses import replace

import numpy as np
import pytest
import safetensors.numpy

from mlp.class_names import DIGITS
from mlp.images.mnist import Dataset, Split
from mlp.jobs.slices import measured
from mlp.learned import Learned, names_read
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.nn.weights import ModelError, dump_model, parse_model
from mlp.training.data.drawing_data import drawing_data
from mlp.training.data.few_digits import FewDigits
from mlp.training.data.sources import Loaded, Mnist, chosen_mnist
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.images.drawings.sample_drawings import letters, mixed
from tests.sample_digits import sample

DIGEST = "0123456789abcdef" * 4
THINGS = Learned("set", ("Zorp", "Blick"), "Things", DIGEST, "Made up, free for all")
NUMBERED = Learned("set", DIGITS, "Numbered", DIGEST)


def network(n_outputs: int) -> MLP:
    return MLP([784, 4, n_outputs], rng=np.random.default_rng(0))


def saved_as(reader: Reader, learned: object) -> bytes:
    """Return a network's file in which a stranger has written what it learned."""
    data = dump_model(reader)
    texts = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
    return safetensors.numpy.save(safetensors.numpy.load(data), {**texts, "learned": json.dumps(learned)})


@pytest.mark.parametrize("learned", [THINGS, NUMBERED, Learned("signs", DIGITS), Learned("mixed"), Learned("digits")])
def test_file_keeps_what_a_network_learned(learned: Learned):
    reader = Reader(network(len(learned.names)), learned=learned)
    assert parse_model(dump_model(reader)).learned == learned


@pytest.mark.parametrize(
    ("names", "none_below", "learned"),
    [
        (None, None, Learned("mnist")),
        (("A", "B"), 0.5, Learned("signs", ("A", "B"))),
        (DIGITS, 0.5, Learned("digits")),
    ],
)
def test_file_without_it_is_what_it_was(names, none_below, learned):
    reader = Reader(network(10 if names in (None, DIGITS) else 2), names=names, none_below=none_below)
    data = dump_model(reader)
    assert b'"learned"' not in data
    assert parse_model(data).learned == learned


def test_set_whose_names_are_digits_reads_no_digits():
    numbered, digits = Reader(network(10), learned=NUMBERED), Reader(network(10))
    assert (numbered.names, numbered.reads_digits, digits.reads_digits) == (DIGITS, False, True)
    assert numbered.learned.reads != digits.learned.reads
    assert names_read(numbered.learned.reads) == DIGITS


@pytest.mark.parametrize(
    ("learned", "rule"),
    [
        ([], "must be an object with kind, title, digest and license, got"),
        ({"kind": "set", "names": ["x"]}, "must be an object with kind, title, digest and license, got"),
        ({"kind": "cats"}, "must be of mnist, mixed, digits, signs, set; .* got cats: A, B"),
        ({"kind": ["set"]}, "must be told in lines of at most 200 characters, got"),
        ({"title": "x"}, "digits have the names 0 to 9; got mnist: A, B"),
        ({"kind": "set"}, "must have a digest of 64 hexadecimal digits, got ''"),
        ({"kind": "set", "digest": "../../etc"}, "must have a digest of 64 hexadecimal digits, got '../../etc'"),
        ({"kind": "signs", "digest": DIGEST}, "a data set, and nothing else, must have a digest"),
        ({"kind": "set", "digest": DIGEST, "title": "x" * 201}, "in lines of at most 200 characters"),
        ({"kind": "set", "digest": DIGEST, "license": "a\nb"}, "in lines of at most 200 characters"),
        ({"kind": "set", "digest": DIGEST, "title": 3}, "in lines of at most 200 characters"),
    ],
)
def test_file_with_an_invalid_claim_is_refused(learned, rule):
    with pytest.raises(ModelError, match=rule):
        parse_model(saved_as(Reader(network(2), names=("A", "B")), learned))


def test_each_source_says_what_is_learned_from_it():
    own = mixed(sample().test.images[:9], sample().test.labels[:9], 0.25)
    assert replace(own, base=Mnist()).load().learned == Learned("mixed")
    assert own.load().learned == Learned("digits")  # of other digits than MNIST's
    assert FewDigits(chosen_mnist(), 1).load().learned == Learned("digits")
    assert drawing_data(letters(2)).load().learned == Learned("signs", letters(2).names)


def test_synthetic_digits_are_scored_only_for_networks_of_digits():
    images = np.random.default_rng(0).integers(0, 256, (40, 784), dtype=np.uint8)
    split = Split(images, np.arange(40) % 2)
    run = Run(Settings(hidden=(4,), names=THINGS.names))
    run.step = 1
    things = measured(run, Loaded(Dataset("Things", split, split, split, THINGS))).evaluations[0]
    digits = Run(Settings(hidden=(4,)))
    digits.step = 1
    assert things.synthetic is None
    assert measured(digits, Loaded(sample())).evaluations[0].synthetic is not None
