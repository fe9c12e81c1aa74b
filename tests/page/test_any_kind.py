"""Where a network of a data set answers, nothing speaks of digits, signs or MNIST: the page, and what leaves it."""

import html
import json
import re
from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from mlp.analysis.other_tools.network_export import TOOLS, download
from mlp.nn.weights import parse_model
from mlp.page.tabs.registry import SECTIONS
from mlp.page.tabs.runs import downloads
from mlp.page.tabs.runs.report import report, title
from mlp.page.tabs.sent.copies import copy_of
from mlp.page.train.accuracy import read_right
from mlp.page.visitors.runs import all_runs
from mlp.page.visitors.shelf import images_of, to_learn
from mlp.page.visitors.visitor import Visitor
from mlp.page.visitors.works import ImageSets, Runs
from mlp.training.data.image_set import FOLDER, PATHS, STORED, offered, splits_of
from tests.page.sight import draw, eventually, text, visitor_of
from tests.page.test_everywhere import MARKDOWN, OF_A_SET, SHORT, done, opened, uploaded, views_in
from tests.page.ways import press
from tests.sample_shapes import LICENSE, NAMES, TITLE, shapes_file, shapes_set

Open = Callable[..., AppTest]
WORDS = re.compile(r"\b(digits?|signs?|MNIST|handwrit\w+)\b", re.IGNORECASE)
ALLOWED = (
    # all that is kept of a visitor
    r"\*\*Privacy\.\*\*",
    # recipes and networks of digits, which one can choose
    r"Pretrained|Basic|Reads my handwriting",
    # the glossary, and explanations of settings, for all runs
    r"probability of 37%, one in e|natural logarithm|blind guess among ten|Memorizing the training images",
    r"Makes slanted digits upright|at 0.1, 91% for the right digit",
    r"Add synthetic digits|^Synthetic digits$|More digits|Styles that the synthetic|such a digit when you draw it",
    # ways to digits and to signs; rooms collect them
    r"A photo of one digit|Digits$|Teaches a network two signs|room|A class writes together",
    # what a visitor draws themselves
    r"each digit that it misreads|Draw a digit above|Name 2 to 10 signs|New signs|Signs$|your own signs",
    r"of another script|each digit or sign",
    # the forms of files
    r"MNIST’s four files",
    # questions of experiments, with answers that were measured on digits
    r"How many of its weights|No neuron alone|seven in ten|borders between digits|overlap on the map|take their digits",
    r"pull the digits apart|each digit gathers|separate the digits best|tell digits|tells digits|has seen bent digits",
)
"""Patterns of sentences that may have these words, each with the reason above it."""


def sentences(page: AppTest) -> Iterator[str]:
    """Return the texts of the page, of its controls and of their help, cut into sentences."""
    texts = [part for element in page.main for part in texts_of(element)]
    for each in texts:
        plain = html.unescape(re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]*>", " \n ", each, flags=re.DOTALL))
        yield from (sentence.strip() for sentence in re.split(r"(?<=[.!?:])\s|\n", plain))


def texts_of(element: object) -> Iterator[str]:
    kind = getattr(element, "type", "")
    if kind == "html":
        yield element.proto.body
    elif kind != "bidi_component":
        names = ("label", "help", "placeholder", *["value"] * (kind in MARKDOWN))
        values = (getattr(element, name, None) for name in names)
        yield from (value for value in values if isinstance(value, str))
        yield from map(str, getattr(element, "options", ()))


def unsuitable(texts: Iterator[str]) -> set[str]:
    return {each for each in texts if WORDS.search(each) and not any(re.search(rule, each) for rule in ALLOWED)}


def of_a_set(open_page: Open) -> AppTest:
    return press(done(open_page(**SHORT, tab="Data sets"), "data_set_train_0"), "give_one")


def test_page_speaks_of_no_digits_where_a_data_set_answers(open_page: Open):
    page, seen = of_a_set(open_page), 0
    assert "image no." in text(page, "reads")
    for section in SECTIONS:
        opened(page, requested_tab=section.name)
        assert unsuitable(sentences(page)) == set(), section.name
        for view in views_in(page, section.views) if section.views is not None else ():
            assert unsuitable(sentences(page)) == set(), view
            seen += 1
    assert seen > 10
    assert unsuitable(sentences(draw(page, 4))) == set()
    assert [each for each in sentences(opened(open_page())) if WORDS.search(each)]  # the search finds what there is


def test_figures_of_a_recipe_are_not_told_of_a_data_set(open_page: Open):
    page = press(open_page(tab="Data sets"), "data_set_train_0")
    assert "MNIST" not in text(page, "train_card")
    visitor_of(page).job.pause()
    assert "good on MNIST" in text(open_page(), "train_card")


def test_data_set_has_no_digit_check_and_nothing_to_teach(open_page: Open):
    page = draw(of_a_set(open_page), 4)
    assert any(text(page, "answer").startswith(name) for name in NAMES)
    assert "correction" not in {getattr(one, "key", None) for one in page.button_group}
    job = visitor_of(page).job
    assert all(measured.synthetic is None for measured in job.snapshot().history.evaluations)
    assert job.snapshot().reader.none_below is None


