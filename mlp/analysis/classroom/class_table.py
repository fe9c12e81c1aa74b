"""A table of networks by writers: how well each network of a class reads drawings that are new to it."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from mlp.analysis.scores import wilson_interval
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.language import Later, mark
from mlp.nn.reader import Reader

MIN_WRITERS = 6
"""Writers from which on a score has limits: of fewer, it says too little about others."""
MIN_WRITERS_TO_RANK = 18
"""Writers from which on a name can be the one that is misread most, see `most_misread`."""
READS = mark(
    "Your network reads what the others drew; after *Train with the class* or *Train on the class alone*, only what "
    "you drew. From six writers on, the two limits say how many of 100 it would read in about nine of ten other "
    "classes of as many writers. Fewer writers differ more."
)
"""What the table shows, for visitors."""


class Writer(NamedTuple):
    """Who wrote drawings: an id, and the name that the table shows."""

    id: str
    name: str
    drawings: DrawingSet


class Contender(NamedTuple):
    """A network of the table: its owner's id, empty if it belongs to nobody here, and the name that the table shows.

    ``way`` is how it was trained, see `mlp.analysis.training_way`, ``learned`` says what it has learned so far, and
    ``of_class`` is whether that includes the drawings that the others gave. Of a line that was kept, only the answers
    are left, and no ``reader``.
    """

    owner: str
    name: str
    reader: Reader | None
    way: str = ""
    learned: str = ""
    of_class: bool = False

    @property
    def title(self) -> Later:
        """Its name and how it was trained: nobody has two networks of one way."""
        name_and_way = "{name} · {way}"  # without a word to translate
        return Later(name_and_way, name=self.name, way=self.way)


class Cell(NamedTuple):
    """How a network read one writer's drawings: the answers, and which of them are right, (n,) each."""

    drawings: DrawingSet
    answers: np.ndarray
    right: np.ndarray


@dataclass(frozen=True)
class Line:
    """A network with its cells by the writers' ids, and its score on all of them together."""

    contender: Contender
    cells: dict[str, Cell]

    @property
    def n(self) -> int:
        """Number of drawings."""
        return sum(len(cell.right) for cell in self.cells.values())

    @property
    def n_right(self) -> int:
        """Number of drawings that were read right."""
        return sum(int(cell.right.sum()) for cell in self.cells.values())

    @property
    def interval(self) -> tuple[float, float] | None:
        """The limits of its score in other classes of as many who write like these; None for fewer than six writers.

        One writer's drawings are alike, so it counts them as fewer: by the variance between writers (Korn and Graubard
        1998), and Student's t for so few. Another class varies as much as this one, hence the root of two. To draw
        these writers again at random would cover less with few of them.
        """
        right, n = np.array([(cell.right.sum(), len(cell.right)) for cell in self.cells.values() if len(cell.right)]).T
        k, share, alone = len(n), self.n_right / self.n, self.n_right * (self.n - self.n_right) / self.n**3
        if k < MIN_WRITERS:
            return None
        between = k / (k - 1) * float(np.square(right - share * n).sum()) / self.n**2
        n_alike = self.n * alone / between if between > alone else self.n
        return wilson_interval(share * n_alike, n_alike, math.sqrt(2) * float(stdtrit(k - 1, 0.975)))


class Comparison(NamedTuple):
    """The lines of networks that were trained in one way, the best first, and all others."""

    way: str
    lines: list[Line]
    apart: list[Line]


def class_table(contenders: Sequence[Contender], writers: Sequence[Writer], earlier: Sequence[Line] = ()) -> list[Line]:
    """Return a line for each network that has drawings to read, the best first; of equal ones, that with more drawings.

    It reads the drawings of everybody but its owner, or its owner's alone if it has learned the others'. Networks of
    other names than the drawings have no line. The cells of ``earlier`` lines are not read again.
    """
    known = {
        (id(line.contender.reader and line.contender.reader.network), id(cell.drawings)): cell
        for line in earlier
        for cell in line.cells.values()
    }

    def read(contender: Contender, drawings: DrawingSet) -> Cell:
        assert contender.reader is not None  # else it may read nothing
        return known.get((id(contender.reader.network), id(drawings))) or _read(contender.reader, drawings)

    lines = [
        Line(
            contender,
            {writer.id: read(contender, writer.drawings) for writer in writers if _may_read(contender, writer)},
        )
        for contender in contenders
    ]
    return sorted((line for line in lines if line.n), key=lambda line: (line.n_right / line.n, line.n), reverse=True)


def compared(lines: Sequence[Line], chosen: str = "") -> Comparison:
    """Compare the networks that were trained in the chosen way: if there is none, in that of most learners' networks.

    The others are apart, in the order of their ways and names, as a comparison would say how they were trained, and
    not who writes how.
    """
    ways = Counter(line.contender.way for line in lines)
    usual = Counter(line.contender.way for line in lines if line.contender.owner) or ways
    most = max(sorted(usual), key=lambda way: (usual[way], ways[way]), default="")
    way = next((way for way in ways if way == chosen), most)  # of the table, which can be translated
    apart = [line for line in lines if line.contender.way != way]
    apart.sort(key=lambda line: (line.contender.way, line.contender.name))
    return Comparison(way, [line for line in lines if line.contender.way == way], apart)


def misread(lines: Sequence[Line], n_names: int) -> tuple[np.ndarray, np.ndarray]:
    """Return how many of each writer's drawings of each name the networks misread, and of how many, (writers, names).

    The networks should be trained in one way, see `compared`.
    """
    places: dict[str, int] = {}
    cells = [(places.setdefault(who, len(places)), cell) for line in lines for who, cell in line.cells.items()]
    wrong, of = np.zeros((2, len(places), n_names))
    for place, cell in cells:
        wrong[place] += np.bincount(cell.drawings.labels[~cell.right], minlength=n_names)
        of[place] += np.bincount(cell.drawings.labels, minlength=n_names)
    return wrong, of


def most_misread(wrong: np.ndarray, of: np.ndarray) -> int | None:
    """Return the place of the name that is misread most; None if it may well be another one in a class of as many.

    It must lead in four of five draws of these writers. A draw has half as many of them: its shares then vary like the
    difference of two classes. Of other synthetic classes of 18 or 25, 9 to 75% have another name first, so their number
    alone says little; this rule names one that they don't have in 6% at most. It needs the number, too: of fewer than
    18, what it names is first in less than four of five others, even if one name is far ahead.
    """
    n = len(of)
    if n < MIN_WRITERS_TO_RANK:
        return None
    draws = np.random.default_rng(0).multinomial(n // 2, np.full(n, 1 / n), 200)
    shares = (draws @ wrong) / np.maximum(draws @ of, 1)
    first = int((wrong.sum(axis=0) / np.maximum(of.sum(axis=0), 1)).argmax())
    leads = shares[:, first] > np.delete(shares, first, axis=1).max(axis=1)
    return first if leads.mean() >= 0.8 else None


def _may_read(contender: Contender, writer: Writer) -> bool:
    is_new = (writer.id == contender.owner) == contender.of_class
    reads = contender.reader is not None and contender.reader.learned.reads == writer.drawings.names
    return is_new and len(writer.drawings) > 0 and reads


def _read(reader: Reader, drawings: DrawingSet) -> Cell:
    answers = reader.predict(drawings.images)
    return Cell(drawings, answers, answers == drawings.labels)
