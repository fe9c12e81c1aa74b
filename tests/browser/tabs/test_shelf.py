"""The shelf of networks in a browser: a network of signs after digits, a reload and a restart, and thirty networks."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from mlp.jobs.checkpoints import Checkpoints
from mlp.nn.reader import Reader
from mlp.page.visitors.registry import Visitors
from mlp.page.visitors.session import cookie_name
from mlp.training.settings import Settings
from tests.browser.pen import draw
from tests.browser.screens import PHONE
from tests.browser.server import free_port, serve
from tests.browser.sight import TRAINED_MS, answer, at_rest, button, eventually, faults, part, write
from tests.browser.tabs.test_own_signs import NAMES, written
from tests.images.drawings.sample_drawings import letters

pytestmark = pytest.mark.chromium

N_UPLOADS = 27


def choose(page: Page, name: str) -> None:
    part(page, "network").get_by_role("radio", name=name).click()


def opened_as(page: Page, url: str, visitor_id: str) -> None:
    """Open a page as a visitor whose work is on disk."""
    context: BrowserContext = page.context
    context.add_cookies([{"name": cookie_name(f"{url}/"), "value": visitor_id, "url": url}])
    page.goto(url)


def with_work(folder: Path) -> str:
    """Return the id of a visitor with signs and many networks on disk."""
    visitors = Visitors(lambda _: True, Checkpoints(folder))
    visitor = visitors.get(None, "here")
    visitor.signs.change(letters(5))
    networks = {number: Reader(Settings(hidden=(4,), seed=number).new_network()) for number in range(2, N_UPLOADS + 1)}
    of_signs = Settings(hidden=(4,), names=NAMES, seed=1).new_network()
    visitor.uploads = {1: Reader(of_signs, names=NAMES), **networks}
    visitors.save(all_now=True)
    return visitor.id


def saved(folder: Path) -> bytes:
    """Return the visitor's drawing and choices as they are on disk."""
    return b"".join(path.read_bytes() for path in folder.glob("*/canvas.json"))


def test_network_of_signs_answers_again_after_digits_a_reload_and_a_restart(
    new_browser: Callable[..., Page], tmp_path: Path
):
    kept, page, port = tmp_path / "kept", new_browser(), free_port()
    visitor_id, env = with_work(kept), {"MLP_CHECKPOINTS": str(kept)}
    with serve(tmp_path / "first.log", env, port) as server:
        opened_as(page, server.url, visitor_id)
        write(page, 7)  # kept signs make no mode
        button(page, "clear").click()
        button(page, "your_signs").click()
        button(page, "learn_signs").click()
        expect(part(page, "progress")).to_contain_text("done after", timeout=TRAINED_MS)
        draw(page, written("A", 40))
        expect(part(page, "answer_side")).to_contain_text("Reads A, ")
        button(page, "your_signs").click()  # digits: the letter has left, and comes back
        expect(answer(page)).to_contain_text("Draw a digit.")
        button(page, "undo").click()
        expect(answer(page)).to_contain_text("I don’t know this one.")
        button(page, "clear").click()
        write(page, 7)
        button(page, "train").click()
        expect(part(page, "progress")).to_contain_text("2 · Basic", timeout=TRAINED_MS)
        button(page, "pause").click()
        choose(page, "1 · A, B, C")
        expect(answer(page)).to_contain_text("Draw A, B or C.")
        expect(part(page, "progress")).to_contain_text("1 · A, B, C 784–100–200–3")
        page.reload()
        expect(page.locator(".ink-reader")).to_contain_text("Reading with 1 · A, B, C")
        at_rest(page)
        draw(page, written("A", 41))
        expect(part(page, "answer_side")).to_contain_text("Reads A, ")
        eventually(page, lambda: all(one in saved(kept) for one in (b'"run-1"', b'"Path"')))
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()

    with serve(tmp_path / "second.log", env, port) as server:
        page.goto(server.url)
        expect(page.locator(".ink-reader")).to_contain_text("Reading with 1 · A, B, C")
        expect(part(page, "answer_side")).to_contain_text("Reads A, ")


def test_thirty_networks_have_five_places_on_a_phone_and_each_is_two_presses_away(
    new_browser: Callable[..., Page], tmp_path: Path
):
    page = new_browser(**PHONE)
    visitor_id = with_work(tmp_path / "kept")
    with serve(tmp_path / "server.log", {"MLP_CHECKPOINTS": str(tmp_path / "kept")}) as server:
        opened_as(page, server.url, visitor_id)
        write(page, 7)
        places = part(page, "network").get_by_role("radio")
        newest = "Pretrained", f"Upload {N_UPLOADS}"
        expect(places).to_have_text([*newest, "Upload 26", "Upload 1 · A, B, C"])
        expect(part(page, "other_networks").get_by_role("combobox")).to_have_value("24 more")
        at_rest(page)
        assert faults(page, ".st-key-recipe *, .st-key-tab *") == []
        part(page, "other_networks").get_by_role("combobox").click()
        page.get_by_role("option", name="Upload 24", exact=True).click()
        expect(places).to_have_text([*newest, "Upload 24", "Upload 1 · A, B, C"])
        expect(places.nth(2)).to_be_checked()
        at_rest(page)
        assert faults(page, ".st-key-recipe *, .st-key-tab *") == []
        page.goto(f"{server.url}/?lang=fr")  # whose words for it are longer
        expect(part(page, "other_networks").get_by_role("combobox")).to_have_value("24 de plus")
        for size in ({"width": 1920, "height": 1080}, PHONE["viewport"]):
            page.set_viewport_size(size)
            at_rest(page)
            assert faults(page, ".st-key-recipe *, .st-key-tab *") == []
