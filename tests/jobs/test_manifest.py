"""A manifest of another form is left alone, with all files that it names."""

import hashlib
import json

import pytest

from mlp.jobs.checkpoints import Checkpoints

FILE = f"run.1.{'0' * 64}"


@pytest.mark.parametrize("files", [{FILE: "x"}, {FILE: [1]}, {"run": 1}, [FILE], 1, None])
def test_manifest_with_unknown_entries_is_left_alone(tmp_path, files):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save("ann", 0, {}, {"run": lambda: b"1"})
    (path,) = tmp_path.glob("*/manifest")
    body = json.dumps({"format": 2, "revision": 1, "day": 1} | ({"files": files} if files else {})).encode()
    path.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    before = sorted(path.parent.iterdir())
    again = Checkpoints(tmp_path)
    with pytest.raises(OSError, match="the format of a manifest must be 2"):
        again.newest("ann")
    assert sorted(path.parent.iterdir()) == before
