"""Own digits: drawn, corrected and taught to the pretrained network."""

import re

from playwright.sync_api import Page, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.sight import TRAINED_MS, answer, button, clear, open_part, part


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


WRONG_7 = [[(10, 20), (60, 20), (62, 60), (40, 90), (15, 95), (30, 80), (75, 92)]]  # read as a 2


def test_teach_now_switches_to_the_taught_network_and_its_answer_follows(page: Page):
    draw(page, fit(WRONG_7))
    expect(answer(page)).to_contain_text("2\n")
    part(page, "correction").get_by_text("7", exact=True).click()
    button(page, "teach_now").click()
    expect(part(page, "network").get_by_role("radio", name="Your run")).to_be_checked()
    expect(answer(page)).to_contain_text("7\n", timeout=TRAINED_MS)
    expect(page.locator(".ink-before-after")).to_contain_text(re.compile(r"before: 2 \([\d.]+%\) → now: 7 \([\d.]+%\)"))
    button(page, "pause").click()
    expect(button(page, "pause")).to_have_text("Resume")
    clear(page)
    expect(page.locator(".ink-before-after")).to_have_count(0)
