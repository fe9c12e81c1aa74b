"""A few seconds of `make soak`."""

from pathlib import Path

import pytest

from tests.soak.soak import soak


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts processes and open files in /proc, as on Linux")
def test_rough_use_loses_no_run_and_shows_no_exception(tmp_path: Path):
    report = soak(seed=5, seconds=6, n_visitors=3, n_browsers=0, folder=tmp_path, patience_s=90)
    assert report.troubles == []
    assert report.counts["answers given"] > 0
    assert report.counts["times a run was looked for"] > 0
    assert report.counts["times to teach"] > 0
    assert report.counts["files downloaded"] > 0
