"""An attack's cost to the class, the goals, and the table of results."""

from collections.abc import Iterable
from dataclasses import dataclass, field

STROKE_MS = 300.0  # measured at the server
MEMORY_MARGIN = (
    1.2  # memory may exceed its limit by a fifth; it has recovered when at most a fifth above its earlier size
)
NOISE = 0.9  # ratio of two measurements of the same speed on the same machine

HEADER = (
    "attack",
    "training, share of before (fair share)",
    "strokes, median",
    "worst",
    "lost runs",
    "memory before",
    "highest (allowed)",
    "after",
    "goals",
)


@dataclass(frozen=True)
class Row:
    """An attack and its cost.

    Parameters
    ----------
    attack : str
        A short description.
    share : float
        The class's training speed during the attack, divided by its speed before.
    fair : float or None
        The class's fair share among all visitors. None if the attack removes the workers that train: then only lost
        runs count.
    strokes_ms : tuple of float
        Each stroke's wait for its answer during the attack.
    lost : int
        Runs that were missing afterward or did not continue.
    before_mb, worst_mb, after_mb, bound_mb : float
        Memory of the server and its workers. The bound is that of an empty page plus the limit for visitors.
    back_s : float or None
        Seconds after the attack until memory had recovered; None if it did not in time.
    faults : tuple of str
        Other failures that the attack found.
    notes : tuple of str
        Other measurements.
    """

    attack: str
    share: float
    fair: float | None
    strokes_ms: tuple[float, ...]
    lost: int
    before_mb: float
    worst_mb: float
    after_mb: float
    bound_mb: float
    back_s: float | None
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def median_ms(self) -> float:
        """Median of the strokes; the upper one of two."""
        return sorted(self.strokes_ms)[len(self.strokes_ms) // 2] if self.strokes_ms else float("nan")

    @property
    def worst_ms(self) -> float:
        """The longest wait of a stroke."""
        return max(self.strokes_ms, default=float("nan"))

    def missed(self) -> list[str]:
        """Return the missed goals."""
        missed = []
        if self.lost:
            missed.append(f"{self.lost} runs lost")
        if self.fair is not None and self.share < NOISE * self.fair:
            missed.append("training below the fair share")
        if not self.strokes_ms:
            missed.append("nobody could draw")
        elif self.worst_ms > STROKE_MS:
            late = sum(stroke > STROKE_MS for stroke in self.strokes_ms)
            missed.append(f"{late} of {len(self.strokes_ms)} strokes above {STROKE_MS:.0f} ms")
        if self.worst_mb > MEMORY_MARGIN * self.bound_mb:
            missed.append("memory above its bound")
        if self.back_s is None:
            missed.append("memory not back")
        return [*missed, *self.faults]

    def cells(self) -> list[str]:
        """Return the row of the table."""
        fair = "–" if self.fair is None else f"{self.fair:.0%}"
        return [
            self.attack,
            f"{self.share:.0%} ({fair})",
            f"{self.median_ms:,.0f} ms",
            f"{self.worst_ms:,.0f} ms",
            str(self.lost),
            f"{self.before_mb:,.0f} MB",
            f"{self.worst_mb:,.0f} ({MEMORY_MARGIN * self.bound_mb:,.0f}) MB",
            f"{self.after_mb:,.0f} MB" + ("" if self.back_s is None else f", in {self.back_s:.0f} s"),
            "; ".join(self.missed()) or "met",
        ]


def fair_share(n_pupils: int, n_strangers: int) -> float:
    """Return the class's fair share, equal for each person.

    Examples
    --------
    >>> fair_share(5, 1)
    0.8333333333333334
    """
    return n_pupils / (n_pupils + n_strangers)


def is_back(memory_mb: float, before_mb: float) -> bool:
    """Whether memory has recovered. The class has continued meanwhile, so that slightly more is needed."""
    return memory_mb <= MEMORY_MARGIN * before_mb


def line(cells: Iterable[str]) -> str:
    """Return a line of a Markdown table."""
    return f"| {' | '.join(cells)} |"
