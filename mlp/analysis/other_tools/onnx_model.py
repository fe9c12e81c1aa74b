"""A network as an ONNX model, temperature and softmax included; the field numbers are those of onnx.proto."""

import numpy as np

from mlp.analysis.other_tools.parts import what_it_gives
from mlp.analysis.other_tools.protobuf import message
from mlp.nn.reader import Reader
from mlp.training.settings import N_CLASSES, N_INPUTS

IR_VERSION, OPSET = 8, 13  # of 2021: read by every runtime of today
FLOAT = 1
ACTIVATIONS = {"relu": "Relu", "tanh": "Tanh", "sigmoid": "Sigmoid"}


def onnx_files(reader: Reader, name: str) -> dict[str, bytes]:
    """Give ``NAME.onnx``: ``images`` (n, 784), 0 paper to 1 ink, in; ``probabilities`` (n, 10) out."""
    return {f"{name}.onnx": onnx_model(reader)}


def onnx_model(reader: Reader) -> bytes:
    """Write the network as one graph: Gemm and activation by turns, then Div by the temperature, then Softmax."""
    nodes, tensors, given = [], [], "images"
    layers = reader.network.dense_layers
    for number, layer in enumerate(layers, start=1):
        weight, bias = f"dense_{number}.weight", f"dense_{number}.bias"
        tensors += [_tensor(weight, layer.weight.value), _tensor(bias, layer.bias.value)]
        nodes.append(_node("Gemm", [given, weight, bias], f"dense_{number}"))
        given = f"dense_{number}"
        if number < len(layers):
            nodes.append(_node(ACTIVATIONS[reader.activation], [given], f"activation_{number}"))
            given = f"activation_{number}"
    tensors.append(_tensor("temperature", np.array(reader.temperature)))
    nodes += [_node("Div", [given, "temperature"], "scaled"), _node("Softmax", ["scaled"], "probabilities")]
    graph = message(
        *((1, node) for node in nodes),
        (2, "inkling"),
        *((5, tensor) for tensor in tensors),
        (11, _value("images", N_INPUTS)),
        (12, _value("probabilities", N_CLASSES)),
    )
    opset = message((1, ""), (2, OPSET))
    return message((1, IR_VERSION), (2, "Inkling"), (6, what_it_gives(reader)), (7, graph), (8, opset))


def _node(kind: str, inputs: list[str], output: str) -> bytes:
    return message(*((1, name) for name in inputs), (2, output), (3, f"{output}_{kind.lower()}"), (4, kind))


def _tensor(name: str, array: np.ndarray) -> bytes:
    numbers = np.ascontiguousarray(array, "<f4")
    return message(*((1, size) for size in array.shape), (2, FLOAT), (8, name), (9, numbers.tobytes()))


def _value(name: str, width: int) -> bytes:
    """Describe an input or output of any number of rows."""
    shape = message((1, message((2, "n"))), (1, message((1, width))))
    return message((1, name), (2, message((1, message((1, FLOAT), (2, shape))))))
