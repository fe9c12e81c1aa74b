"""Counts of the visitors' results, and those that must be zero."""

from collections import Counter
from dataclasses import dataclass, field

MUST_BE_ZERO = (
    "connections that the page closed",
    "different answers to identical drawings",
    "downloads that failed",
    "exceptions on a page",
    "runs lost",
    "tabs left behind by another of the same visitor",
    "teachings refused",
    "times a page did not answer in time",
)


@dataclass
class Report:
    """The counts so far."""

    counts: Counter[str] = field(default_factory=Counter)
    answers: dict[object, tuple[str, str]] = field(default_factory=dict)  # the first answer, and its visitor
    troubles: list[str] = field(default_factory=list)

    def answer(self, drawing: object, answer: str, by: str) -> None:
        """Record an answer of the pretrained network, and the name that the page shows for it."""
        self.counts["answers given"] += 1
        first = self.answers.setdefault(drawing, (answer, by))
        if answer != first[0]:
            self.trouble("different answers to identical drawings", f"{drawing}: {first!r}, then {(answer, by)!r}")

    def trouble(self, kind: str, what: str) -> None:
        """Record a failure."""
        self.counts[kind] += 1
        self.troubles.append(f"{kind}: {what}")

    @property
    def clean(self) -> bool:
        """Whether there was no failure."""
        return not any(self.counts[kind] for kind in MUST_BE_ZERO)
