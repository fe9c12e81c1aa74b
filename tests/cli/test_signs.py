"""Signs on the command line: trained, scored and read by name; unusable input gets a clear error."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mlp import load_model
from mlp.cli.main import main
from mlp.images.drawings.drawing_file import dump_drawings
from mlp.images.recorded import rasterize
from mlp.training.recipes import RECIPES
from mlp.training.settings import Settings
from tests.images.drawings.sample_drawings import jittered, letters


@pytest.fixture(scope="module")
def signs(tmp_path_factory) -> Path:
    """Return a file of signs."""
    path = tmp_path_factory.mktemp("signs") / "abc.json"
    path.write_text(dump_drawings(letters(5).renamed(0, "<b>あ")), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def network(signs) -> Path:
    """Return a network that was trained on them."""
    path = signs.with_suffix(".safetensors")
    assert main(["train", "--drawings", str(signs), "--epochs", "8", "--out", str(path)]) == 0
    return path


@pytest.mark.parametrize("recipe", ["handwriting", "by-heart"])
def test_recipe_trains_on_signs_without_its_settings_for_digits(recipe, signs, tmp_path, capsys):
    out = tmp_path / "net.safetensors"
    small = ["--layers", "8", "--epochs", "1", "--batch-size", "128"]
    assert main(["train", "--recipe", recipe, *small, "--drawings", str(signs), "--out", str(out)]) == 0
    settings = Settings.from_dict(load_model(out).facts["settings"])
    expected = replace(RECIPES[recipe].settings, hidden=(8,), epochs=1, batch_size=128, names=settings.names)
    assert settings == replace(expected, images=None, synthetic=0)
    assert len(settings.names) == 3


def test_training_saves_names_that_evaluate_uses(network, tmp_path, capsys):
    reader = load_model(network)
    assert reader.names == ("<b>あ", "B", "C")
    assert 0 < reader.none_below < 1
    assert Settings.from_dict(reader.facts["settings"]).names == reader.names
    new = tmp_path / "new.json"
    new.write_text(dump_drawings(letters(10, seed=3, names="CB")), encoding="utf-8")  # in another order
    assert main(["evaluate", str(network), "--drawings", str(new)]) == 0
    printed = capsys.readouterr().out
    assert 'signs ["<b>あ", "B", "C"]' in printed
    assert "new.json drawings 20" in printed
    assert float(re.search(r"new\.json accuracy (\S+)", printed)[1]) >= 0.9
    assert re.search(r"^new\.json between 0\.\d{4} [01]\.\d{4}$", printed, re.MULTILINE)


def picture_of(letter: str, path, size: int = 1) -> str:
    ink = rasterize(jittered(letter, np.random.default_rng(8)), pen_px=18)
    Image.fromarray(255 - np.asarray(ink)).resize((280 * size, 280 * size)).save(path)
    return str(path)


def test_pictures_are_read_by_name_with_certainty(network, tmp_path, capsys):
    b, c = picture_of("B", tmp_path / "b.png"), picture_of("C", tmp_path / "c.png")
    assert main(["predict", str(network), b, c]) == 0
    printed = capsys.readouterr()
    assert re.fullmatch(rf"{re.escape(b)} B [01]\.\d{{4}}\n{re.escape(c)} C [01]\.\d{{4}}\n", printed.out)
    assert printed.err == ""
    assert main(["predict", str(network), b, "--json"]) == 0
    (read,) = json.loads(capsys.readouterr().out)
    assert read["picture"] == b
    (answer,) = read["answers"]
    assert answer["answer"] == "B"
    assert set(answer["probabilities"]) == {"<b>あ", "B", "C"}
    assert answer["sure"] == pytest.approx(answer["probabilities"]["B"], abs=1e-6)


def test_predict_reads_each_digit_of_one_picture(model, tmp_path, capsys):
    page = np.full((300, 500), 255, np.uint8)
    for left in (60, 240, 400):
        page[60:240, left : left + 24] = 0
    Image.fromarray(page).save(tmp_path / "page.png")
    assert main(["predict", str(model), str(tmp_path / "page.png"), "--json"]) == 0
    (read,) = json.loads(capsys.readouterr().out)
    assert len(read["answers"]) == 3


def test_missing_picture_is_named_and_others_are_read(network, tmp_path, capsys):
    b = picture_of("B", tmp_path / "b.png")
    text = tmp_path / "text.png"
    text.write_text("no picture")
    missing = str(tmp_path / "none.png")
    assert main(["predict", str(network), missing, str(text), b]) == 2
    printed = capsys.readouterr()
    assert printed.out.startswith(f"{b} B ")
    assert f"error: {missing}: there is no such file" in printed.err
    assert f"error: {text}: this file is not a readable image" in printed.err


def test_invalid_use_of_signs_gets_a_clear_error(network, model, signs, tmp_path, capsys):
    signs, out = str(signs), ["--out", str(tmp_path / "x.safetensors")]
    (tmp_path / "one.json").write_text('{"names": ["A"], "samples": []}')
    (tmp_path / "no_b.json").write_text('{"names": ["B", "C"], "samples": []}')
    (tmp_path / "digits.json").write_text('{"samples": []}')
    for arguments, sentence in (
        (["train", "--drawings", signs, "--written", "20", *out], "--written cannot go with --drawings"),
        (["train", "--drawings", str(tmp_path / "one.json"), *out], "at least 2 signs to tell apart"),
        (["evaluate", str(network)], "reads signs that a person drew; score it with --drawings FILE.json"),
        (["evaluate", str(model), "--drawings", signs], "abc.json: recorded drawings must be"),
        (["evaluate", str(network), "--drawings", str(tmp_path / "digits.json")], "and not 0, 1, 2"),
        (["evaluate", str(network), "--drawings", str(tmp_path / "no_b.json")], "must be at least one drawing"),
    ):
        assert main(arguments) == 2, arguments
        assert sentence in capsys.readouterr().err
