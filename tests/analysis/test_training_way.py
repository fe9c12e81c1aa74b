"""How a network was trained, in words: equal for what can be compared, different for all else."""

import pickle

import pytest

from mlp.analysis.training_way import settings_in_words, way_of
from mlp.class_names import DIGITS
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.jobs.job import Job
from mlp.jobs.origin import Origin
from mlp.page.tabs.classroom.break_it import lesson_of
from mlp.training.data.drawing_data import class_data, drawing_data
from mlp.training.data.few_digits import FewDigits
from mlp.training.data.sources import chosen_mnist
from mlp.training.recipes import RECIPES
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.each_setting import EACH_SETTING
from tests.images.drawings.sample_drawings import own_digits
from tests.jobs.workers.manual_engine import ManualEngine
from tests.sample_digits import sample


def snapshot(settings: Settings):
    return Job(Run(settings), chosen_mnist(), ManualEngine(), "somebody").snapshot()


def test_each_recipe_has_its_name_images_and_epochs():
    words = {name: settings_in_words(recipe.settings) for name, recipe in RECIPES.items()}
    assert words == {
        "article": "Basic, 25 epochs",
        "quick": "Quick and good, 5 epochs",
        "handwriting": "Reads my handwriting, 12 epochs",
        "small": "Too small, 10 epochs",
        "by-heart": "Memorizes, 300 images, 100 epochs",
        "too-fast": "Far too fast, 5 epochs",
    }


@pytest.mark.parametrize("change", EACH_SETTING)
def test_each_setting_but_the_seed_makes_another_way(change: str):
    before, after = map(settings_in_words, EACH_SETTING[change])
    assert (before == after) == (change == "names" or change.startswith("seed "))


def test_way_says_whose_drawings_a_run_learned_and_where_it_began():
    digits = sample().test
    own = own_digits(digits.images[:20], digits.labels[:20])
    now, mnist, none = snapshot(Settings()), chosen_mnist(), DrawingSet(DIGITS)
    ways = [
        way_of(now, data, origin)
        for data, origin in (
            (mnist, None),
            (FewDigits(mnist, 4), None),
            (drawing_data(own, mnist, 0.25), Origin("run 1", None)),
            (class_data(own, none, "k7p3x9qa", mnist, 0.25), Origin("run 1", None)),
            (
                class_data(own, none, "k7p3x9qa", mnist, 0.0),
                Origin("the pretrained network", "pretrained"),
            ),
            (class_data(own, own, "k7p3x9qa"), None),
            (lesson_of(list(own.examples), "k7p3x9qa"), Origin("the basic network", "article")),
        )
    ]
    assert ways == [
        "Basic, 25 epochs",
        "Basic, 25 epochs, 4 images of each digit",
        "with own drawings",
        "with the class",
        "by Inkling, then with the class, at a share of 0%",
        "the class alone, Basic, 25 epochs",
        "Basic, then with a round’s mistakes",
    ]


def test_way_keeps_what_translates_it():
    way = pickle.loads(pickle.dumps(settings_in_words(Settings(learning_rate=0.5, epochs=1))))
    assert way == "Basic, learning rate 0.5, 1 epoch"
    assert (way.values["recipe"], way.key) == ("Basic", "{recipe}, {more}")
    assert way.values["more"].values["first"].values["value"].values == {"value": 0.5}


def test_rate_that_was_moved_makes_another_way():
    job = Job(Run(Settings()), chosen_mnist(), ManualEngine(), "somebody")
    job.set_learning_rate(0.5)
    job.step()
    assert way_of(job.snapshot(), job.data, None) == "Basic, 25 epochs, learning rate moved to 0.5"
