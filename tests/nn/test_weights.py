"""Networks as files: restored exactly, and every kind of broken file gets a clear error."""

import json
import math
import os
import stat

import numpy as np
import pytest
import safetensors.numpy

from mlp import MLP, Reader, load_model, save_model
from mlp.nn import weights
from mlp.nn.weights import ModelError, dump_model, parse_model


def new_network(dtype=np.float32, **keywords):
    return MLP([4, 3, 2], rng=np.random.default_rng(0), dtype=dtype, **keywords)


WHOLE = dump_model(new_network(), seed=1)


def packed(arrays=(), metadata=(), drop=()):
    """Return a file like ours with some of its arrays and metadata replaced or removed."""
    own = safetensors.numpy.load(WHOLE)
    text = {"format": weights.FORMAT, "activation": "relu", "temperature": "1.0", "facts": "{}", **dict(metadata)}
    kept = {name: array for name, array in {**own, **dict(arrays)}.items() if name not in drop}
    return safetensors.numpy.save(kept, {key: value for key, value in text.items() if key not in drop})


def with_header(header, rest=b""):
    content = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(content).to_bytes(8, "little") + content + rest


def test_saved_network_is_restored_bit_for_bit_and_new_facts_win(tmp_path):
    network, path = new_network(), tmp_path / "net.safetensors"
    save_model(Reader(network, facts={"seed": 6, "data": "MNIST"}), path, seed=7, scores={"test": 0.98}, note="für Ä")
    loaded = load_model(str(path))
    assert loaded.network.values.tobytes() == network.values.tobytes()
    assert loaded.layer_sizes == [4, 3, 2]
    assert loaded.facts == {"seed": 7, "data": "MNIST", "scores": {"test": 0.98}, "note": "für Ä"}


def test_more_facts_than_could_be_read_back_are_not_saved(tmp_path):
    with pytest.raises(ModelError, match=r"may take 1,000,000 bytes"):
        save_model(new_network(), tmp_path / "wordy.safetensors", note="x" * 1_000_000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fact", ["\ud800", math.nan, {"losses": [1.0, math.inf]}])
def test_facts_that_json_cannot_hold_are_neither_saved_nor_loaded(fact, tmp_path):
    rule = "facts in its metadata must be JSON of valid text and finite numbers"
    with pytest.raises(ModelError, match=f"a saved network: {rule}"):
        save_model(new_network(), tmp_path / "net.safetensors", fact=fact)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ModelError, match=rule):
        parse_model(packed(metadata={"facts": json.dumps({"fact": fact})}))


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_half_and_double_precision_are_read_as_float32(dtype):
    own = safetensors.numpy.load(WHOLE)
    loaded = parse_model(packed({name: array.astype(dtype) for name, array in own.items()}))
    assert loaded.network.values.dtype == np.float32
    np.testing.assert_allclose(loaded.network.values, new_network().values, rtol=1e-3)


def test_saving_replaces_the_whole_file_and_leaves_no_other(tmp_path):
    path = tmp_path / "net.safetensors"
    path.write_bytes(b"x" * 100_000)
    save_model(new_network(), path)
    assert [file.name for file in tmp_path.iterdir()] == ["net.safetensors"]
    assert load_model(path).layer_sizes == [4, 3, 2]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_failed_save_keeps_the_old_file(tmp_path):
    path = tmp_path / "net.safetensors"
    save_model(new_network(), path, seed=1)
    kept = path.read_bytes()
    with pytest.raises(TypeError, match="JSON"):
        save_model(new_network(), path, rng=np.random.default_rng(0))
    assert path.read_bytes() == kept
    assert [file.name for file in tmp_path.iterdir()] == ["net.safetensors"]


def test_network_that_cannot_be_loaded_is_not_saved(monkeypatch):
    broken = new_network()
    broken.values[3] = np.nan
    with pytest.raises(ModelError, match=r"a saved network: dense_1\.weight must hold finite numbers"):
        dump_model(broken)
    broken.values[3] = 1e6
    dump_model(broken)
    with pytest.raises(ModelError, match=r"a saved network: dense_1\.weight must hold finite numbers"):
        dump_model(broken, half=True)
    cold = Reader(new_network(), temperature=0.001)
    with pytest.raises(ModelError, match=r"temperature must be at least 0\.01 and at most 100, got 0\.001"):
        dump_model(cold)
    monkeypatch.setattr(weights, "MAX_FILE_BYTES", 300)
    with pytest.raises(ModelError, match=r"a saved network: a model file has at most 300 bytes, got \d+"):
        dump_model(new_network())


