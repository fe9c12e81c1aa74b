"""Turns go by owner and by the time that they took."""

from collections import Counter

from mlp.jobs.workers.turns import Turns


def taken(turns: Turns[str], n_turns: int, **seconds: float) -> dict[str, int]:
    """How many of so many turns each owner has, who always asks for more and whose turns take so long."""
    count = dict.fromkeys(seconds, 0)
    for _ in range(n_turns):
        owner, item = turns.take()
        count[owner] += 1
        turns.ended(owner, seconds[owner])
        turns.put(owner, item)
    return count


def test_whose_turns_take_longer_has_fewer_of_them():
    turns: Turns[str] = Turns()
    for owner in ("Ada", "Ben"):
        turns.put(owner, "a slice")
    assert taken(turns, 50, Ada=1.0, Ben=0.25) == {"Ada": 10, "Ben": 40}


def test_turns_that_end_at_once_count_alike():
    turns: Turns[str] = Turns()
    for owner in ("Ada", "Ben"):
        turns.put(owner, "a slice")
    assert taken(turns, 50, Ada=0.001, Ben=0.0) == {"Ada": 25, "Ben": 25}


def test_who_comes_later_is_owed_nothing_for_the_time_before():
    turns: Turns[str] = Turns()
    turns.put("Ada", "a slice")
    taken(turns, 100, Ada=0.25)
    turns.put("Ben", "a slice")
    assert taken(turns, 20, Ada=0.25, Ben=0.25) == {"Ada": 10, "Ben": 10}


def test_a_turn_that_came_to_nothing_is_not_counted():
    turns: Turns[str] = Turns()
    for owner in ("Ada", "Ben"):
        turns.put(owner, "a slice")
    for _ in range(3):
        owner, item = turns.take()
        assert owner == "Ada"
        turns.put_back(owner, item)
    assert taken(turns, 4, Ada=0.25, Ben=0.25) == {"Ada": 2, "Ben": 2}


def test_in_a_class_long_work_takes_turns_of_whoever_began_it_and_of_nobody_else():
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
