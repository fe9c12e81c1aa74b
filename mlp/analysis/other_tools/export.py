"""Export a network for another tool, by the tool's name."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mlp.analysis.other_tools.notebook import notebook_files
from mlp.analysis.other_tools.numpy_alone import numpy_files
from mlp.analysis.other_tools.onnx_model import onnx_files
from mlp.analysis.other_tools.parts import check_exportable
from mlp.analysis.other_tools.pytorch import pytorch_files
from mlp.nn.reader import Reader


@dataclass(frozen=True)
class Tool:
    """Another tool: what it is called, and what makes its files, the network's first, of a reader and a name."""

    label: str
    suffix: str
    files: Callable[[Reader, str], dict[str, bytes]]
    help: str
    with_script: bool = False


TOOLS = {
    "pytorch": Tool(
        "PyTorch",
        ".safetensors",
        pytorch_files,
        "Weights that load_state_dict takes as they are, and twenty lines that build the network and score it.",
        with_script=True,
    ),
    "numpy": Tool(
        "numpy alone", ".npz", numpy_files, "Weights, and thirty lines that read with them.", with_script=True
    ),
    "notebook": Tool(
        "Notebook",
        ".ipynb",
        notebook_files,
        "For Jupyter and Colab: data, settings, training from nothing, curves, confusion, and this network.",
    ),
    "onnx": Tool("ONNX", ".onnx", onnx_files, "One model with temperature and softmax in it, for any ONNX runtime."),
}
"""The tools that a network is exported for, by the name on the command line."""

MADE_BY = b"trained by Inkling"
"""What a script of an export says in its first line."""


def export(reader: Reader, tool: str, path: Path) -> dict[Path, bytes]:
    """Give the files of an export, to be written: the one that was asked for, and a script beside it where one belongs.

    The script of ``net.npz`` is ``net_numpy.py``, that of ``net.safetensors`` is ``net_pytorch.py``: one folder has
    room for all exports of one name.

    Parameters
    ----------
    reader : Reader
        From 784 pixels to 10 classes.
    tool : str
        One of `TOOLS`.
    path : Path
        The network's file; with the ending ``.zip`` all files go into one archive.

    Raises
    ------
    ValueError
        If there is no such tool, or the file has another ending than the tool's.
    ModelError
        If the network reads no digits, or holds numbers that are not finite.
    """
    if tool not in TOOLS:
        raise ValueError(f"a network is exported to {', '.join(TOOLS)}, got {tool!r}")
    suffix = TOOLS[tool].suffix
    if path.suffix.lower() not in (suffix, ".zip"):
        raise ValueError(f"--out of an export to {tool} must end in {suffix} or .zip, got {path.name!r}")
    check_exportable(reader)
    files = TOOLS[tool].files(reader, path.stem)
    if path.suffix.lower() == ".zip":
        return {path: zipped(files)}
    network, *others = files.items()
    beside = {path.with_name(f"{path.stem}_{tool}{Path(name).suffix}"): data for name, data in others}
    return {path: network[1], **beside}


def zipped(files: dict[str, bytes]) -> bytes:
    """Pack files into one archive."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in files.items():
            opened.writestr(name, data)
    return archive.getvalue()


def download(reader: Reader, tool: str, name: str) -> bytes:
    """Give an export as one file, an archive where it has more than one: what `download_name` names.

    Raises
    ------
    ModelError
        If the network reads no digits, or holds numbers that are not finite.
    """
    (data,) = export(reader, tool, Path(download_name(tool, name))).values()
    return data


def download_name(tool: str, name: str) -> str:
    """Name the one file of an export.

    Examples
    --------
    >>> download_name("onnx", "run-3"), download_name("numpy", "run-3")
    ('run-3.onnx', 'run-3-numpy.zip')
    """
    return f"{name}-{tool}.zip" if TOOLS[tool].with_script else name + TOOLS[tool].suffix
