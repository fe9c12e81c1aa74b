"""The curves as a picture, for downloads and reports."""

import xml.etree.ElementTree as ElementTree
from io import BytesIO

import pytest
from PIL import Image

from mlp.page.tabs.runs.printed_curves import printed_curves
from tests.page.style.test_plots import history


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_curves_can_be_kept_as_a_picture(kind):
    records = history()
    records.learning_rates.append((1.5, 0.01))
    data = printed_curves(records, 3, "Inkling, run 1", kind)
    if kind == "png":
        assert Image.open(BytesIO(data)).size == (1760, 640)
    else:
        assert "Inkling, run 1" in words(data.decode())


def words(svg):
    """Return all texts in a chart."""
    return " ".join(element.text for element in ElementTree.fromstring(svg).iterfind(".//{*}text"))
