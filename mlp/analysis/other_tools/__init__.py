"""Exports of a network to other tools: PyTorch, plain numpy, a notebook, ONNX."""
