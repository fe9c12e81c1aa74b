"""The measurements of `make siege`; the siege itself takes minutes and is not run here."""

from concurrent.futures import Future
from dataclasses import replace
from types import SimpleNamespace

import pytest

from mlp.images.decoding import PictureError
from mlp.images.photo import read_picture
from mlp.images.sheet_photos.found_digits import MAX_DIGITS
from mlp.jobs.job import Job
from mlp.jobs.sweep import Trial
from mlp.page.tabs.runs.sweep import sweep_table
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from tests.sample_digits import sample
from tests.siege.attacks import ATTACKS
from tests.siege.attacks.pictures import many_scans, many_specks
from tests.siege.attacks.states import wrong_states
from tests.siege.attacks.sweeps import steps_of
from tests.siege.hour import Mark, grown
from tests.siege.pupil import Pupil
from tests.siege.row import HEADER, Row, is_back
from tests.siege.siege import Siege
from tests.siege.watch import Moment, between, speed

KEPT = Row(
    attack="a knock",
    share=0.95,
    fair=8 / 9,
    strokes_ms=(40.0, 60.0, 250.0),
    lost=0,
    before_mb=700.0,
    worst_mb=900.0,
    after_mb=710.0,
    bound_mb=1400.0,
    back_s=0.0,
)


def test_harmless_attack_meets_all_goals():
    assert KEPT.missed() == []
    assert KEPT.cells()[-1] == "met"
    assert len(KEPT.cells()) == len(HEADER)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lost": 2}, "2 runs lost"),
        ({"share": 0.7}, "training below the fair share"),
        ({"strokes_ms": (40.0, 301.0)}, "1 of 2 strokes above 300 ms"),
        ({"strokes_ms": ()}, "nobody could draw"),
        ({"worst_mb": 1681.0}, "memory above its bound"),
        ({"back_s": None}, "memory not back"),
        ({"faults": ("a foreign host is let in",)}, "a foreign host is let in"),
    ],
)
def test_each_goal_can_be_missed(change: dict, message: str):
    assert replace(KEPT, **change).missed() == [message]


def test_strangers_training_is_read_from_the_sweep_table():
    class Idle:
        """Takes calls and never answers."""

        def submit(self, *call, **options):
            return Future()

    def trial(run: Run) -> Trial:
        return Trial(f"{run.step}", Job(run, chosen_mnist(), Idle()).snapshot())

    run = Run(Settings(hidden=(4,), images=320, epochs=3))
    trials = []
    for step in steps(run, sample().train.images, sample().train.labels):
        if step.number in (1, 10, 13):  # an epoch has ten
            trials.append(trial(run.copy()))
    assert steps_of(sweep_table("seed", trials), 10) == 1 + 10 + 13


def test_training_share_has_no_goal_if_its_workers_are_removed():
    assert replace(KEPT, fair=None, share=0.1).missed() == []


def test_memory_is_back_within_a_fifth():
    assert is_back(119, 100)
    assert not is_back(121, 100)


def test_visitors_own_work_is_not_counted_against_the_server():
    busy = [Moment(0, 100, 0), Moment(5, 900, 2), Moment(10, 100, 5)]
    assert speed(busy, cores=2, trained_at=lambda at: 150 * at) == 100
    assert between(busy, 1, 9) == busy[1:2]
    assert speed(busy[:1], cores=2, trained_at=lambda at: 150 * at) == 0


def test_steps_count_at_their_training_time():
    pupil = SimpleNamespace(progress_seen=[(100.0, 500), (107.0, 1200), (114.0, 1900)])
    assert [Pupil.trained_at(pupil, at) for at in (100, 105, 110, 200)] == [500, 1000, 1500, 1900]


def test_unanswered_stroke_of_a_killed_server_counts_only_if_late():
    strokes = [(10.0, 0.2), (19.9, 30.0), (19.0, 30.0), (22.0, 30.0), (31.0, 0.1)]
    siege = SimpleNamespace(pupils=[SimpleNamespace(strokes=strokes)], down=[(20.0, 30.0)])
    assert Siege.strokes_ms(siege, 5, 40) == pytest.approx((200, 1000, 100))


def test_uneven_hour_is_named():
    first = Mark(10, 400, 900, 150, 60)
    assert grown([first, replace(first, minutes=60, all_mb=1000)]) == []
    assert grown([first, replace(first, minutes=60, descriptors=400)]) == ["descriptors: 150 to 400"]


def test_attacks_send_what_they_declare():
    assert {attack.name for attack in ATTACKS.values()} == set(ATTACKS)
    assert len({type_of(state) for state in wrong_states("$$ID-x")}) == 9
    with pytest.raises(PictureError):  # well formed, and blank
        read_picture(many_scans(3, (80, 60)))
    assert len(read_picture(many_specks()).sheet.digits) == MAX_DIGITS


def type_of(state) -> str:
    return state.WhichOneof("value")
