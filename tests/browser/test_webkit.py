"""WebKit, as in Safari: the page is drawn on, and the file that one takes home learns."""

import io
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from mlp import DEFAULT_MODEL
from mlp.analysis.take_home.standalone_html import take_home_page
from mlp.nn.weights import load_model
from tests.browser.server import Server
from tests.browser.serving.test_site import check_hundred_steps
from tests.browser.sight import PATIENCE_MS

pytestmark = pytest.mark.filterwarnings("ignore:setting remote_server_addr")  # selenium's own

BROWSERS = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser"))
CANVAS = """return [...document.querySelectorAll(".st-key-canvas *")]
    .map(({ shadowRoot }) => shadowRoot?.querySelector("canvas.upper-canvas")).find(Boolean)"""
BOX = "const { left, top, right, bottom } = arguments[0].getBoundingClientRect(); return [left, top, right, bottom]"
WHITE = 200
INK = 0.02  # less than the share of the canvas that a digit covers
Found = TypeVar("Found")


@pytest.fixture(scope="module")
def webkit() -> Iterator[WebDriver]:
    """WebKitGTK's small browser on a screen in memory."""
    if not (BROWSERS and shutil.which("WebKitWebDriver") and shutil.which("Xvfb")):
        pytest.skip("no WebKit found (Debian: apt-get install webkit2gtk-driver xvfb)")
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as screen:
        assert screen.stdout is not None
        display = {**os.environ, "DISPLAY": f":{screen.stdout.readline().strip()}"}
        options = webdriver.WebKitGTKOptions()
        options.binary_location = str(BROWSERS[-1])
        options.add_argument("--automation")
        try:
            service = webdriver.WebKitGTKService(shutil.which("WebKitWebDriver"), env=display)
            driver = webdriver.WebKitGTK(options=options, service=service)
            yield driver
            driver.quit()
        finally:
            screen.terminate()


def wait(driver: WebDriver, find: Callable[[], Found]) -> Found:
    """Return what ``find`` returns once it is true."""
    return WebDriverWait(driver, PATIENCE_MS / 1000).until(lambda _: find())


def draw_seven(driver: WebDriver, canvas: WebElement) -> None:
    pen = ActionChains(driver, duration=100)
    pen.move_to_element_with_offset(canvas, -50, -60).click_and_hold()
    pen.move_by_offset(50, 0).move_by_offset(50, 0).move_by_offset(-25, 60).move_by_offset(-30, 70).release().perform()


def white_share(driver: WebDriver, canvas: WebElement) -> float:
    """Return the share of white pixels that the screen shows within the canvas's rounded corners."""
    left, top, right, bottom = driver.execute_script(BOX, canvas)
    screen = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("L")
    shades = screen.crop((left + 15, top + 15, right - 15, bottom - 15)).histogram()
    return sum(shades[WHITE:]) / sum(shades)


def test_drawing_is_read_and_stays_on_the_screen_beside_a_lesson(webkit: WebDriver, server: Server):
    webkit.get(f"{server.url}/?speed=Full")
    canvas = wait(webkit, lambda: webkit.execute_script(CANVAS))
    wait(webkit, lambda: webkit.execute_script("return window.inkling?.open"))
    draw_seven(webkit, canvas)
    answer = webkit.find_element("class name", "st-key-answer")
    wait(webkit, lambda: answer.text.startswith("7") and "sure" in answer.text)
    wait(webkit, lambda: white_share(webkit, canvas) > INK)  # the answer can be on the screen one frame before the ink
    width = canvas.rect["width"]
    webkit.find_element("css selector", ".st-key-open_lessons button").click()
    wait(webkit, lambda: canvas.rect["width"] < width)
    wait(webkit, lambda: white_share(webkit, canvas) > INK)


def test_file_that_one_takes_home_learns(webkit: WebDriver, tmp_path: Path):
    file = tmp_path / "mine.html"
    file.write_text(take_home_page(load_model(DEFAULT_MODEL.with_name("article.safetensors"))))
    webkit.get(file.as_uri())
    draw_seven(webkit, webkit.find_element("id", "canvas"))
    answer = webkit.find_element("id", "answer")
    wait(webkit, lambda: "7, " in str(answer.get_attribute("textContent")))
    webkit.find_element("css selector", "[data-digit='7']").click()
    learned = webkit.find_element("id", "learned")
    wait(webkit, lambda: learned.text)
    assert "24 steps, 1 drawing of yours. It reads " in learned.text


def test_network_is_trained_from_nothing(webkit: WebDriver, tmp_path: Path):
    file = tmp_path / "mine.html"
    file.write_text(take_home_page(load_model(DEFAULT_MODEL.with_name("article.safetensors"))))
    webkit.get(file.as_uri())
    draw_seven(webkit, webkit.find_element("id", "canvas"))
    webkit.find_element("id", "train").click()
    told, answer = webkit.find_element("id", "told"), webkit.find_element("id", "answer")
    wait(webkit, lambda: "epoch 5 of 5" in str(told.get_attribute("textContent")))
    assert "7, " in str(answer.get_attribute("textContent"))


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_hundred_steps_are_those_of_python(webkit: WebDriver, activation: str):
    webkit.get("about:blank")
    check_hundred_steps(
        lambda body, given: webkit.execute_script(f"const given = arguments[0]; {body}", given), activation
    )
