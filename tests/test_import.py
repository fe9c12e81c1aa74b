"""The first name of `mlp` that is used loads what reading and training need; slow packages come on their first use."""

import subprocess
import sys
from pathlib import Path

import pytest

import mlp

ROOT = Path(__file__).resolve().parents[1]
LATER = {
    "dask",
    "distributed",
    "IPython",
    "loky",
    "matplotlib",
    "pandas",
    "requests",
    "scipy",  # includes numpy.f2py; it was half of the import time before it was postponed
    "starlette",
    "streamlit",
    "tornado",
    "tqdm",
}


def loaded_by(code):
    """Return the packages that a new process has loaded after running the code."""
    report = f"{code}\nimport sys; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", report], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


FIRST_NAME = """
import sys, mlp
assert "numpy" not in sys.modules
assert {*mlp.__all__} <= {*dir(mlp)}
mlp.MLP
assert {*mlp.__all__, "nn"} <= {*vars(mlp)}
"""


def test_first_name_loads_all_names_and_no_slow_packages():
    loaded = loaded_by(FIRST_NAME)
    assert {"mlp", "numpy"} <= loaded
    assert loaded & LATER == set()
    loaded_by("from mlp import *; MLP")


def test_unknown_name_is_an_error_as_of_any_module():
    with pytest.raises(AttributeError, match="module 'mlp' has no attribute 'Sequentail'"):
        mlp.Sequentail  # noqa: B018
