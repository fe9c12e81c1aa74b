"""Every download arrives complete while other visitors use the page."""

from collections.abc import Callable
from pathlib import Path

import safetensors.numpy
from PIL import Image
from playwright.sync_api import Page, expect

from mlp.images.drawings.drawing_file import parse_drawings
from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.sight import button, open_part, part, tab

FILES = {"Your drawings": ["drawings_out"], "Runs": ["csv_out", "weights_out", "png_out", "home_out"]}
"""Tabs, and the keys of their download buttons: the costliest last, as a session rests three times as long as its file
took."""


def check_whole(path: Path, name: str) -> None:
    """Fail unless the file can be read to its end."""
    if name.endswith(".safetensors"):
        assert "dense_1.weight" in safetensors.numpy.load_file(path)
    elif name.endswith(".png"):
        Image.open(path).load()
    elif name.endswith(".csv"):
        lines = path.read_text().splitlines()
        assert lines[0].startswith("step,")
        assert len({line.count(",") for line in lines}) == 1
    elif name.endswith(".html"):
        text = path.read_text()
        assert text.rstrip().endswith("</html>")
        assert "ink-outline" not in text  # of this page
    else:
        assert len(parse_drawings(path.read_bytes())) == 1


def test_download_click_works_while_another_tab_changes(open_page: Callable[..., Page], tmp_path: Path):
    page = open_page("?tab=Runs&images=1000&epochs=100")
    draw(page, fit(DIGITS[7]))
    part(page, "correction").get_by_text("7", exact=True).click()
    button(page, "train").click()
    other = open_page("?tab=Data")
    tabs = ["Mistakes and data", "Mine", "Lab"]
    for section, keys in FILES.items():
        open_part(page, section)
        if section == "Runs":
            part(page, "advanced_downloads").get_by_text("Advanced").click()
        expect(part(page, keys[-1]).get_by_role("link")).to_be_visible()
        for turn, key in enumerate(keys):
            tab(other, tabs[turn % 3]).click()
            if turn == 0:  # the click happens during a script of the same page
                page.get_by_role("slider", name="Epochs").press("ArrowLeft")
            with page.expect_download() as download:
                part(page, key).get_by_role("link").click()
            assert download.value.failure() is None
            path = tmp_path / download.value.suggested_filename
            download.value.save_as(path)
            check_whole(path, path.name)
