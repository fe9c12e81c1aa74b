"""What stands below is about what answers above: one test over every kind on the shelf, whatever plays meanwhile."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp.class_names import DIGITS
from mlp.nn.reader import Reader
from mlp.page.train.about_network import TEST_SHARES
from mlp.page.visitors.shelf import Shelved, shelf
from mlp.training.recipes import RECIPES
from mlp.training.settings import Settings
from tests.images.drawings.sample_drawings import letters
from tests.page.sight import at_rest, draw, draw_sign, finished, networks, page_of, text, visitor_of
from tests.page.tabs.sent.test_page import sent
from tests.page.ways import measured, press, taught

Open = Callable[..., AppTest]
SHORT = {"hidden_layers": 1, "width_1": 16, "epochs": 1, "images": 300}
NO_STRIP = "Only the newest run has what it read while it learned."
KINDS = ("pretrained", "article", "newest run", "earlier run", "uploaded", "friend", "signs")


@pytest.fixture
def full(open_page: Open) -> tuple[AppTest, dict[str, str]]:
    """The page of a visitor with a network of each kind, and the key of each."""
    code = sent(Reader(Settings(hidden=(9,)).new_network()))
    page = open_page(network=code, **SHORT)
    visitor = visitor_of(page)
    visitor.uploads = {1: Reader(Settings(hidden=(7,), seed=3).new_network())}
    visitor.signs.change(letters(5))
    press(page.run(), "your_signs")
    finished(press(page, "learn_signs"))  # run 1
    for _ in range(2):  # runs 2 and 3
        page.segmented_control(key="network").set_value("pretrained").run()
        finished(press(page, "train"))
    keys = {"newest run": "run-3", "earlier run": "run-2", "uploaded": "uploaded-1", "friend": code, "signs": "run-1"}
    return page, {kind: keys.get(kind, kind) for kind in KINDS}


def choose(page: AppTest, key: str) -> AppTest:
    there = networks(page)
    if shelf(visitor_of(page))[key].title in there:
        return page.segmented_control(key="network").set_value(key).run()
    return page.selectbox(key="other_networks").set_value(shelf(visitor_of(page))[key].title).run()


def strip_of(page: AppTest, network: Shelved) -> tuple[str, bool]:
    """Return the strip of a drawing that the newest run has read twice, and whether it was seen to be one."""
    draw(page, 7) if network.reads == DIGITS else draw_sign(page, "A", np.random.default_rng(3))
    visitor, desk = visitor_of(page), page_of(page).desk
    visitor.reading_history[visitor.runs.current, desk.digit.image.tobytes()] = [(0, 0, 0.5), (1, 1, 0.5)]
    shown = page_of(page).parts(["reading"])["html.strip"]  # at a later step of a run that plays than the script's
    return shown, desk.read_of is not None


@pytest.mark.parametrize("plays", ["nothing", "a run", "a run of signs"])
def test_card_strip_hint_line_and_chips_are_of_the_network_that_answers(
    full: tuple[AppTest, dict[str, str]], plays: str, open_page: Open
):
    page, keys = full
    visitor = visitor_of(page)
    if plays != "nothing":
        other = open_page(visitor=page, epochs=200, images=300, width_1=16, hidden_layers=1, speed="Slow")
        choose(other, keys["signs" if plays == "a run of signs" else "pretrained"])
        press(other, "train")
        keys["newest run"] = "run-4"
    for kind, key in keys.items():
        choose(page, key)
        network = shelf(visitor)[key]
        title, newest = str(network.title), str(shelf(visitor)[f"run-{visitor.runs.current}"].title)
        assert text(page, "answer_by").startswith(f"Reading with {title}"), kind
        control = page.segmented_control(key="network")
        assert control.value == key
        assert title in networks(page)
        for shown in (text(page, "progress"), page_of(page).parts(["run"])["html.progress"]):
            assert (title if network.run else newest) in shown, kind
            assert "paused" not in shown
        parts = page_of(page).parts(["run"])
        charts = {name for name in parts if name.startswith(("plot.", "html.number", "html.strip"))}
        hint = {button.key for button in page.button if (button.key or "").startswith(("remedy_", "show_replaced"))}
        if network.run is None:
            assert title in parts["html.about"]
            assert "test: " in parts["html.about"]
            assert title in text(page, "progress")
            assert text(page, "curves") == ""
            assert (charts, hint) == (set(), set())
            assert " of 100 new digits" not in text(page, "progress")
        else:
            assert "html.about" not in parts
            sizes = "–".join(map(str, network.run.snapshot.settings.layer_sizes))
            assert f"{title} {sizes} " in text(page, "progress")
            assert "html.number" in charts
            assert network.is_earlier or hint == set()
        strip, is_seen = strip_of(page, network)
        expected = "as it learned" * is_seen if network.job else NO_STRIP * network.is_earlier
        assert (expected in strip, bool(strip)) == (True, bool(expected)), kind
    for button in [button for button in page.button if button.key == "pause" and button.label == "Pause"]:
        button.click().run()


def test_replaced_run_is_named_with_a_way_to_it_and_keeps_its_own_line(open_page: Open):
    page = measured(press(open_page(speed="Slow"), "recipe_small"))
    press(page, "recipe_too_fast")
    kept = visitor_of(page).runs.runs[0]
    assert f"1 · Too small is kept as it was at epoch {kept.snapshot.epoch}." in text(page, "note")
    press(page, "show_replaced")
    assert text(page, "answer_by").startswith("Reading with 1 · Too small, epoch ")
    assert text(page, "note") == RECIPES["small"].explained  # with the sliders at another recipe
    assert "unlike 1 · Too small" in text(page, "settings")
    assert " kept on MNIST" in text(page, "progress")
    assert "paused" not in text(page, "progress")


def test_line_names_the_recipe_of_signs_and_what_a_taught_run_continues(open_page: Open):
    page = open_page(epochs=1, images=300, hide="hints")  # a hint would stand in the line's place
    visitor_of(page).signs.change(letters(5))
    press(page.run(), "your_signs")
    measured(press(page, "recipe_small"))
    visitor_of(page).job.pause()
    at_rest(page)
    assert text(page, "note") == RECIPES["small"].explained
    assert "unlike" not in text(page, "settings")
    other = taught(open_page(tab="Your drawings", network="article", hide="hints"), "article")
    visitor_of(other).job.pause()
    assert text(at_rest(other), "note") == "It continues Basic."


def test_network_without_any_run_is_described_beside_the_invitation_to_train(open_page: Open):
    page = open_page(network=sent(Reader(Settings(hidden=(9,)).new_network())))
    assert re.fullmatch(
        r"“Ada” 784 → 9 → 10 .*Nothing trained yet\. A new network knows nothing\..*", text(page, "progress")
    )
    assert re.search(
        r" · test: \d+\.\d% of 1,500 test images of MNIST read right", page_of(page).parts(["run"])["html.about"]
    )
    page.segmented_control(key="network").set_value("pretrained").run()
    assert "Ada" not in text(page, "progress")


def test_known_shares_are_those_of_the_table_of_models():
    table = (Path(__file__).parents[3] / "models" / "README.md").read_text(encoding="utf-8")
    for name, key in (("inkling", "pretrained"), ("article", "article")):
        [row] = [line for line in table.splitlines() if line.startswith(f"| `{name}.safetensors` |")]
        assert f"| {TEST_SHARES[key]:.2%} |" in row
