"""Digests of the final weights of short runs, by library versions and type of core.

``python -m tests.training.recorded.digests`` adds this machine's; OPENBLAS_CORETYPE sets another type of core.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import scipy
from numpy.lib.introspect import opt_func_info
from threadpoolctl import threadpool_info, threadpool_limits

from mlp import Settings
from mlp.blas import same_bits
from mlp.training.run import Run, steps
from tests.sample_digits import sample

FILE = Path(__file__).with_name("digests.json")
COMMON = {"images": 2500, "epochs": 2, "seed": 5, "weight_decay": 1e-4}  # two blocks of warps an epoch
KINDS = {
    "plain sgd": Settings(images=2500, epochs=2, seed=5),  # its updates are made inside the products
    "sgd": Settings(**COMMON),
    "sgd warped": Settings(**COMMON, momentum=0.9, learning_rate=0.02, schedule="cosine", warp=1.0),
    "adam": Settings(**COMMON, optimizer="adam", learning_rate=0.001, activation="tanh"),
    "adam warped": Settings(**COMMON, optimizer="adam", learning_rate=0.001, warp=1.0),
}


def libraries() -> str:
    """Return all that the last bits depend on: both BLAS with their cores, and the processor that numpy uses."""
    blas = {
        package: f"{info['internal_api']} {info['version']} {info.get('architecture')}"
        for info in threadpool_info()
        for package in ("numpy", "scipy")
        if info["user_api"] == "blas" and f"{package}.libs" in info["filepath"]
    }
    exp = opt_func_info(func_name="^exp$", signature="^float32$")["exp"]["ff"]["current"]
    order = "" if same_bits() else ", which adds up in another order"
    return (
        f"numpy {np.__version__} for {exp} with {blas.get('numpy')}, scipy {scipy.__version__} with "
        f"{blas.get('scipy')}{order}"
    )


def digest(run: Run) -> str:
    """Return the SHA-256 of the weights' bytes."""
    return hashlib.sha256(run.network.values.tobytes()).hexdigest()


def unsliced(settings: Settings) -> Run:
    """Return a run that was trained in one go."""
    run = Run(settings)
    for _ in steps(run, sample().train.images, sample().train.labels):
        pass
    return run


def recorded() -> dict[str, dict[str, str]]:
    return json.loads(FILE.read_text(encoding="ascii")) if FILE.exists() else {}


def record() -> None:
    """Add the digests of this machine to the file."""
    found = {kind: digest(unsliced(settings)) for kind, settings in KINDS.items()}
    FILE.write_text(json.dumps({**recorded(), libraries(): found}, indent=1, sort_keys=True) + "\n", encoding="ascii")


if __name__ == "__main__":
    with threadpool_limits(1):
        record()
