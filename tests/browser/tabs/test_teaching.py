"""A teacher's demonstration: digits that a network is taught, a step in slow motion, a link that hides controls."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.sight import TRAINED_MS, answer, button, clear, open_part, part, tab


def test_pretrained_network_is_taught_three_digits(page: Page):
    for number, share in enumerate((0.4, 0.5, 0.6), start=1):
        draw(page, fit(DIGITS[1], share))
        expect(answer(page)).to_contain_text("sure")
        expect(part(page, "correction").get_by_role("radio", name="7")).not_to_be_checked()  # for the last drawing
        part(page, "correction").get_by_text("7", exact=True).click()
        expect(page.get_by_text(f"in Your drawings ({number})").last).to_be_visible()
        clear(page)
    open_part(page, "Your drawings")
    button(page, "teach").click()
    rows = page.get_by_role("region", name="Before and after")
    expect(rows).to_contain_text("Yours, learned from", timeout=TRAINED_MS)
    expect(page.locator(".ink-reader")).to_contain_text("Reading with your run")
    expect(part(page, "progress")).to_contain_text(re.compile(r"step [1-9]\d* of 375"))
    expect(rows.get_by_role("row", name="Yours, learned from 3 0.0% 100.0%")).to_be_visible(timeout=TRAINED_MS)
    expect(page.get_by_role("alert")).to_have_count(0)
    button(page, "pause").click()
    expect(button(page, "pause")).to_have_text("Resume")


def card(page: Page, heading: str):
    return page.locator(".st-key-slow_card").get_by_role("heading", name=heading)


def test_keyboard_reaches_the_last_stage_of_a_step(open_page: Callable[..., Page]):
    page = open_page("?tab=Step+by+step")
    stages = ["Minibatch", "Forward", "Softmax", "Loss", "Backward", "Check", "Update", "After"]
    for number, stage in enumerate(stages, start=1):
        expect(card(page, f"{number}. {stage}")).to_be_visible()
        if stage == "Check":  # gradients agree with their differences
            errors = page.locator(".st-key-slow_card tbody td:last-child")
            expect(errors).to_have_count(6)
            expect(errors.filter(has_text="✓")).to_have_count(6)
        if number < len(stages):
            page.get_by_role("button", name=f"Next: {stages[number]}").press("Enter")
    expect(page.locator(".st-key-slow_card")).to_contain_text("Loss of this minibatch")

    page.get_by_text("The code: train_step").click()
    expect(page.locator(".st-key-slow_card")).to_contain_text(re.compile(r"mlp/training/loop\.py, line \d+"))
    expect(page.locator(".st-key-slow_card")).to_contain_text("network.backward(grad_logits)")

    page.get_by_role("button", name="Next minibatch").press("Enter")
    expect(card(page, "1. Minibatch")).to_be_visible()
    expect(page.get_by_text("Step 2, in epoch 1")).to_be_visible()
    page.get_by_role("radio", name="6 Check").click()
    expect(card(page, "6. Check")).to_be_visible()


def test_link_hides_controls_from_sight_and_from_the_keyboard(open_page: Callable[..., Page]):
    page = open_page("?hide=learning-rate,tab-runs,step&learning_rate=0.01")
    expect(page.get_by_role("slider", name="Epochs")).to_be_visible()
    expect(page.get_by_role("slider", name="Learning rate")).to_have_count(0)
    expect(page.get_by_role("button", name="One step")).to_have_count(0)
    tab(page, "Your drawings").click()
    expect(page.get_by_role("radio", name="Digits", exact=True)).to_be_checked()
    expect(page.get_by_role("radio", name="Runs")).to_have_count(0)
    assert "learning_rate=0.01" in page.url
