"""Common parts of all exports: the check of the network, the description of the result, and templates."""

import inspect
import re
from pathlib import Path
from typing import Any

import numpy as np

from mlp import straightening
from mlp.language import Later
from mlp.nn.reader import Reader
from mlp.nn.weights import ModelError
from mlp.training.uploaded_network import check_reads_drawings

FOLDER = Path(__file__).parent
FOR_OTHER_TOOLS = Later("a network for other tools")
"""What errors call the network."""
ACTIVATIONS = {
    "relu": ("np.maximum(x, 0)", "y > 0"),
    "tanh": ("np.tanh(x)", "1 - y * y"),
    "sigmoid": ("(1 + np.tanh(x / 2)) / 2", "y * (1 - y)"),
}
"""Code of each activation y of a sum x, and of its slope. It is also JavaScript, with ``Math`` for ``np``."""


def check_exportable(reader: Reader, what: str = FOR_OTHER_TOOLS) -> None:
    """Check that a network, which errors call ``what``, reads drawings.

    Raises a ModelError if it does not map 784 pixels to named classes, or holds numbers that are not finite.
    """
    check_reads_drawings(reader, what)
    if not np.isfinite(reader.network.values).all():
        raise ModelError(Later("{what} must hold finite numbers, got NaN or infinity among them", what=what))


def probabilities_note(reader: Reader) -> str:
    """Return sentences on the probabilities of the export.

    >>> from mlp import MLP
    >>> probabilities_note(Reader(MLP([784, 5, 10], rng=np.random.default_rng(0)), temperature=0.5))
    "Its probabilities match Inkling's within 0.00001: softmax of the logits divided by the temperature, 0.5."
    """
    text = "Its probabilities match Inkling's within 0.00001: softmax of the logits divided by the temperature, "
    text += f"{reader.temperature:g}."
    if reader.test_time_augmentation:
        text += (
            " In Inkling, it also reads shifted copies of each image (test-time augmentation); here it reads it once."
        )
    if reader.straighten:
        text += (
            " It straightens each image first, see mlp.straightening. Inkling rounds straightened images of uint8, and "
            "its probabilities for them may differ by about 0.01."
        )
    if reader.none_below is not None:
        text += f" If the largest is below {reader.none_below:.4f}, it sees none of its signs."
    return text


def _straightening_code(reader: Reader) -> str:
    """Return the code that straightens images as Inkling does, for a network that reads so; else nothing."""
    if not reader.straighten:
        return ""
    constants = f"BLOCK, STEEPEST = {straightening.BLOCK}, {straightening.STEEPEST}"
    functions = (straightening.straightened, straightening.slants, straightening.sheared)
    return "\n\n\n".join([constants, *map(source_of, functions)]) + "\n\n\n"


def source_of(function: Any) -> str:
    """Return the code of one of Inkling's functions, with only the first line of its docstring."""
    code = inspect.getsource(function).rstrip()
    return re.sub(r'"""(.*?)\n.*?"""', r'"""\1"""', code, count=1, flags=re.DOTALL)


def filled_template(template: str, reader: Reader, **values: str) -> str:
    """Return a template from this module's folder, with ``{{name}}`` replaced by a value or a fact of the reader."""
    known = {
        "shape": " → ".join(map(str, reader.layer_sizes)),
        "text": probabilities_note(reader),
        "names": f"[{', '.join(ascii(name) for name in reader.names)}]",  # readable in any encoding
        "temperature": repr(reader.temperature),
        "straightening": _straightening_code(reader),
        "as_read": "straightened(images)" if reader.straighten else "images",
        **values,
    }
    text = (FOLDER / template).read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: known[match[1]], text)
