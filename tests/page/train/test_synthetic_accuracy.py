"""The train card's texts on drawings."""

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from mlp.images.drawings.drawing_set import NO_DIGITS
from mlp.page.train.synthetic_accuracy import synthetic_accuracy_text
from mlp.training.history import Evaluation
from mlp.training.recipes import RECIPES
from tests.images.drawings.sample_drawings import own_digits
from tests.page.sight import at_rest, chart, text, visitor_of
from tests.sample_digits import sample


def test_run_shows_its_accuracy_on_drawings_and_its_curve(open_page):
    page: AppTest = open_page(tab="Runs", images="300", epochs="2")
    page.button(key="step").click().run()
    at_rest(page)
    assert "On synthetic digits : " in text(page, "synthetic_accuracy")
    page.button(key="step").click().run()
    at_rest(page)
    assert "drawings" not in [line.get("name") for line in chart(page, "accuracy")["lines"]]
    page.toggle(key="show_synthetic").set_value(True).run()
    assert "drawings" in [line.get("name") for line in chart(page, "accuracy")["lines"]]


def test_own_digits_count_from_ten_and_gaps_are_shown(open_page):
    page = open_page(images="300")
    page.button(key="step").click().run()
    now = at_rest(page) and visitor_of(page).job.snapshot()
    images, labels = sample().train.images, sample().train.labels
    own = own_digits(images[:10], labels[:10])
    right = int((now.reader.predict(images[:10]) == labels[:10]).sum())
    assert f"reads {right} of your 10" in synthetic_accuracy_text(now, own)
    assert "of your" not in synthetic_accuracy_text(now, own_digits(images[:9], labels[:9]))
    for share, words in (
        (0.889, "1.1 points below validation · 40.0% in styles"),
        (0.899, "On synthetic digits</button>: <b>89.9%</b><span"),
        (0.899, "At step 2 · 40.0% in styles"),
        (0.94, "4.0 points above validation"),
    ):
        now.history.evaluations.append(Evaluation(2, 1.0, 0.1, 0.9, share, 0.4))
        assert words in synthetic_accuracy_text(now, NO_DIGITS)
    now.history.evaluations.append(Evaluation(2, 1.0, 0.1, 0.9, 0.5, 0.4))
    done = replace(now, settings=RECIPES["article"].settings, finished=True, data_name="MNIST")
    assert "50.0%" in synthetic_accuracy_text(done, NO_DIGITS)
    assert "people’s real drawings" in synthetic_accuracy_text(done, NO_DIGITS)
    assert "people’s real drawings" not in synthetic_accuracy_text(
        replace(done, data_name="MNIST sample with 3 own digits"), NO_DIGITS
    )
