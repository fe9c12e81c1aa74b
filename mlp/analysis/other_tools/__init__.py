"""The network for other tools: PyTorch, numpy alone, a notebook, ONNX."""
