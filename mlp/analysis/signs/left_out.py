"""Leave-one-out: each drawing is read by a network that learned all but one of each sign."""

from collections.abc import Iterator

from mlp.analysis.signs.sign_score import SignScore, score
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.jobs.slices import advance
from mlp.nn.reader import Reader
from mlp.training.data.drawing_data import DrawingData, leave_one_out
from mlp.training.run import Run
from mlp.training.settings import Settings

SLICE_S = 1.0


def left_out_scores(signs: DrawingSet, settings: Settings) -> Iterator[SignScore]:
    """Train a network for each drawing of the largest sign, and yield its score on the drawings that it did not learn.

    Raises a ValueError at the first network if the set is too small.
    """
    for data in leave_one_out(signs):
        run = Run(settings)
        n_images = len(data.load().train)
        while not run.finished(n_images):
            done = advance(run, data, SLICE_S)
            run = done.run
            if done.diverged is not None:
                break
        yield held_score(run.reader, data)


def held_score(reader: Reader, data: DrawingData) -> SignScore:
    """Return a network's score on the drawings that were held back from it."""
    return score(reader, data.held.images, data.held.labels)