def test_file_cut_short_anywhere_is_refused():
    for length in range(len(WHOLE)):
        with pytest.raises(ModelError, match=r"net: .*(cut short|whole safetensors file)"):
            parse_model(WHOLE[:length], name="net")


def of_sizes(n_in, n_out, dtype="F32"):
    """Return a network's header, in which the first bias claims this type, without its numbers."""
    sizes = {"weight": ("F32", [n_in, n_out]), "bias": (dtype, [n_out])}
    entries = {
        f"dense_1.{name}": {"dtype": kind, "shape": shape, "data_offsets": [0, 4 * math.prod(shape)]}
        for name, (kind, shape) in sizes.items()
    }
    return with_header({"__metadata__": {"format": weights.FORMAT, "activation": "relu"}, **entries})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"not a safetensors file, or cut short \(0 bytes\)"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "not a safetensors file"),
        ((2**63).to_bytes(8, "little") + b"{}", "not a safetensors file, or cut short"),
        (with_header(b'{"a": ' * 50_000), "header of a safetensors file must be JSON of valid text"),
        (with_header(b"\xff\xfe\xff"), "header of a safetensors file must be JSON of valid text"),
        (with_header([1, 2]), "must be an object, and its metadata text"),
        (with_header({"__metadata__": {"format": 1}}), "must be an object, and its metadata text"),
        (packed(drop=["format"]), "must say format 'inkling-mlp-1', got None"),
        (packed(metadata={"format": "other"}), "must say format 'inkling-mlp-1', got 'other'"),
        (packed(metadata={"activation": "gelu"}), "activation must be one of relu, tanh, sigmoid, got 'gelu'"),
        (packed(metadata={"temperature": "nan"}), "temperature in its metadata must be JSON"),
        (packed(metadata={"temperature": "0"}), "temperature must be at least 0.01 and at most 100, got 0"),
        (packed(metadata={"facts": "[1]"}), "facts in its metadata must be"),
        (packed(metadata={"facts": "[]" * 500_000}), "may take 1,000,000 bytes"),
        (packed(metadata={"facts": r'{"data": "\ud800"}'}), "facts in its metadata must be"),
        (of_sizes(4, 2, ["F32"]), "not a whole safetensors file"),
        (packed(drop=["dense_2.bias"]), r"arrays dense_1.weight, dense_1.bias and so on .*got dense_1.bias"),
        (packed({"dense_1.weight": np.ones(4, np.float32)}), r"weights must be of inputs × .* got \[\(4,\)"),
        (
            packed({"dense_2.weight": np.ones((1, 10**6), np.float32)}),  # with the other sizes, it would take 12 MB
            r"each fed by the one before, got \[\(4, 3\), \(1, 1000000\)\]",
        ),
        (
            packed({"dense_1.bias": np.ones(2, np.float32)}),
            r"dense_1.bias must be float32 of shape \(3,\), got float32 \(2,\)",
        ),
        (packed({"dense_1.weight": np.ones((5, 3), np.float32)}, {"looks": "5"}), "needs a network of square images"),
        (packed({"dense_1.bias": np.ones(3, np.int32)}), r"must be float32 of shape \(3,\), got int32 \(3,\)"),
        (packed({"dense_1.bias": np.full(3, np.nan, np.float32)}), "dense_1.bias must hold finite numbers"),
        (packed({"dense_2.weight": np.full((3, 2), 1e300)}), "dense_2.weight must hold finite numbers"),
        (packed(metadata={"names": '{"0": "A", "1": "B"}'}), "names must be a list"),
        (packed(metadata={"looks": "3"}), "looks must be 1 or 5, got"),
        (packed(metadata={"straighten": "yes!"}), "straighten must be false or true, got 'yes!'"),
        (packed(metadata={"names": '["A"]'}), "2 to 10 names, got 1"),
        (packed(metadata={"names": '["A", "B", "C"]'}), "a name for each of its 2 outputs, got 3"),
        (packed(metadata={"none_below": "NaN"}), "none_below in its metadata must be JSON"),
        (of_sizes(10**9, 10**9), "not a whole safetensors file"),
    ],
)
def test_broken_file_error_names_the_problem(tmp_path, data, message):
    path = tmp_path / "net.safetensors"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=rf"^net\.safetensors: .*{message}"):
        load_model(path)


def test_too_large_file_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "net.safetensors"
    with path.open("wb") as file:
        file.truncate(weights.MAX_FILE_BYTES + 1)
    with pytest.raises(ModelError, match=r"at most 67,108,864 bytes, got 67,108,865"):
        load_model(path)
    monkeypatch.setattr(weights, "MAX_FILE_BYTES", 100)
    with pytest.raises(ModelError, match=r"model file: a model file has at most 100 bytes"):
        parse_model(WHOLE)
