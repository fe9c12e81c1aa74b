"""The shelf: each network can answer, exactly one does in a tab, and all that the page shows and does is about it."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp.nn.reader import Reader
from mlp.nn.weights import parse_model
from mlp.page.tabs.sent.copies import COPIES, copy_of
from mlp.page.tabs.sent.friend import ENDED
from mlp.training.settings import Settings
from tests.images.drawings.sample_drawings import letters
from tests.page.sight import address, at_rest, draw, draw_sign, finished, networks, page_of, text, visitor_of
from tests.page.tabs.sent.test_page import sent
from tests.page.ways import press

Open = Callable[..., AppTest]
SHORT = {"hidden_layers": 1, "width_1": 16, "epochs": 1, "images": 300}
LETTERS = ("A", "B", "C")


def choose(page: AppTest, key: str) -> AppTest:
    page.segmented_control(key="network").set_value(key).run()
    assert not page.exception
    return page


def train(page: AppTest) -> AppTest:
    return finished(press(page, "train"))


@pytest.fixture
def lettered(open_page: Open) -> AppTest:
    """The page of a visitor with a run of letters, and then one of digits."""
    page = open_page(**SHORT)
    visitor_of(page).signs.change(letters(5))
    press(page.run(), "your_signs")
    finished(press(page, "learn_signs"))
    return train(choose(page, "pretrained"))


def answer_by(page: AppTest) -> str:
    return text(page, "answer_by").removeprefix("Reading with ")


def test_kept_signs_make_no_mode_at_the_next_visit(open_page: Open):
    page = open_page()
    visitor_of(page).signs.change(letters(5))
    page = draw(open_page(visitor=page), 7)
    assert text(page, "answer").startswith("7 9")
    assert page.button(key="your_signs").label == "Your signs"


def test_earlier_run_answers_at_one_press_after_a_reload_and_by_a_link(lettered: AppTest, open_page: Open):
    assert networks(lettered) == [
        "Pretrained",
        "Basic",
        "2 · own settings",
        "1 · A, B, C",
    ]
    page = draw_sign(choose(lettered, "run-1"), "A", np.random.default_rng(3))
    assert text(page, "answer").startswith("A ")
    for again in (open_page(visitor=page), open_page(visitor=page, network="run-1")):
        assert answer_by(again).startswith("1 · A, B, C, ")
        assert again.button(key="your_signs").label == "Digits"
    assert answer_by(open_page(visitor=page, network="run")).startswith("2 · own settings, ")


def test_network_of_other_names_finds_an_empty_board_and_undo_brings_the_drawing_back(lettered: AppTest):
    page = draw(choose(lettered, "pretrained"), 7)
    seven = page_of(page).desk.objects
    assert text(choose(page, "article"), "answer").startswith("7 ")  # which reads the same names
    for act, back in ((lambda: choose(page, "run-1"), "article"), (lambda: press(page, "your_signs"), "article")):
        act()
        assert "Nothing drawn yet." in text(page, "answer")
        assert visitor_of(page).drawing is None
        choose(page, back)
        press(page, "undo")
        assert page_of(page).desk.objects == seven
        draw(page, 7)


def test_digits_button_leaves_an_empty_board_even_if_a_digit_was_drawn_beside_the_drawer(open_page: Open):
    page = draw(press(open_page(), "your_signs"), 4)
    assert text(page, "answer") == "I don’t know this one. This network has not learned ♥ and ★."
    assert "Nothing drawn yet." in text(press(page, "your_signs"), "answer")


def test_clear_leaves_nothing_for_undo_to_bring_back(lettered: AppTest):
    page = choose(draw(choose(lettered, "pretrained"), 7), "run-1")
    press(press(page, "clear"), "undo")
    assert page_of(page).desk.objects == []


def test_open_drawer_without_names_neither_reads_nor_gives_digits_and_train_says_so(open_page: Open):
    page = press(open_page(**SHORT), "your_signs")
    assert "give_one" not in {button.key for button in page.button}
    assert "12,730 numbers to learn, for digits" in text(page, "settings")
    assert text(draw(page, 7), "answer").startswith("I don’t know this one.")
    press(page, "train")
    assert visitor_of(page).job.snapshot().settings.names[0] == "0"


def test_door_for_an_unknown_drawing_keeps_it(open_page: Open):
    page = draw_sign(open_page(), "A", np.random.default_rng(0))
    drawn = page_of(page).desk.objects
    page.session_state["drawer"], page.session_state["signs_door"] = "pretrained", True
    assert page_of(page.run()).desk.objects == drawn
    assert "Name it, and a second one:" in text(page, "correction_row")


def test_train_makes_what_the_sentence_says(lettered: AppTest):
    visitor = visitor_of(lettered)
    for key, sentence in (
        ("run-1", "12,611 numbers to learn, for A, B, C"),
        ("pretrained", "12,730 numbers to learn, for digits"),
    ):
        assert sentence in text(choose(lettered, key), "settings")
        press(lettered, "train")
        now = visitor.job.snapshot().settings
        assert f"{now.n_parameters:,}" == sentence.split()[0]
        assert ", ".join(now.names) in sentence or now.names[0] == "0"
        finished(lettered)
    lettered.slider(key="width_1").set_value(8).run()
    said = text(choose(lettered, "run-3"), "settings")
    assert "Next: 6,307 numbers to learn, for A, B, C, unlike 3 · A, B, C" in said


def test_recipe_on_a_network_of_signs_trains_signs(lettered: AppTest):
    press(choose(lettered, "run-1"), "recipe_small")
    assert visitor_of(lettered).job.snapshot().settings.names == LETTERS


def test_training_in_one_tab_changes_nothing_that_another_reads(lettered: AppTest, open_page: Open):
    other = open_page(visitor=lettered, epochs=1, images=300)
    assert answer_by(other).startswith("2 · own settings, ")
    train(lettered)
    assert answer_by(other.run()).startswith("2 · own settings, ")
    assert other.button(key="pause").label == "Resume"


def test_pause_is_of_the_run_that_can_go_on_with_its_number_beside_it(open_page: Open):
    page = train(open_page(**SHORT))
    page.slider(key="epochs").set_value(25).run()
    page.segmented_control(key="speed").set_value("Slow").run()  # it plays until it is paused
    press(page, "train")
    assert "2 · " not in text(page, "train_head")
    choose(page, "run-1")
    assert (page.button(key="pause").label, text(page, "train_head")) == ("Pause", "2 · own settings")
    assert page.button(key="step").disabled
    press(page, "pause")
    assert (page.button(key="pause").label, text(page, "train_head")) == ("Resume", "2 · own settings")
    assert "1 · own settings 784–16–10 " in text(at_rest(page), "progress")


def test_earlier_run_has_no_steps_to_show_and_the_page_says_why(open_page: Open):
    page = train(train(open_page(**SHORT, lab="rewind")))
    choose(page, "run-1")
    assert "You can only rewind your newest run" in text(page, "sections")
    draw(page, 4).button_group(key="share_what").set_value("This drawing").run()
    assert "share_moving" not in {one.key for one in page.get("download_button")}
    assert "There is no animation of 1 · own settings" in text(page, "share_menu")


def test_teach_it_now_teaches_the_earlier_run_that_answers(open_page: Open):
    page = train(open_page(**SHORT))
    first = visitor_of(page).job.snapshot().network.values.copy()
    draw(choose(train(page), "run-1"), 4)
    page.button_group(key="corrected").set_value(9).run()
    press(page, "teach_now")
    assert visitor_of(page).runs.origin[:2] == ("1 · own settings", None)
    np.testing.assert_array_equal(visitor_of(page).job.first_network.values, first)


def test_earlier_run_that_was_taught_is_not_taught_again(open_page: Open):
    page = draw(open_page(**SHORT), 4)
    page.button_group(key="corrected").set_value(9).run()
    press(page, "teach_now")
    at_rest(press(page, "pause") if page.button(key="pause").label == "Pause" else page)
    draw(choose(train(page), "run-1"), 3)
    page.button_group(key="corrected").set_value(8).run()
    page.button(key="teach_now").click().run()
    assert "what it was before its last lesson, Pretrained, is no longer known" in page.error[0].value


def test_link_of_an_earlier_run_is_of_that_run(lettered: AppTest, open_page: Open):
    choose(lettered, "run-1").button_group(key="share_what").set_value("This network to try").run()
    press(lettered, "send_network")
    [code] = visitor_of(lettered).kept["sent"]
    invited = r"“1 · A, B, C” read \d+ of \d+ [^.]*right\. Draw A, B or C\."
    assert re.search(invited, text(open_page(network=code), "answer"))


def test_mistakes_and_one_run_are_of_the_run_that_answers(lettered: AppTest, open_page: Open):
    page = choose(open_page(visitor=lettered, tab="Mistakes"), "run-1")
    assert "Reading with 1 · A, B, C, epoch 1" in text(page, "sections")
    page = choose(open_page(visitor=lettered, tab="Runs"), "run-1")
    assert "1 · A, B, C. Choose another one above" in text(page, "sections")
    press(page, "delete_run")
    assert answer_by(page) == "Pretrained"
    assert [run.number for run in visitor_of(page).runs.runs] == []


def test_lab_and_downloads_are_of_the_earlier_run_that_answers(lettered: AppTest, open_page: Open):
    page = choose(open_page(visitor=lettered, lab="damage"), "run-1")
    network = visitor_of(page).runs.runs[0].snapshot.network
    weights = sum(layer.weight.value.size for layer in network.dense_layers)
    assert f"Weights left {weights:,}" in text(page, "lab_damage")
    page = choose(open_page(visitor=lettered, lab="wish"), "run-1")
    assert list(page.selectbox(key="lab_wish_neuron").options) == [*LETTERS]
    page = choose(open_page(visitor=lettered, tab="Runs"), "run-1")
    offers = page.session_state["downloads"].files
    assert np.array_equal(parse_model(offers["weights_out"].make()).network.values, network.values)
    choose(lettered, "run-1").button_group(key="share_what").set_value("A file").run()
    assert "<title>1 · A, B, C" in lettered.session_state["downloads"].files["share_file"].make()


def test_run_that_another_tab_deletes_leaves_the_next_network_and_an_empty_board(lettered: AppTest, open_page: Open):
    other = choose(open_page(visitor=lettered, tab="Runs"), "run-1")
    draw_sign(choose(lettered, "run-1"), "A", np.random.default_rng(0))
    press(other, "delete_run")
    assert answer_by(lettered.run()) == "Pretrained"
    assert "Nothing drawn yet." in text(lettered, "answer")


def test_last_choice_that_is_gone_falls_back(lettered: AppTest, open_page: Open):
    choose(lettered, "run-1")
    visitor_of(lettered).runs.delete(1)
    assert answer_by(open_page(visitor=lettered)) == "Pretrained"


def test_choice_outlives_a_reload_of_a_link_that_chooses_another(lettered: AppTest, open_page: Open):
    page = open_page(visitor=lettered, network="article")
    assert (answer_by(page), address(page)["network"]) == ("Basic", ["article"])
    assert "network" not in address(choose(page, "run-1"))
    assert answer_by(open_page(visitor=page)).startswith("1 · A, B, C, ")


def test_several_uploads_have_their_places_until_they_are_deleted(open_page: Open):
    page = open_page(tab="Runs")
    for names in (LETTERS, ("x", "y")):
        number = len(visitor_of(page).uploads) + 1
        network = Reader(Settings(hidden=(9,), names=names, seed=number).new_network(), names=names)
        visitor_of(page).uploads = {**visitor_of(page).uploads, number: network}
    assert networks(page.run())[1:] == ["Upload 2 · x, y", "Upload 1 · A, B, C"]
    assert answer_by(choose(page, "uploaded-1")) == "Upload 1 · A, B, C"
    assert answer_by(open_page(visitor=page, network="uploaded")) == "Upload 2 · x, y"
    press(page, "delete_network")
    assert list(visitor_of(page).uploads) == [2]
    assert answer_by(page.run()) == "Upload 2 · x, y"  # the last choice, in the other tab


def test_friends_networks_stay_on_the_shelf_each_with_its_count(open_page: Open):
    codes = [sent(Reader(Settings(hidden=(9,), seed=seed).new_network()), f"No. {seed}") for seed in (1, 2)]
    page = open_page(network=codes[0])
    press(draw(page, 4), "sent_right")
    page = open_page(visitor=page, network=codes[1])
    assert "It read" not in text(page, "correction_row")
    page = open_page(visitor=page)  # the next day, at the bare address
    assert networks(page) == ["Pretrained", "“No. 2”", "“No. 1”"]
    assert answer_by(page) == "“No. 2”"
    assert "It read 1 of your 1." in text(choose(page, codes[0]), "correction_row")
    assert page.session_state["loan"].key == codes[0]


def test_withdrawn_network_leaves_the_shelf_with_a_sentence(open_page: Open):
    sender = open_page()
    reader = Reader(Settings(hidden=(9,)).new_network())
    code = COPIES.send(visitor_of(sender), copy_of(reader, "Ada"))
    page = choose(open_page(network=code), "pretrained")
    COPIES.withdraw(visitor_of(sender), code)
    assert ENDED not in text(page.run())
    assert ENDED in text(choose(page, code))
    assert answer_by(page) == "Pretrained"
    assert networks(page) == ["Pretrained"]


def test_run_that_begins_while_a_friends_network_answers_answers_then(open_page: Open):
    page = open_page(network=sent(Reader(Settings(hidden=(9,)).new_network())), **SHORT)
    other = open_page(visitor=page)
    press(page, "train")
    assert answer_by(page).startswith("1 · own settings, ")
    assert answer_by(other.run()) == "“Ada”"


def test_thirty_networks_leave_five_places_and_two_presses_to_each(lettered: AppTest):
    visitor = visitor_of(lettered)
    for number in range(1, 27):
        network = Reader(Settings(hidden=(4,), seed=number).new_network())
        visitor.uploads = {**visitor.uploads, number: network}
    options = networks(lettered.run())
    assert options == ["Pretrained", "Basic", "2 · own settings", "1 · A, B, C"]  # the newest that reads letters
    others = lettered.selectbox(key="other_networks")
    assert others.options == ["26 more", *(f"Upload {number}" for number in range(26, 0, -1))]
    others.set_value("Upload 3").run()
    assert answer_by(lettered) == "Upload 3"
    assert networks(lettered) == ["Pretrained", "Basic", "2 · own settings", "Upload 3"]
    assert "Upload 3" not in lettered.selectbox(key="other_networks").options
