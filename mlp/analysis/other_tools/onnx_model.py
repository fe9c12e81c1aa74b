"""A network as an ONNX model, including temperature and softmax; the field numbers are those of onnx.proto."""

import json

import numpy as np

from mlp.analysis.other_tools.export_basics import probabilities_note
from mlp.analysis.other_tools.onnx_parts import message, node, rows_of, tensor
from mlp.analysis.other_tools.onnx_straightening import straightening
from mlp.nn.reader import Reader
from mlp.training.setting_entry import N_INPUTS

IR_VERSION, OPSET = 8, 13  # of 2021, supported by all current runtimes


def onnx_files(reader: Reader, name: str) -> dict[str, bytes]:
    """Return ``NAME.onnx``, from ``images`` (n, 784), 0 paper to 1 ink, to ``probabilities`` (n, 10)."""
    return {f"{name}.onnx": onnx_model(reader)}


def onnx_model(reader: Reader) -> bytes:
    """Return the network as one graph: Gemm and activation alternate, then Div by the temperature, then Softmax.

    For a network that reads straightened images, the operations that straighten them come first.
    """
    nodes, tensors = straightening("images", "straightened") if reader.straighten else ([], [])
    given = "straightened" if reader.straighten else "images"
    layers = reader.network.dense_layers
    for number, layer in enumerate(layers, start=1):
        weight, bias = f"dense_{number}.weight", f"dense_{number}.bias"
        tensors += [tensor(weight, layer.weight.value), tensor(bias, layer.bias.value)]
        nodes.append(node("Gemm", [given, weight, bias], f"dense_{number}"))
        given = f"dense_{number}"
        if number < len(layers):
            nodes.append(node(reader.activation.capitalize(), [given], f"activation_{number}"))
            given = f"activation_{number}"
    tensors.append(tensor("temperature", np.array(reader.temperature, np.float32)))
    nodes += [node("Div", [given, "temperature"], "scaled"), node("Softmax", ["scaled"], "probabilities")]
    graph = message(
        *((1, part) for part in nodes),
        (2, "inkling"),
        *((5, array) for array in tensors),
        (11, rows_of("images", N_INPUTS)),
        (12, rows_of("probabilities", reader.layer_sizes[-1])),
    )
    text = probabilities_note(reader) + (" The model straightens them itself." if reader.straighten else "")
    opset = message((1, ""), (2, OPSET))
    names = message((1, "names"), (2, json.dumps(reader.names)))  # StringStringEntryProto, in metadata_props
    return message((1, IR_VERSION), (2, "Inkling"), (6, text), (7, graph), (8, opset), (14, names))
