"""`import mlp` loads only what reading and training need, and slow packages on first use."""

import subprocess
import sys
from pathlib import Path

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
    report = f"{code}; import sys; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", report], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_mlp_leaves_out_slow_packages():
    loaded = loaded_by("import mlp")
    assert {"mlp", "numpy"} <= loaded
    assert loaded & LATER == set()


def test_computing_network_loads_only_scipy_of_these():
    loaded = loaded_by(
        "import mlp, numpy; mlp.MLP([4, 2], rng=numpy.random.default_rng(0)).predict(numpy.zeros((1, 4)))"
    )
    assert loaded & LATER == {"scipy"}