def test_what_leaves_the_page_speaks_of_no_digits(open_page: Open, tmp_path):
    visitor = visitor_of(of_a_set(open_page))
    run = all_runs(visitor)[0]
    reader = parse_model(downloads.weights(run, visitor.signs.now))
    assert reader.learned == shapes_set().learned
    paper = report(run, visitor.digits.now)
    home = downloads.home_page(run, visitor.signs.now)
    paper, shown = (re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL) for page in (paper, home))
    texts = json.loads(re.search(r'id="network">(.*?)</script>', home)[1])["texts"]
    for each in (re.sub("<[^>]*>", "\n", paper), re.sub("<[^>]*>", "\n", shown), title(run), *texts.values()):
        assert unsuitable(iter(each.split("\n"))) == set()
    assert html.escape(LICENSE) in shown
    assert "CC BY-SA" not in home
    for tool in TOOLS:
        file = download(reader, tool, "x")
        assert not re.search(rb"\b(MNIST|signs?)\b", file, re.IGNORECASE), tool


def test_copy_for_a_friend_keeps_what_it_learned(open_page: Open):
    snapshot = visitor_of(of_a_set(open_page)).job.snapshot()
    assert copy_of(snapshot.reader, None).learned == shapes_set().learned


def test_network_of_another_set_finds_no_images(open_page: Open):
    page = uploaded(open_page(), OF_A_SET)
    assert images_of(visitor_of(page), OF_A_SET.reads) is None
    assert "Give me one" not in [one.label for one in page.button]
    opened(page, requested_tab="Data")
    assert "There are no images of Zorp and Blick here" in text(page, "sections")
    same = uploaded(open_page(), shapes_set().learned)  # as if the file came from this server
    assert to_learn(visitor_of(same)) == shapes_set()


def test_sweep_trains_on_the_data_set_that_answers(open_page: Open):
    page = opened(of_a_set(open_page), requested_tab="Runs")
    press(page, "sweep_start")
    sweep = visitor_of(page).sweep
    assert {job.data for job in sweep.jobs} == {shapes_set()}
    eventually(lambda: not visitor_of(page).sweep.busy)
    assert all(job.snapshot().error is None for job in sweep.jobs)


def test_run_outlives_the_offer_of_its_data_set(open_page: Open, monkeypatch: pytest.MonkeyPatch):
    page = of_a_set(open_page)
    visitor, data = visitor_of(page), shapes_set()
    saved = [(work, file.dump()) for work in (ImageSets, Runs) for file in work(visitor).files()]
    monkeypatch.delenv(FOLDER)
    offered.cache_clear()
    again = Visitor("again")
    for work, content in saved:
        work(again).load(1, content)
    assert again.sets == {data.digest: data}
    assert again.job.snapshot().learned == data.learned
    again.job.play()
    eventually(lambda: again.job.snapshot().finished)
    opened(page, requested_tab="Data")
    assert "Things" in text(page, "sections")
    offered.cache_clear()


def test_run_of_a_data_set_that_is_gone_keeps_all_but_its_training(open_page: Open, monkeypatch, tmp_path):
    visitor, data = visitor_of(of_a_set(open_page)), shapes_set()
    saved = [(work, file.dump()) for work in (ImageSets, Runs) for file in work(visitor).files()]
    monkeypatch.delenv(FOLDER)
    monkeypatch.setenv(STORED, str(tmp_path))  # as on another machine
    offered.cache_clear()
    splits_of.cache_clear()
    page = open_page()
    again = visitor_of(page)
    for work, content in saved:
        work(again).load(1, content)
    again.network = "run-1"
    page = opened(open_page(visitor=page))
    run = all_runs(again)[0]
    assert read_right(run, again.job)[1:] == (data.sizes[1], "validation images")
    for section in SECTIONS:
        opened(page, requested_tab=section.name)
        for _ in views_in(page, section.views) if section.views is not None else ():
            assert not page.exception
    opened(page, requested_tab="Data")
    assert "There are no images of Blick, Wum and Zorp here" in text(page, "sections")
    opened(page, requested_tab="Data sets")
    assert "There are no images of Blick, Wum and Zorp here" in text(page, "sections")
    assert page.button(key="data_set_train_0").disabled
    assert parse_model(downloads.weights(run, again.signs.now)).learned == data.learned
    assert html.escape(LICENSE) in downloads.home_page(run, again.signs.now)
    with pytest.raises(FileNotFoundError, match="not on this computer"):
        report(run, again.digits.now)
    page.session_state["requested_tab"] = "Step by step"
    page.segmented_control(key="network").set_value("pretrained").run()
    assert [each.value for each in page.error] == [
        "There is no step to show: the images of its data set are not on this computer, or have changed."
    ]
    offered.cache_clear()


def test_broken_sets_are_named_and_stop_nothing(open_page: Open, tmp_path, monkeypatch, caplog):
    (tmp_path / "Broken.zip").write_bytes(b"no ZIP")
    (tmp_path / f"{TITLE}.npz").write_bytes(shapes_file())
    monkeypatch.delenv(FOLDER)
    monkeypatch.setenv(PATHS, f"{tmp_path / 'Broken.zip'}:{tmp_path / 'missing'}:{tmp_path / f'{TITLE}.npz'}")
    offered.cache_clear()
    page = open_page(tab="Data sets")
    assert [each.value.split(":")[0] for each in page.warning] == [
        "The data set Broken cannot be read",
        "The data set missing cannot be read",
    ]
    assert page.button(key="data_set_train_0")
    assert "Broken.zip cannot be offered: a data set must be" in caplog.text
    offered.cache_clear()
