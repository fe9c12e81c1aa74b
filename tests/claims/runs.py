"""Small runs that several claims use, each trained once."""

from functools import cache
from itertools import islice
from typing import NamedTuple

import numpy as np

from mlp import DEFAULT_MODEL
from mlp.images.mnist import Split
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.nn.weights import load_model
from mlp.training.evaluation import evaluate
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from tests.sample_digits import sample

SEEDS = (1, 2)
DATA = sample()
UNSEEN = Split(
    np.concatenate([DATA.validation.images, DATA.test.images]),
    np.concatenate([DATA.validation.labels, DATA.test.labels]),
)
EPOCH = 125  # steps, of all 4,000 images


class Trained(NamedTuple):
    """A run with the loss of each step, and networks at some of its steps."""

    run: Run
    losses: np.ndarray
    networks: dict[int, MLP]

    @property
    def network(self) -> MLP:
        """The network at the end."""
        return self.run.network


def trained(n_steps: int, keep: tuple[int, ...] = (), **settings: object) -> Trained:
    """Train on the sample for ``n_steps`` steps, and keep the networks after some of them."""
    return _trained_once(n_steps, keep, Settings(**{"epochs": 100, **settings}))  # type: ignore[arg-type]


def train_anew(n_steps: int, keep: tuple[int, ...], settings: Settings) -> Trained:
    """Do what `trained` does, even if it was done before."""
    run = Run(settings)
    networks = {0: run.network.copy()} if 0 in keep else {}
    losses = []
    with np.errstate(over="ignore", invalid="ignore"):
        for step in islice(steps(run, DATA.train.images, DATA.train.labels), n_steps):
            losses.append(step.loss)
            if step.number in keep:
                networks[step.number] = run.network.copy()
    return Trained(run, np.array(losses), networks)


_trained_once = cache(train_anew)


@cache
def pretrained(name: str) -> Reader:
    """Return a pretrained network: "inkling" or "article"."""
    return load_model(DEFAULT_MODEL.with_name(f"{name}.safetensors"))


def right(network: MLP | Reader, split: Split = UNSEEN) -> float:
    """Return the share of images that a network reads correctly."""
    return float((network.predict(split.images) == split.labels).mean())


def loss(network: MLP, split: Split) -> float:
    """Return the mean loss over a split."""
    return evaluate(network, split.images, split.labels)[0]


def mean_over_seeds(n_steps: int, **settings: object) -> float:
    """Return the share of unseen images read correctly after ``n_steps`` steps, the mean of two seeds."""
    return float(np.mean([right(trained(n_steps, seed=seed, **settings).network) for seed in SEEDS]))
