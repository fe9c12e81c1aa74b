"""The data of a network taken home: its numbers, its facts, and refused networks."""

import base64
import gzip
import json
import re

import numpy as np
import pytest

from mlp import DEFAULT_MODEL, Reader
from mlp.analysis.take_home.standalone_html import half_is_enough, packed_images, take_home_page
from mlp.nn.network import MLP
from mlp.nn.weights import ModelError, load_model
from mlp.training.data.sources import Mnist


def network(*sizes: int) -> Reader:
    return Reader(MLP([784, *sizes, 10], rng=np.random.default_rng(0)))


def close_call() -> Reader:
    """Return a network whose answers depend on the last bits of its weights: half precision confuses eight and nine."""
    close = network()
    close.network.values[:] = 0
    close.network.dense_layers[0].bias.value[8] = 1.0
    close.network.dense_layers[0].bias.value[9] = 1.0001
    return close


def about(page: str) -> dict:
    return json.loads(re.search(r'id="network">(.*?)</script>', page).group(1))


def test_half_precision_is_used_unless_it_changes_an_answer():
    plain, close = load_model(DEFAULT_MODEL.with_name("article.safetensors")), close_call()
    assert half_is_enough(plain)
    assert not half_is_enough(close)
    assert about(take_home_page(plain))["half"]
    assert not about(take_home_page(close))["half"]


def test_weight_too_large_for_float16_keeps_float32():
    large = network(8)
    large.network.values[0] = 1e6
    assert not half_is_enough(large)


def test_names_and_facts_are_escaped_and_a_fact_cannot_end_the_script():
    uploaded = network(8)
    uploaded.facts = {"data": "</script><script>alert(1)</script>", "settings": {"activation": "<b>relu</b>", "odd": 1}}
    page = take_home_page(uploaded, title="<script>alert(2)</script>")
    assert "alert(1)</script>" not in page
    assert "<b>relu</b>" not in page
    assert page.count("<script") == 5
    assert "&lt;script&gt;alert(2)" in page


def test_take_home_page_makes_no_requests():
    page = take_home_page(network(8))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert policy.count("'sha256-") == 3
    assert "worker-src blob:" in policy
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize("sizes", [[784, 5], [100, 10], [784, 10, 11]])
def test_network_that_reads_no_digits_is_named(sizes):
    with pytest.raises(ModelError, match=r"784 pixels to 10 digits, or to signs whose names it has, got"):
        take_home_page(Reader(MLP(sizes, rng=np.random.default_rng(0))))


def test_numbers_that_are_not_finite_are_refused():
    broken = network(8)
    broken.network.values[3] = np.nan
    with pytest.raises(ModelError, match="finite"):
        take_home_page(broken)


def test_mnist_images_come_with_their_license():
    assert "CC BY-SA 3.0" in take_home_page(network(8))
    without = take_home_page(network(8), images=False)
    assert "CC BY-SA" not in without
    assert len(without) < 100_000


def test_page_measures_on_images_that_no_network_has_learned():
    data = np.frombuffer(gzip.decompress(base64.b64decode(packed_images())), np.uint8)
    images, labels, mnist = data[: 784 * 4000].reshape(4000, 784), data[784 * 4000 :], Mnist().load()
    known = {image.tobytes(): label for split in (mnist.train, mnist.validation) for image, label in rows(split)}
    unknown = {image.tobytes(): label for image, label in rows(mnist.test)}
    assert [unknown[image.tobytes()] for image in images[:500]] == labels[:500].tolist()
    assert [known[image.tobytes()] for image in images[500:]] == labels[500:].tolist()
    assert not any(image.tobytes() in known for image in images[:500])


def rows(split):
    return zip(split.images, split.labels.tolist(), strict=True)
