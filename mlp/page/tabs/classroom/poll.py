"""What a class thinks of ideas, before and after a lesson: counts, and which learners have answered."""

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field

from mlp.language import Later, mark

ANSWERS = (mark("Agree"), mark("Not sure"), mark("Disagree"))
PHASES = ("before", "after")
N_IDEAS = 5
LEAST = 5
"""Answers in each phase from which on the counts are shown: fewer would name people."""


@dataclass
class Poll:
    """A room's counts of each answer to each idea in each phase, so that nobody's answers can be told from others'.

    ``asks`` is the place in `PHASES` of what it asks now. ``answered`` has the numbers of the learners who have
    answered, in order of size. Once it is over, it takes no answers, as each further one would be seen in the counts.
    """

    asks: int | None = None
    is_over: bool = False
    counts: list[list[list[int]]] = field(default_factory=lambda: [[[0, 0, 0] for _ in range(N_IDEAS)] for _ in PHASES])
    answered: list[list[int]] = field(default_factory=lambda: [[] for _ in PHASES])

    def ask(self, phase: int | None) -> None:
        """Ask in a phase, or no longer with None, until it is over."""
        self.asks = None if self.is_over else phase

    @property
    def last_asked(self) -> int:
        """The place in `PHASES` of what it asks now, or else of what it has asked."""
        return int(self.is_over) if self.asks is None else self.asks

    def takes(self, number: int) -> bool:
        """Whether it asks a learner who has not answered in this phase."""
        return self.asks is not None and number not in self.answered[self.asks]

    def count(self, phase: int, number: int, answers: Sequence[int | None]) -> None:
        """Add a learner's answers, one for each idea, to the counts.

        Raises a ValueError if it does not take them; the text is for the learner.
        """
        if phase != self.asks or not self.takes(number):
            rule = mark("These answers are not counted: the question is over, or you have answered before.")
            raise ValueError(Later(rule))
        given = [answer for answer in answers if answer is not None and answer in range(len(ANSWERS))]
        if len(given) != N_IDEAS:
            raise ValueError(Later("Answer all five, then press again."))
        insort(self.answered[phase], number)
        for counts, answer in zip(self.counts[phase], given, strict=True):
            counts[answer] += 1

    @property
    def has_enough(self) -> bool:
        """Whether enough learners have answered in both phases to show the counts."""
        return min(map(len, self.answered)) >= LEAST

    def end(self) -> None:
        """Show the counts from now on, if there are enough."""
        if self.has_enough:
            self.asks, self.is_over = None, True
