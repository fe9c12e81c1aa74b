"""Sweeps over one setting, for tests."""

from collections.abc import Sequence
from typing import Any

from mlp.jobs.sweep import Sweep, variations
from mlp.training.data.sources import chosen_mnist
from mlp.training.settings import Settings
from tests.jobs.workers.manual_engine import ManualEngine


def sweep_over(base: Settings, name: str, values: Sequence[Any], engine: Any = None) -> Sweep:
    """Return a sweep over a setting, on the engine or on one that carries out nothing by itself."""
    return Sweep.new(
        [(each, chosen_mnist()) for each in variations(base, name, values)], engine or ManualEngine(), name=name
    )
