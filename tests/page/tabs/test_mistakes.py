"""The tab "Mistakes": the confusion matrix, and the images of its cells."""

import json
import re
from functools import partial

import numpy as np
import pytest

from mlp import MLP, Reader
from mlp.analysis.mistakes import read_all
from mlp.jobs.origin import Origin
from mlp.page.draw.networks import Answering, shipped
from mlp.page.tabs.mistakes.tab import SHOWN, SPLITS
from tests.page.sight import at_rest, visitor_of
from tests.sample_digits import sample

TITLE = re.compile(r'class="ink-title">(.*?)<small>')


@pytest.fixture
def opened(open_page):
    """Return a function that opens the page at this tab."""
    return partial(open_page, tab="Mistakes")


def shown(test):
    assert not test.exception
    return "".join([element.proto.body for element in test.get("html")] + [component(test, "gallery")])


def component(test, name):
    for element in test.get("bidi_component"):
        if element.proto.component_name == name:
            return json.loads(element.proto.json)
    raise AssertionError(f"there is no {name}")


def counts(test):
    """Return the shown confusion matrix."""
    cells = re.findall(r'aria-label="true digit \d, answer \d: (\d+) times?"', component(test, "confusion"))
    return np.array(cells, int).reshape(10, 10).tolist()


def open_cell(test, *cell):
    test.session_state["open_cell"] = cell
    return test.run()


@pytest.mark.parametrize("kind", SPLITS.titles)
def test_matrix_counts_answers_of_the_chosen_network(opened, kind):
    test = opened()
    test.segmented_control(key="mistakes_on").set_value(kind).run()
    split = getattr(sample(), kind)
    readings = read_all(shipped("shipped"), split.images, split.labels)
    assert counts(test) == readings.confusion.tolist()
    assert f"{np.trace(readings.confusion):,} of {len(split):,}" in shown(test)


def test_another_network_has_other_mistakes(opened):
    test = opened()
    before = counts(test)
    test.segmented_control(key="network").set_value("article").run()
    assert counts(test) != before
    assert "the basic network" in shown(test)


@pytest.mark.parametrize(
    ("network", "kind", "remark"),
    [
        ("shipped", "validation", "Its weights have learned from MNIST’s validation images"),
        ("shipped", "test", "Its weights were chosen by their score on MNIST’s test images"),
        ("article", "validation", ""),
    ],
)
def test_score_on_learned_images_has_a_remark(opened, network, kind, remark):
    test = opened()
    test.segmented_control(key="network").set_value(network).run()
    test.segmented_control(key="mistakes_on").set_value(kind).run()
    (note,) = re.findall(r'<p class="ink-note">[^<]*<b>[^<]*</b>: it reads .*?</p>', shown(test))
    assert remark in note
    assert bool(remark) == ("Its weights" in note)


def test_run_that_continues_the_pretrained_network_has_its_remark(opened):
    test = opened(images=100, epochs=1)
    test.button(key="step").click().run()
    at_rest(test)
    assert "Its weights" not in shown(test)
    visitor_of(test).runs.origin = Origin("run 1", "shipped")
    assert "Its weights have learned from MNIST’s validation images" in shown(test.run())


def test_most_confident_mistakes_are_shown_until_a_cell_is_opened(opened):
    test = opened(images=100, epochs=1)
    test.button(key="step").click().run()  # a network that knows nothing makes every mistake
    at_rest(test)
    matrix = np.array(counts(test))
    assert TITLE.findall(shown(test)) == ["The most confident mistakes"]
    row, column = np.unravel_index(matrix.argmax(), matrix.shape)
    text = shown(open_cell(test, int(row), int(column)))
    assert TITLE.findall(text) == [f"True digit {row}, answer {column}"]
    names = re.findall(r'aria-label="validation digit no\. [\d,]+: an? (\d), read as (\d);', text)
    assert names == [(str(row), str(column))] * min(SHOWN, matrix.max())


def test_cell_of_a_larger_matrix_opens_nothing(opened):
    assert TITLE.findall(shown(open_cell(opened(), 3, 10))) == ["The most confident mistakes"]


def test_run_is_read_again_only_when_its_network_has_changed(opened):
    test = opened(images=100, epochs=1)
    split = sample().validation
    for _ in range(2):
        test.button(key="step").click().run()
        at_rest(test)
        network = visitor_of(test).job.snapshot().network
        expected = read_all(network, split.images, split.labels).confusion.tolist()
        assert counts(test) == expected
    network.values[:] = 0.0  # from now on, another reading would find other mistakes
    assert read_all(network, split.images, split.labels).confusion.tolist() != expected
    assert counts(test.run()) == expected


def test_replaced_upload_is_read_again(opened, monkeypatch):
    uploaded = []
    monkeypatch.setattr(
        "mlp.page.tabs.mistakes.tab.answering", lambda _: Answering(Reader(uploaded[-1]), "uploaded", "yours")
    )
    split = sample().validation
    test = None
    for seed in (1, 2):
        uploaded.append(MLP([784, 8, 10], rng=np.random.default_rng(seed)))
        test = test.run() if test else opened()
        assert counts(test) == read_all(uploaded[-1], split.images, split.labels).confusion.tolist()
