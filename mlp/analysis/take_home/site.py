"""A folder for any static host, or a stick: the page taken home in each language, with its images in a file beside."""

import html
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from babel import Locale

from mlp.analysis.take_home.standalone_html import N_SITE, Place, packed_images, take_home_page
from mlp.atomic import write_synced
from mlp.language import ENGLISH, LANGUAGES, mark, speaking, tr
from mlp.nn.reader import Reader

NAME = "Inkling"
IMAGES = "digits.js"
PICTURE = "preview.png"
SHADES = 16
"""Of a pixel: the images then have two thirds of their bytes."""
OWN = (b'<meta name="generator" content="Inkling">', b"// Inkling")
"""What the beginning of each page and script of a site holds; other files are not written over."""
OWN_WITHIN = 2000
WHOLE = mark(
    "The whole Inkling has all of MNIST and settings, other data, a look inside, mistakes, experiments, lessons, and "
    "rooms for a class. It runs on your computer; in its folder:"
)
START = "pip install -r requirements.txt\nstreamlit run app.py"


def site_files(network: Reader, picture: bytes, address: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each file: the images, a page for each language, and the picture of previews.

    The picture, a PNG file, needs an ``address``, that of the folder, and so do links between languages in the heads.
    Raises a ValueError if the address is not that of a web page.
    """
    parts = urlsplit(address)
    if address and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise ValueError(f"the address must be that of a folder, such as https://example.org/site, got {address!r}")
    base = address and f"{address.rstrip('/')}/"
    yield IMAGES, _images_script().encode()
    for language in LANGUAGES:
        with speaking(language):
            place = Place(IMAGES, _head(language, base), _links(language), _whole())
            yield _file_of(language), take_home_page(network, title=NAME, place=place).encode()
    if base:
        yield PICTURE, picture


def write_site(folder: Path, files: dict[str, bytes]) -> None:
    """Write all files into a folder, or none; files of an earlier site there are replaced.

    Raises a ValueError if a file there is not one of a site, and an OSError if one cannot be written.
    """
    for name, content in files.items():
        if not _is_own(folder / name, content):
            raise ValueError(f"{folder / name} is not from a site of Inkling, and is not written over")
    folder.mkdir(exist_ok=True)
    this = uuid.uuid4().hex
    written = {folder / name: folder / f".{name}.{this}.part" for name in files}
    try:
        for part, content in zip(written.values(), files.values(), strict=True):
            write_synced(part, content)
        for path, part in written.items():
            os.replace(part, path)
    finally:
        for part in written.values():
            part.unlink(missing_ok=True)


def _is_own(path: Path, content: bytes) -> bool:
    """Whether nothing is lost if this content replaces what is at a path."""
    if not path.exists():
        return True
    there = path.read_bytes()
    return there == content or any(sign in there[:OWN_WITHIN] for sign in OWN)


def _file_of(language: str) -> str:
    return "index.html" if language == ENGLISH else f"{language}.html"


def _images_script() -> str:
    """Return the images as a script, which fills their place in a page: a page from a disk may load no other file."""
    return f'{OWN[1].decode()}\ndocument.getElementById("images").textContent = "{packed_images(N_SITE, SHADES)}";\n'


def _head(language: str, base: str) -> str:
    """Return what the head of a page tells programs: whose it is, and with an address what a link shows of it."""
    tags = [OWN[0].decode(), '<link rel="icon" href="data:,">']
    if base:
        here = base if language == ENGLISH else base + _file_of(language)
        tags.append(f'<link rel="canonical" href="{html.escape(here)}">')
        tags += [
            f'<link rel="alternate" hreflang="{each}" href="{html.escape(base + _file_of(each))}">'
            for each in LANGUAGES
        ]
        described = tr("Train a neural network from nothing, watch it learn, and draw a digit for it to read.")
        shown = {"og:title": NAME, "og:description": described, "og:url": here, "og:image": base + PICTURE}
        tags += [f'<meta property="{name}" content="{html.escape(text)}">' for name, text in shown.items()]
        tags.append('<meta name="twitter:card" content="summary_large_image">')
    return "\n".join(tags) + "\n"


def _links(language: str) -> str:
    """Return links to the page in each language."""
    names = {each: Locale.parse(each).get_display_name() or each for each in LANGUAGES}
    here = " aria-current=page"
    links = (
        f'<a href="{_file_of(each)}" lang="{each}" hreflang="{each}"{here * (each == language)}>{name}</a>'
        for each, name in names.items()
    )
    return f'<nav id="languages">{" · ".join(links)}</nav>\n'


def _whole() -> str:
    return f"<p>{tr(WHOLE)}</p>\n<pre>{html.escape(START)}</pre>\n"
