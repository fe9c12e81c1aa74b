"""Leave-one-out: each drawing is read by a network that learned all but one of each sign."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mlp.analysis.signs.sign_score import SignScore, score
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.jobs.slices import advance
from mlp.nn.reader import Reader
from mlp.training.data.drawing_data import DrawingData, leave_one_out
from mlp.training.run import Run
from mlp.training.settings import Settings

SLICE_S = 0.25


@dataclass(frozen=True)
class LeftOut:
    """Leave-one-out as a `Computation`: what each network learns, the one that trains now, and the scores so far."""

    data: Sequence[DrawingData]
    run: Run
    scores: tuple[SignScore, ...] = ()

    @property
    def progress(self) -> float:
        """Fraction of the networks that are trained."""
        return len(self.scores) / len(self.data)

    def remaining(self) -> Iterator["LeftOut"]:
        """Yield the state after each further slice of training."""
        now = self
        while now.progress < 1:
            data = now.data[len(now.scores)]
            done = advance(now.run, data, SLICE_S)
            if done.diverged is not None or done.run.finished(len(data.load().train)):
                now = LeftOut(now.data, Run(now.run.settings), (*now.scores, held_score(done.run.reader, data)))
            else:
                now = replace(now, run=done.run)
            yield now


def left_out_scores(signs: DrawingSet, settings: Settings) -> Iterator[SignScore]:
    """Train a network for each drawing of the largest sign, and yield its score on the drawings that it did not learn.

    Raises a ValueError at the first network if the set is too small.
    """
    n_known = 0
    for now in LeftOut(leave_one_out(signs), Run(settings)).remaining():
        yield from now.scores[n_known:]
        n_known = len(now.scores)


def held_score(reader: Reader, data: DrawingData) -> SignScore:
    """Return a network's score on the drawings that were held back from it."""
    return score(reader, data.held.images, data.held.labels)
