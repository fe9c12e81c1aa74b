"""Content of an HTML page without requests: images as data URLs, and hashes of its scripts and styles."""

import base64
import hashlib
import io
from pathlib import Path

from PIL import Image

SCRIPTS = Path(__file__).parent / "scripts"
"""Scripts that the Streamlit page and pages taken home share: plots, and the picture of a network."""


def data_url(kind: str, data: bytes) -> str:
    """Return an image file as a data URL.

    >>> data_url("svg+xml", b"<svg/>")
    'data:image/svg+xml;base64,PHN2Zy8+'
    """
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


def png_url(image: Image.Image, compress_level: int = 6) -> str:
    """Return an image as the data URL of a PNG file; a level of 1 is the fastest, and 9 makes the smallest file."""
    file = io.BytesIO()
    image.save(file, format="PNG", compress_level=compress_level)
    return data_url("png", file.getvalue())


def csp_hash(text: str) -> str:
    """Return the source that allows a script or style of the page in its Content Security Policy.

    >>> csp_hash("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
