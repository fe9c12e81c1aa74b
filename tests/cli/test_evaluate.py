"""``python -m mlp evaluate`` prints its measurements and their data."""

import gzip
import json
import re

from mlp import DEFAULT_MODEL, load_model
from mlp.cli.main import main
from mlp.images.drawings.drawing_file import dump_drawings
from tests.cli.commands import STROKE, in_a_terminal, measures
from tests.images.drawings.sample_drawings import own_digits
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


def test_evaluate_scores_photos_among_a_visitors_digits(tmp_path, capsys):
    network, test = load_model(DEFAULT_MODEL), sample().test
    path, file = tmp_path / "my-digits.json", json.loads(dump_drawings(own_digits(test.images[:30], test.labels[:30])))
    path.write_text(json.dumps({**file, "samples": [*file["samples"], STROKE]}))
    assert main(["evaluate", str(DEFAULT_MODEL), "--drawings", str(path)]) == 0
    shown = measures(capsys.readouterr().out)
    assert shown["my-digits.json images"] == "31"
    wrong = int((network.predict(test.images[:30]) != test.labels[:30]).sum())
    assert int(shown["my-digits.json wrong"]) - wrong in (0, 1)  # the drawing may be misread, too


def test_faulty_photo_among_digits_is_named(model, tmp_path, capsys):
    path = tmp_path / "my-digits.json"
    path.write_text(json.dumps({"samples": [{"label": 3, "strokes": [], "image": "AAAA"}]}))
    assert main(["evaluate", str(model), "--drawings", str(path)]) == 2
    assert "my-digits.json: sample 0: image must be 784 bytes in base64" in capsys.readouterr().err
