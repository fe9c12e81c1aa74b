"""The tab "Mistakes": the confusion matrix of the chosen network, and a remark where it has learned from the images."""

import re

import numpy as np
import pytest

from mlp.analysis.mistakes import read_all
from mlp.page.draw.networks import pretrained
from mlp.page.tabs.mistakes.mistakes_section import SPLITS
from tests.page.sight import at_rest, component, markup, visitor_of
from tests.sample_digits import sample


def counts(test):
    """Return the shown confusion matrix."""
    cells = re.findall(r'aria-label="truth \d, answer \d: (\d+) times?"', component(test, "confusion"))
    return np.array(cells, int).reshape(10, 10).tolist()


@pytest.mark.parametrize("kind", SPLITS.titles)
def test_matrix_counts_answers_of_the_chosen_network(open_page, kind):
    test = open_page(tab="Mistakes")
    test.segmented_control(key="mistakes_on").set_value(kind).run()
    split = getattr(sample(), kind)
    readings = read_all(pretrained("pretrained"), split.images, split.labels)
    assert counts(test) == readings.confusion.tolist()
    assert f"{np.trace(readings.confusion):,} of {len(split):,}" in markup(test)


@pytest.mark.parametrize(
    ("network", "kind", "remark"),
    [
        ("pretrained", "validation", "Its weights have learned from MNIST’s validation images"),
        ("pretrained", "test", "Its weights were chosen by their score on MNIST’s test images"),
        ("article", "validation", ""),
    ],
)
def test_score_on_learned_images_has_a_remark(open_page, network, kind, remark):
    test = open_page(tab="Mistakes", network=network)
    test.segmented_control(key="mistakes_on").set_value(kind).run()
    (note,) = re.findall(r'<p class="ink-note">[^<]*<b>[^<]*</b>: it reads .*?</p>', markup(test))
    assert remark in note
    assert bool(remark) == ("Its weights" in note)


def test_slow_network_reads_as_many_images_as_it_can_in_time(open_page, monkeypatch):
    monkeypatch.setattr("mlp.page.tabs.mistakes.mistakes_section.BUDGET", 1e7)
    test = open_page(tab="Mistakes")
    test.button(key="step").click().run()
    at_rest(test)
    network, split = visitor_of(test).job.snapshot().network, sample().validation
    assert counts(test) == read_all(network, split.images[:100], split.labels[:100]).confusion.tolist()
    assert " of 100</b>" in markup(test)


def test_list_stays_as_it_is_looked_at_until_the_visitor_asks_for_a_newer_one(open_page):
    test = open_page(tab="Mistakes", images=100, epochs=1)
    split, shown = sample().validation, []
    for _ in range(2):
        test.button(key="step").click().run()
        at_rest(test)
        network = visitor_of(test).job.snapshot().network
        shown.append(read_all(network, split.images, split.labels).confusion.tolist())
        assert counts(test) == shown[0]
    assert shown[0] != shown[1]
    assert "at step 1: it reads" in markup(test)
    assert "The network has learned on since then." in markup(test)
    test.button(key="mistakes_again").click().run()
    assert counts(test) == shown[1]
    assert "The network has learned on since then." not in markup(test)
    test.segmented_control(key="mistakes_on").set_value("test").run()
    assert counts(test) == read_all(network, sample().test.images, sample().test.labels).confusion.tolist()
