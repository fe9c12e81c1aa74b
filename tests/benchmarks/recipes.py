"""Train each recipe with several seeds, and print how the networks read. Prints Markdown: means, with the range.

``python -m tests.benchmarks.recipes unipen.json.gz numberpad.json.gz``
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

import mlp
from mlp.analysis.scores import score_drawings
from mlp.cli.main import main as command_line
from mlp.images.recorded import Example, load_drawings
from mlp.training.data.synthetic_validation import synthetic_score
from mlp.training.recipes import RECIPES
from tests.benchmarks.timing import print_table

SEEDS = (42, 1, 2, 3)


def scores(recipe: str, seed: int, recorded: Sequence[list[Example]]) -> list[float]:
    """Return the accuracies of a newly trained network: MNIST's test images, synthetic digits, recorded drawings."""
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(sys.stderr):
        file = str(Path(folder) / "network.safetensors")
        command_line(["train", "--recipe", recipe, "--seed", str(seed), "--out", file])
        network = mlp.load_model(file)
    test, synthetic = mlp.load_mnist().test, synthetic_score(network)
    _, accuracy = mlp.evaluate(network, test.images, test.labels)
    return [accuracy, synthetic.all, synthetic.unseen, *(score_drawings(network, some).accuracy for some in recorded)]


def row(recipe: str, seeds: Sequence[int], recorded: Sequence[list[Example]]) -> list[str]:
    """Return the cells of a recipe: its name, then the mean and range of each score."""
    columns = zip(*(scores(recipe, seed, recorded) for seed in seeds), strict=True)
    return [f"`{recipe}`", *map(mean_and_range, columns)]


def mean_and_range(shares: Sequence[float]) -> str:
    """Return percentages, such as ``98.13% (98.05–98.20)``."""
    mean = sum(shares) / len(shares)
    return f"{100 * mean:.2f}% ({100 * min(shares):.2f}–{100 * max(shares):.2f})"


def main() -> None:
    """Print a row for each recipe."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("drawings", nargs="*", metavar="FILE", help="files of recorded drawings")
    parser.add_argument("--recipe", nargs="+", choices=RECIPES, default=[*RECIPES], help="default: all")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS, metavar="N", help="default: 42 1 2 3")
    given = parser.parse_args()
    recorded = [load_drawings(path) for path in given.drawings]
    names = [f"`{Path(path).name.partition('.')[0]}`" for path in given.drawings]
    print_table(
        ["recipe", "MNIST test", "synthetic digits", "those in unseen styles", *names],
        (row(recipe, given.seeds, recorded) for recipe in given.recipe),
    )


if __name__ == "__main__":
    main()
