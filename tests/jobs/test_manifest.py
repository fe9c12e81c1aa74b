"""A manifest of another form is left alone, with all files that it names."""

import hashlib
import json

import pytest

from mlp.jobs.checkpoints import Checkpoints


@pytest.mark.parametrize("parts", [{"run": "run.1.file"}, {"run": ["a", 1, "c"]}, ["run"], None])
def test_manifest_with_unknown_entries_is_left_alone(tmp_path, parts):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save("ann", 0, {}, {"run": lambda: b"1"})
    (path,) = tmp_path.glob("*/manifest")
    body = json.dumps({"format": 1, "revision": 1, "day": 1} | ({"parts": parts} if parts else {})).encode()
    path.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    before = sorted(path.parent.iterdir())
    again = Checkpoints(tmp_path)
    with pytest.raises(OSError, match="the format of a manifest must be 1"):
        again.newest("ann")
    assert sorted(path.parent.iterdir()) == before
