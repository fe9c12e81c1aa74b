"""``python -m mlp evaluate`` prints its measurements and their data."""

import gzip
import json
import re

from mlp import load_model
from mlp.cli.main import main
from tests.cli.commands import STROKE, in_a_terminal, measures
from tests.sample_digits import sample


def test_evaluate_scores_the_test_set_and_names_the_data(model, capsys):
    assert main(["evaluate", str(model)]) == 0
    printed = capsys.readouterr()
    shown = measures(printed.out.replace("MNIST sample", "MNIST_sample"))
    data = sample()
    network = load_model(model)
    right = network.predict(data.test.images) == data.test.labels
    assert shown["data"] == "MNIST_sample"
    assert shown["test images"] == "500"
    assert shown["test accuracy"] == f"{right.mean():.4f}"
    assert shown["test wrong"] == str(500 - right.sum())
    by_digit = re.search(r"test wrong_by_digit (.*)", printed.out).group(1)
    assert by_digit == " ".join(f"{digit}:{(~right & (data.test.labels == digit)).sum()}" for digit in range(10))
    assert printed.err == ""
    assert re.search(
        r"^confused seven_barred 7 as 2 synthetic 0\.\d{4} validation [01]\.\d{4}$", printed.out, re.MULTILINE
    )


def test_evaluate_scores_recorded_drawings_file_by_file(model, tmp_path, capsys, monkeypatch):
    in_a_terminal(monkeypatch)
    names = ["some.json.gz", "more.json.gz", "plain.json"]
    for name in names:
        content = json.dumps({"samples": [STROKE] * 3}).encode()
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    files = [str(tmp_path / name) for name in names]
    assert main(["evaluate", str(model), "--drawings", *files[:2], "--drawings", files[2]]) == 0
    printed = capsys.readouterr()
    shown = measures(printed.out)
    for name in names:
        assert shown[f"{name} images"] == "3"
        assert shown[f"{name} refused"] == "0"
        assert f"{name}: 100%" in printed.err
