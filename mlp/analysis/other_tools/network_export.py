"""Export a network to another tool, by the tool's name."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mlp.analysis.other_tools.export_basics import check_exportable
from mlp.analysis.other_tools.notebook import notebook_files
from mlp.analysis.other_tools.onnx_model import onnx_files
from mlp.analysis.other_tools.plain_numpy import numpy_files
from mlp.analysis.other_tools.pytorch import pytorch_files
from mlp.language import ENGLISH, mark, speaking
from mlp.nn.reader import Reader


@dataclass(frozen=True)
class Tool:
    """Another tool: its name, and the function that returns its files, the network's first."""

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
        mark("Weights for load_state_dict, and twenty lines that build the network and score it."),
        with_script=True,
    ),
    "numpy": Tool(
        mark("plain numpy"),
        ".npz",
        numpy_files,
        mark("Weights, and thirty lines that read with them."),
        with_script=True,
    ),
    "notebook": Tool(
        mark("Notebook"),
        ".ipynb",
        notebook_files,
        mark("For Jupyter and Colab: data, settings, training from scratch, curves, confusion, and this network."),
    ),
    "onnx": Tool(
        "ONNX", ".onnx", onnx_files, mark("One model that includes temperature and softmax, for any ONNX runtime.")
    ),
}
"""The supported tools, by their names on the command line."""

MADE_BY = b"trained by Inkling"
"""The first line of every exported script."""


def export(reader: Reader, tool: str, path: Path) -> dict[Path, bytes]:
    """Return the files of an export: the requested one, and a script if the tool has one.

    The script of ``net.npz`` is ``net_numpy.py``, that of ``net.safetensors`` is ``net_pytorch.py``, so that one folder
    can hold all exports of one name.

    The reader is from 784 pixels to 10 classes, the tool one of `TOOLS`, and ``path`` the network's file; with the
    ending ``.zip`` all files go into one archive. Raises a ValueError if there is no such tool, or the file has the
    wrong ending, and a ModelError if the network does not read digits, or holds numbers that are not finite.
    """
    if tool not in TOOLS:
        raise ValueError(f"a network is exported to {', '.join(TOOLS)}, got {tool!r}")
    suffix = TOOLS[tool].suffix
    if path.suffix.lower() not in (suffix, ".zip"):
        raise ValueError(f"--out of an export to {tool} must end in {suffix} or .zip, got {path.name!r}")
    check_exportable(reader)
    with speaking(ENGLISH):
        files = TOOLS[tool].files(reader, path.stem)
    if path.suffix.lower() == ".zip":
        return {path: zipped(files)}
    network, *others = files.items()
    scripts = {path.with_name(f"{path.stem}_{tool}{Path(name).suffix}"): data for name, data in others}
    return {path: network[1], **scripts}


def zipped(files: dict[str, bytes]) -> bytes:
    """Return the files as one archive."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in files.items():
            opened.writestr(name, data)
    return archive.getvalue()


def download(reader: Reader, tool: str, name: str) -> bytes:
    """Return an export as one file, an archive if there are several; `download_name` is its name.

    Raises a ModelError if the network does not read digits, or holds numbers that are not finite.
    """
    (data,) = export(reader, tool, Path(download_name(tool, name))).values()
    return data


def download_name(tool: str, name: str) -> str:
    """Return the name of an export's one file.

    >>> download_name("onnx", "run-3"), download_name("numpy", "run-3")
    ('run-3.onnx', 'run-3-numpy.zip')
    """
    return f"{name}-{tool}.zip" if TOOLS[tool].with_script else name + TOOLS[tool].suffix
