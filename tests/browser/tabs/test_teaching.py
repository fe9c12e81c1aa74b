"""A teacher's demonstration: a step in slow motion, a lesson, and a link that hides controls."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.sight import answer, part, tab


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


def test_lesson_opens_by_its_link_and_starts_at_a_press(open_page: Callable[..., Page]):
    page = open_page("?lesson=width-and-depth", viewport={"width": 1280, "height": 720})
    lesson = page.locator(".st-key-lessons")
    beside = [lesson.get_by_role("heading", name="Width and depth"), lesson.get_by_text("A question.")]
    for seen in (*beside, part(page, "canvas"), answer(page), *part(page, "curves").get_by_role("img").all()):
        expect(seen).to_be_in_viewport(ratio=1)

    lesson.get_by_role("button", name="One layer of 8").click()
    row = lesson.get_by_role("row").filter(has_text="6,370")
    expect(row).to_contain_text("5 of 5")
    expect(row.get_by_role("cell").last).to_have_text(re.compile(r"^\d\d\.\d%$"))
    expect(page).to_have_url(re.compile("hidden_layers=1.*width_1=8|width_1=8.*hidden_layers=1"))

    lesson.get_by_role("button", name="Run all").click()
    expect(part(page, "progress")).to_contain_text("4 networks side by side")
    expect(part(page, "note").get_by_role("listitem")).to_have_count(4)
    lesson.get_by_text("An answer").click()
    expect(lesson.get_by_text("784 × 256 = 200,704")).to_be_visible()
    page.reload()
    expect(lesson.get_by_role("row").filter(has_text="6,370")).to_contain_text("5 of 5")


def test_link_hides_controls_from_sight_and_from_the_keyboard(open_page: Callable[..., Page]):
    page = open_page("?hide=learning-rate,tab-runs,step&learning_rate=0.01")
    expect(page.get_by_role("slider", name="Epochs")).to_be_visible()
    expect(page.get_by_role("slider", name="Learning rate")).to_have_count(0)
    expect(page.get_by_role("button", name="One step")).to_have_count(0)
    tab(page, "Your drawings").click()
    expect(page.get_by_role("radio", name="Digits", exact=True)).to_be_checked()
    expect(page.get_by_role("radio", name="Runs")).to_have_count(0)
    assert "learning_rate=0.01" in page.url
