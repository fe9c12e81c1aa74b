"""The answering network: shown and chosen."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from mlp import DEFAULT_MODEL, MLP, Reader
from mlp.images.drawing import to_mnist
from mlp.nn.weights import load_model
from mlp.page.style.html import percent
from tests.browser.digits import DIGITS
from tests.browser.pen import fit
from tests.page.sight import at_rest, draw, networks, picture, text, visitor_of
from tests.page.ways import press


def test_basic_network_is_offered_once_it_answers_or_after_a_run_of_another_recipe(open_page: Callable[..., AppTest]):
    page = draw(open_page(network="article"), 4)
    assert networks(page) == ["Pretrained", "Basic"]
    assert "Reading with Basic" in text(page)
    assert text(page, "bars") == bars_of(DEFAULT_MODEL.with_name("article.safetensors"), 4)
    page.segmented_control(key="network").set_value("pretrained").run()
    assert text(page, "bars") == bars_of(DEFAULT_MODEL, 4)
    assert networks(page) == ["Pretrained"]
    page.select_slider(key="learning_rate").set_value(0.01).run()
    at_rest(page.button(key="step").click().run())
    assert networks(page) == ["Pretrained", "Basic", "1 · own settings"]
    page.select_slider(key="learning_rate").set_value(0.1).run()
    press(page, "train")
    visitor_of(page).job.pause()
    assert networks(at_rest(page)) == ["Pretrained", "2 · Basic", "1 · own settings"]


def bars_of(network: Path | MLP | Reader, digit: int) -> str:
    """Return the bars expected for a digit, computed without the page."""
    if isinstance(network, Path):
        network = load_model(network)
    shares = network.predict_proba(to_mnist(np.asarray(picture(fit(DIGITS[digit])))[:, :, 0])[None])[0]
    return " ".join(f"{digit} {percent(share)}" for digit, share in enumerate(shares))


def test_straightening_run_reads_and_shows_upright_drawings(page: AppTest):
    draw(page, 7)
    assert "upright" not in text(page, "model_input")
    page.toggle(key="straighten").set_value(True)
    page.button(key="step").click().run()
    at_rest(page)
    assert " ".join(text(page, "model_input").split()) == "as drawn → cut to ink → 20 × 20 → 28 × 28 → upright"
    run = visitor_of(page).job.snapshot()
    assert text(page, "bars") == bars_of(Reader(run.network, straighten=True), 7) != bars_of(run.network, 7)
