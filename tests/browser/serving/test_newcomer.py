"""Two people share a computer: the first one's work is left under a code, or deleted."""

from playwright.sync_api import Page, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.server import Server
from tests.browser.sight import answer, button, part


def open_ways(page: Page) -> None:
    page.get_by_role("button", name="Share").click()
    part(page, "newcomer").get_by_text("Someone else’s turn").click()


def test_work_left_under_a_code_comes_back_by_it(page: Page, server: Server):
    draw(page, fit(DIGITS[4]))
    expect(answer(page)).to_contain_text("4")
    expect(part(page, "correction")).to_be_visible()  # the script has the drawing, not only the live channel
    other = page.context.new_page()
    other.goto(server.url)
    expect(answer(other)).to_contain_text("4")

    open_ways(page)
    code = part(page, "newcomer").locator("code").inner_text()
    button(page, "put_work_away").click()
    for tab in (page, other):
        expect(answer(tab)).to_contain_text("Nothing drawn yet")
    page.reload()
    expect(answer(page)).to_contain_text("Nothing drawn yet")
    assert code not in str(page.context.cookies())

    draw(page, fit(DIGITS[7]))
    expect(answer(page)).to_contain_text("7")
    expect(part(page, "correction")).to_be_visible()
    open_ways(page)
    part(page, "code").get_by_role("textbox").fill(code.upper().replace("-", " "))
    button(page, "come_back").click()
    for tab in (page, other):
        expect(answer(tab)).to_contain_text("4")


def test_removed_work_does_not_come_back(page: Page):
    draw(page, fit(DIGITS[4]))
    expect(answer(page)).to_contain_text("4")
    expect(part(page, "correction")).to_be_visible()  # the script has the drawing, not only the live channel
    open_ways(page)
    code = part(page, "newcomer").locator("code").inner_text()
    part(page, "remove_sure").locator("label").click()
    button(page, "remove_all").click()
    expect(answer(page)).to_contain_text("Nothing drawn yet")
    open_ways(page)
    part(page, "code").get_by_role("textbox").fill(code)
    button(page, "come_back").click()
    expect(part(page, "newcomer").get_by_role("alert")).to_contain_text("No work has this code")
