"""The tab "Mistakes": the confusion matrix, and the images of its cells."""

import json
import re
from functools import partial

import numpy as np
import pytest

from mlp.analysis.mistakes import read_all
from mlp.page.draw.networks import shipped
from mlp.page.tabs.mistakes.tab import SHOWN, SPLITS
from tests.page.sight import at_rest, visitor_of
from tests.sample_digits import sample

TITLE = re.compile(r"<h3>(.*?)<small>")


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
