"""The plots in a real browser: what is written on them fits, at any size, in the page's typeface."""

import json
from itertools import product
from typing import Any

import numpy as np
from playwright.sync_api import Page

from mlp.page.style.plots import run_plot, shown
from mlp.training.history import Evaluation, History
from tests.browser.sight import at_rest, part

LETTERS_PX = 11
DRAW = """([plot, width]) => {
  const place = document.querySelector(".st-key-accuracy_curve .ink-plot"), draw = place.plot, texts = [];
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    const wide = this.measureText(text).width, left = x - wide * { left: 0, center: 0.5, right: 1 }[this.textAlign];
    const half = draw.letters / 2;
    texts.push({ text, font: this.font, left, right: left + wide, top: y - half, bottom: y + half });
  };
  draw.box = { width, height: draw.box.height };
  draw.show(plot);
  CanvasRenderingContext2D.prototype.fillText = fillText;
  const family = getComputedStyle(place).fontFamily;
  return { texts, width, height: draw.box.height, end: draw.left + draw.wide, family };
}"""
"""Draws a plot at a width, and returns its texts with their boxes, in pixels."""


def history(level: float, n_epochs: int) -> History:
    records = History(10)
    records.evaluations += [Evaluation(10 * n, float(n), 1.0, level * (n > 0)) for n in range(n_epochs + 1)]
    records.add_steps(np.full(10 * n_epochs, 1.0), np.full(10 * n_epochs, level))
    return records


def drawn(page: Page, plot: dict[str, Any], width: float) -> dict[str, Any]:
    """Return what is written on the accuracy chart with this plot."""
    content = json.loads(json.dumps(shown(plot, "", playing=False)))
    found: dict[str, Any] = page.evaluate(DRAW, [content, width])
    return found


def overlapping(texts: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return the pairs of texts that lie on each other."""
    return [
        (one["text"], other["text"])
        for place, one in enumerate(texts)
        for other in texts[:place]
        if one["left"] < other["right"] and other["left"] < one["right"]
        if one["top"] < other["bottom"] - 0.5 and other["top"] < one["bottom"] - 0.5
    ]


def test_texts_of_a_plot_fit_and_keep_apart(page: Page):
    at_rest(page)
    assert part(page, "accuracy_curve").locator(".ink-plot").count() == 1
    now = history(0.9, 3)
    now.learning_rates += [(0.5, 0.01), (0.6, 0.3)]
    earlier = [(f"run {n}", history(0.9 + 0.002 * n, 3)) for n in range(3)]
    for epochs, width in product((0.1, 0.5, 1, 3, 25, 100), (260, 430, 900)):
        for plot in (run_plot("accuracy", now, epochs, earlier), run_plot("accuracy", History(10), epochs)):
            found = drawn(page, plot, width)
            texts = found["texts"]
            assert overlapping(texts) == [], epochs
            assert all(0 <= each["left"] < each["right"] <= found["width"] for each in texts), texts
            assert all(-1 <= each["top"] < each["bottom"] <= found["height"] for each in texts), texts
            assert all(each["left"] >= found["end"] for each in texts if each["text"].startswith("run"))
            assert {each["font"] for each in texts} == {f"{LETTERS_PX}px {found['family']}".replace("'", '"')}
            unit = [each["text"] for each in texts].index("epoch 0")
            assert f"{float(texts[unit + 1]['text']):.0e}"[0] in "125"
