"""The tabs on the network's inside, with a mouse, a keyboard and touch."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.sight import open_part, tab, tool, write


def test_picture_follows_the_pen_and_shows_a_neurons_sum(page: Page):
    tab(page, "Look inside").click()
    expect(page.get_by_text("until you draw")).to_be_visible()
    write(page, 4)
    picture = page.get_by_role("group", name="The network, layer by layer")
    picture.scroll_into_view_if_needed()  # what is below the window is drawn once it is seen
    expect(page.get_by_text("Pretrained: your drawing")).to_be_visible()
    neuron = picture.get_by_role("img", name="of layer 2").first
    neuron.hover()
    expect(picture.get_by_text("most comes from neuron")).to_be_visible()
    answer = picture.get_by_role("img", name="Answer 4")
    answer.focus()
    expect(picture.get_by_text(re.compile("^Answer 4\\s.*its probability is", re.DOTALL))).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(picture.get_by_text(re.compile("^Answer 5\\s.*its probability is", re.DOTALL))).to_be_visible()

    # A press switches it off, a key switches it on again; screen and screen reader agree.
    tool(page, "Damage").click()
    expect(page.get_by_text("Press a neuron to switch it off").last).to_be_visible()
    neuron = picture.get_by_role("button", name="of layer 2").first
    name = re.compile(re.escape((neuron.get_attribute("aria-label") or "").partition(":")[0]))
    neuron.click()
    pressed = picture.get_by_role("button", name=name, pressed=True)
    expect(pressed).to_be_visible()
    expect(page.get_by_text("1 neuron off", exact=True)).to_be_visible()
    page.keyboard.press("Enter")
    expect(pressed).to_have_count(0)
    expect(page.get_by_text("Press a neuron to switch it off").last).to_be_visible()


def test_network_picture_keeps_focus_during_a_run(open_page: Callable[..., Page]):
    page = open_page("?tab=Look+inside&epochs=100&batch_size=8&speed=Normal")
    page.locator(".st-key-train").get_by_role("button").click()
    expect(page.get_by_text(" · own settings, epoch").last).to_be_visible()
    answer = page.get_by_role("group", name="The network, layer by layer").get_by_role("img", name="Answer 7")
    answer.focus()
    before = answer.get_attribute("aria-label") or ""
    expect(answer).not_to_have_attribute("aria-label", before)
    expect(answer).to_be_focused()
    page.locator(".st-key-pause").get_by_role("button").click()


def test_confusion_cell_opens_by_keyboard_and_image_by_click(page: Page):
    open_part(page, "Mistakes")
    page.get_by_role("button", name="truth 3, answer 3").click()
    expect(page.get_by_role("heading", name="Truth 3, answer 3")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Truth 4, answer 4")).to_be_visible()
    expect(page.get_by_role("button", name="truth 4, answer 4")).to_be_focused()

    # An image of a mistake opens the view of the pixels that spoke.
    picture = page.locator(".st-key-mistakes_pictures").get_by_role("button").first
    expect(picture).to_have_accessible_name(re.compile(": a 4, read as 4;"))
    name = picture.get_attribute("title") or ""
    picture.click()
    expect(tab(page, "Look inside")).to_be_checked()
    expect(page.get_by_text(name.partition(", read")[0].replace(":", ","))).to_be_visible()
    expect(page.get_by_alt_text("What it would miss")).to_be_visible()
