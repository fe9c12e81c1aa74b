"""The pages of whoever sends a network, and of a friend who tries it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mlp.nn.reader import Reader
from mlp.page.tabs.sent.copies import COPIES, copy_of
from mlp.page.tabs.sent.friend import ENDED
from mlp.page.visitors.session import visitors
from mlp.training.settings import Settings
from tests.images.drawings.sample_drawings import letters
from tests.page.draw.test_your_signs import shape
from tests.page.sight import address, component, draw, finished, networks, page_of, text, visitor_of
from tests.page.tabs.sent.test_copies import network
from tests.page.tabs.test_next_step import label
from tests.page.test_everywhere import FOREIGN, unescaped
from tests.page.ways import press

Open = Callable[..., AppTest]


def sent(reader: Reader, name: str = "Ada", **known: float) -> str:
    return COPIES.send(visitors().get(None, ""), copy_of(reader, name, **known))


def test_friend_reads_with_the_network_of_the_link_and_counts(open_page: Open):
    reader = network()
    reader.none_below = 0.0  # it knows whatever is drawn
    code = sent(reader)
    page = open_page()
    visitor_of(page).signs.change(letters(1))
    page = open_page(visitor=page, network=code)
    assert "This is “Ada”. Draw 😀, cat or ♥." in text(page, "answer")
    assert ">😀</text>" in shape(page)
    assert networks(page)[-1] == "“Ada”"
    assert component(page, "stage_network")["description"].endswith("3 answers: 😀, cat and ♥; nothing is drawn yet.")
    assert "give_one" not in {button.key for button in page.button}  # of signs that somebody else drew
    draw(page, 4)
    right = page_of(page).desk.answer.current.reading.digit
    assert "It read 1 of your 1." in text(press(page, "sent_right"), "correction_row")
    for named, shown in ((right, "2 of your 2"), ((right + 1) % 3, "2 of your 3")):
        assert shown in text(press(draw(page, 4), f"sent_was_{named}"), "correction_row")
        assert "Draw 😀, cat or ♥." in text(page, "answer")  # the canvas is empty again
    again = open_page(visitor=page, **{name: values[-1] for name, values in address(page).items()})
    assert "2 of your 3" in text(again, "correction_row")
    assert (address(again), visitor_of(again).network) == ({"network": [code]}, code)
    assert label(again) == "Make your own"
    assert press(again, "next_step").button(key="sign_0").label.startswith("**A** · 1")


def test_drawing_that_the_network_does_not_know_is_not_read(open_page: Open):
    reader = network()
    reader.none_below = 1.0
    page = open_page(network=sent(reader))
    hidden = page_of(draw(page, 4)).desk.answer.current
    assert (hidden.is_seen, hidden.text) == (False, None)
    assert "It read 0 of your 1." in text(press(page, f"sent_was_{hidden.reading.digit}"), "correction_row")
    assert "It read 0 of your 2." in text(press(draw(page, 4), "sent_right"), "correction_row")


def test_friend_of_digits_trains_their_own_next(open_page: Open):
    page = open_page(
        network=sent(Reader(Settings(hidden=(9,)).new_network()), "<b>&", right=97, of=100), epochs="1", images="100"
    )
    assert "“<b>&” read 97 of 100 right. Draw a digit." in text(page, "answer")
    press(page, "next_step")
    assert page.segmented_control(key="network").value == "run-1"
    assert networks(page)[-1] == r"“\<b\>\&”"


UNNAMED = "This link chooses no network: network must be one of pretrained, article, a friend’s code, got "


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("zzzzzzzzzzzz", ENDED),
        ("<b>![x](y)", UNNAMED + r"\<b\>!\[x\](y)."),
        ("", f"{UNNAMED}nothing."),
        ("run", f"{UNNAMED}run."),
        ("run-3", f"{UNNAMED}run-3."),
    ],
)
def test_network_that_is_not_there_is_told_and_the_page_opens_as_always(open_page: Open, code: str, told: str):
    page = open_page(network=code, epochs="3")
    assert [warning.value for warning in page.warning] == [told]
    assert text(draw(page, 4), "answer").startswith("4 ")
    assert address(page) == {"epochs": ["3"]}


def test_network_is_sent_from_the_menu_and_withdrawn_while_a_friend_draws(open_page: Open):
    names, page = (f"{FOREIGN}0", f"{FOREIGN}1"), open_page(tab="Sent", network="article")
    assert page.segmented_control(key="network").value == "article"
    visitor_of(page).uploads = {1: Reader(Settings(hidden=(9,), names=names).new_network(), names=names)}
    page.run().button_group(key="share_what").set_value("This network to try").run()
    page.segmented_control(key="network").set_value("uploaded-1").run()
    for look in ("primary", "secondary"):  # once there is a link, copying it is what is next
        assert page.button(key="send_network").proto.type == look
        press(page, "send_network")
    [code] = COPIES.of(visitor_of(page))  # only one, as the network is the same
    friend = draw(open_page(network=code), 4)
    assert "Upload 1" in text(friend, "answer_side")
    assert unescaped(page.run()) == unescaped(friend) == []
    press(page, f"withdraw_{code}")
    assert f"withdraw_{code}" not in {button.key for button in page.run().button}
    assert ENDED in text(friend.run())
    assert "Pretrained" in text(friend, "answer_side")


def test_network_is_named_before_it_is_sent_and_a_better_run_is_offered(open_page: Open):
    page = open_page(tab="Sent", epochs="1", learning_rate="0.0001", seed="1")
    page = finished(press(page, "train"))
    page.button_group(key="share_what").set_value("This network to try").run()
    assert "send_better" not in {button.key for button in page.button}
    for name, rule in (("\u200b", "1 to 24 characters"), ("A\u202eB", "no control characters")):
        page.text_input(key="sent_name").set_value(name).run()
        page.button(key="send_network").click().run()
        assert rule in page.error[0].value
    assert not COPIES.of(visitor_of(page))
    page.text_input(key="sent_name").set_value(" Ada ").run()
    [code] = COPIES.of(visitor_of(press(page, "send_network")))
    poor = open_page(network=code)
    assert re.search(r"“Ada” read \d\d? of 100 right\. Draw a digit\.", text(poor, "answer"))
    page.text_input(key="sent_name").set_value("Bea").run()
    assert [*COPIES.of(visitor_of(press(page, "send_network")))] == [code]
    assert networks(poor.run())[-1] == "“Bea”"  # the last name replaces the old one, in the same place
    page.select_slider(key="learning_rate").set_value(0.1).run()
    page = finished(press(page, "train"))
    page.segmented_control(key="network").set_value("run-1").run()
    assert re.fullmatch(r"Send .* instead: \d\d of 100 right", page.button(key="send_better").label)
    page.text_input(key="sent_name").set_value("").run()
    better = [*COPIES.of(visitor_of(press(page, "send_better")))][1]
    friend = open_page(network=better)
    assert page.segmented_control(key="network").value == "run-1"  # what answers stays
    known = state_of(friend)
    assert known["right"] > state_of(poor)["right"] + 5


def state_of(page: AppTest) -> dict[str, Any]:
    """Return what a friend's page knows of the network that was sent."""
    return page.session_state["loan"].reader.facts  # type: ignore[no-any-return]


def test_links_to_share_lead_to_no_place_of_the_sender(open_page: Open):
    page = draw(open_page(tab="Lab", lab="map", lesson="overfitting", board="1", hide="seed", epochs="3"), 4)
    page.button_group(key="share_what").set_value("These settings").run()
    [box] = [one.proto.body for one in page.get("html") if "ink-share" in one.proto.body]
    assert 'data-link="?epochs=3"' in box
