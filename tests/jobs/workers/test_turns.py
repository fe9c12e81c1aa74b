"""Turns are shared by owner, according to the time they took."""

from collections import Counter

from mlp.jobs.workers.turns import Turns


def taken(turns: Turns[str], n_turns: int, **seconds: float) -> dict[str, int]:
    """Return how many of ``n_turns`` turns each owner gets if all always want more."""
    count = dict.fromkeys(seconds, 0)
    for _ in range(n_turns):
        owner, item = turns.take()
        count[owner] += 1
        turns.ended(owner, seconds[owner])
        turns.put(owner, item)
    return count


def test_owner_with_longer_turns_gets_fewer():
    turns: Turns[str] = Turns()
    for owner in ("Ada", "Ben"):
        turns.put(owner, "a slice")
    assert taken(turns, 50, Ada=1.0, Ben=0.25) == {"Ada": 10, "Ben": 40}


def test_owner_whose_worker_got_half_the_time_gets_twice_the_turns():
    turns: Turns[str] = Turns()
    for owner in ("Ada", "Ben"):
        turns.put(owner, "a slice")
    assert taken(turns, 60, Ada=0.25, Ben=0.125) == {"Ada": 20, "Ben": 40}


def test_short_turns_count_equally():
    turns: Turns[str] = Turns()
    for owner in ("Ada", "Ben"):
        turns.put(owner, "a slice")
    assert taken(turns, 50, Ada=0.001, Ben=0.0) == {"Ada": 25, "Ben": 25}


def test_late_owner_is_owed_no_earlier_time():
    turns: Turns[str] = Turns()
    turns.put("Ada", "a slice")
    taken(turns, 100, Ada=0.25)
    turns.put("Ben", "a slice")
    assert taken(turns, 20, Ada=0.25, Ben=0.25) == {"Ada": 10, "Ben": 10}


def test_turn_put_back_is_not_counted():
    turns: Turns[str] = Turns()
    for owner in ("Ada", "Ben"):
        turns.put(owner, "a slice")
    for _ in range(3):
        owner, item = turns.take()
        assert owner == "Ada"
        turns.put_back(owner, item)
    assert taken(turns, 4, Ada=0.25, Ben=0.25) == {"Ada": 2, "Ben": 2}


def test_long_work_delays_only_its_own_owner():
    turns: Turns[str] = Turns()
    at_work = range(9)  # of 24
    for owner in range(24):
        turns.put(owner, "run")
    for owner in at_work:
        turns.put(owner, "valley")
    count: Counter[tuple[int, str]] = Counter()
    for _ in range(1200):
        for owner, item in [turns.take(), turns.take()]:  # on two workers
            count[owner, item] += 1
            turns.ended(owner, 0.25)
            turns.put(owner, item)
    assert [count[owner, "run"] for owner in range(24)] == [50] * 9 + [100] * 15
    assert [count[owner, "valley"] for owner in at_work] == [50] * 9


def test_work_outside_of_turns_counts_like_turns():
    turns: Turns[str] = Turns()
    for owner in ("Ada", "Ben"):
        turns.put(owner, "a slice")
    turns.charge("Ada", 2.5)
    assert taken(turns, 30, Ada=0.25, Ben=0.25) == {"Ada": 10, "Ben": 20}


def test_owner_without_turns_is_charged_nothing():
    turns: Turns[str] = Turns()
    turns.charge("Ben", 100.0)
    for owner in ("Ada", "Ben"):
        turns.put(owner, "a slice")
    assert taken(turns, 20, Ada=0.25, Ben=0.25) == {"Ada": 10, "Ben": 10}
