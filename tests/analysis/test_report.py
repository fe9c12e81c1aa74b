"""A run's report is complete, and contains no foreign markup."""

import numpy as np

from mlp.analysis.mistakes import Readings
from mlp.analysis.report import MAX_MISTAKES_SHOWN, MAX_OWN_SHOWN, ReadDigits, report_page
from mlp.training.settings import Settings


def digits(n: int, wrong: int) -> ReadDigits:
    labels = np.arange(n) % 10
    answers = np.where(np.arange(n) < wrong, (labels + 1) % 10, labels)
    probabilities = np.full((n, 10), 0.02)
    probabilities[np.arange(n), answers] = 0.82
    return ReadDigits(np.full((n, 784), 128, np.uint8), Readings(labels, answers, probabilities))


def test_settings_curves_confusion_mistakes_and_own_digits_are_there():
    settings = Settings(hidden=(30,), learning_rate=0.25, straighten=True)
    page = report_page("Run 3", [("Data", "MNIST")], settings, b"<svg></svg>", digits(200, 40), digits(40, 3))
    assert "<h1>Run 3</h1>" in page
    assert "160 of 200 validation images read correctly, 80.00%" in page
    assert "<dt>Learning rate</dt><dd>0.25</dd>" in page
    assert "<dt>Straighten</dt><dd>yes</dd>" in page
    assert page.count('<td class="wrong">4</td>') == 10
    assert "Most confident mistakes, of 40" in page
    assert "Own digits: 37 of 40 read correctly" in page
    assert page.count("<figure>") == MAX_MISTAKES_SHOWN + MAX_OWN_SHOWN
    assert "0 → <b>1</b><br>82.0%" in page


def test_report_escapes_foreign_text_and_makes_no_requests():
    page = report_page("<b>", [("Data", "<script>alert(1)</script>")], Settings(), b"", digits(10, 0))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<title>&lt;b&gt;</title>" in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "<p>None.</p>" in page
    assert "Own digits" not in page
