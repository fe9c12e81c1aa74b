"""The style of the page beyond Streamlit's theme: CSS, the canvas's repair, and small pieces of HTML."""

import html
import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from mlp.analysis.inline_html import png_url
from mlp.language import mark, tr
from mlp.page.style.html import svg_url
from mlp.page.style.reach import named_address

HERE = Path(__file__).parent
SHEETS = ("page.css", "cards.css", "tabs.css")
DOTTED = ("invite", "ghost-loss", "ghost-accuracy")
"""Pictures of dots that draw themselves, one after the other."""
SCRIPTS = ("live", "../analysis/scripts", "style", "draw", "train", "tabs", "settings", "visitors")
"""Folders with scripts, from the page's, one module each; the first makes ``inkling``, to which the others add."""
TEXT_IN_SCRIPT = re.compile(r'\btr\("([^"\\]+)"')
"""A text that a script shows: ``inkling.tr("{n} of {all}", { n, all })`` is `mlp.language.tr` with data of the page."""
ICON = HERE / "icon.svg"

NAME = "Inkling"
SENTENCES = mark("Train a network from nothing."), mark("Then draw for it.")
SENTENCE = mark("Train a neural network from nothing, watch it learn, and draw a digit for it to read.")
LOADING = mark("The page is loading.")
PREVIEW = HERE / "preview.png"
"""What a program that receives a link shows of the page: ``python -m tests.browser.screenshot`` makes it."""

FONT = HERE / "latin.72cb9a2b.woff2"
"""The Latin part of Streamlit's font, which has 170 kB, for a slow line; its name holds a digest. It is made by
``pyftsubset SourceSansVF-Upright*.woff2 --unicodes=… --layout-features=kern,liga,calt,ccmp,locl --name-IDs=0,13,14
--no-hinting --flavor=woff2``, with `LATIN` and ``pip install fonttools brotli``."""
LATIN = "20-7E,A0-FF,2009-203A,2070-208E,20AC,2190-2193,2211-2212,221A,2248,2264-2265,25B2-25CF"
"""Its characters. A browser loads Streamlit's own file once a text has another one, but for lines, which that lacks."""
FONT_FACE = (
    ";unicode-range:U+0-24FF,U+2580-10FFFF}@font-face{font-family:Source Sans;font-weight:100 900;"
    f'src:url(../../{FONT.name})format("woff2");unicode-range:U+{LATIN.replace(",", ",U+")}}}'
)
"""The end of the rule for Streamlit's own file, and one for this."""

NO_PRELOAD = "document.fonts.load = () => Promise.resolve([]);"
"""Keeps Streamlit from loading the font of icons first of all: it comes with the first icon, see page.css."""

OF_WIDGETS = """window[Symbol.for("react-aria.i18n.locale")] = "{0}";
Object.defineProperty(navigator, "languages", {{ value: ["{0}"] }});"""
"""Sets the language in which Streamlit's sliders write numbers, and where their thumbs go from left to right."""

LIGHT = {
    "accent": "#b03808",
    "second": "#1f4e9e",
    "third": "#16795b",
    "fourth": "#8a3f9c",
    "fifth": "#806000",
    "sixth": "#a3195b",
    "seventh": "#0e7490",
    "eighth": "#4d7c0f",
    "text": "#1f1d1a",
    "quiet": "#68635b",
    "line": "#e2dfd8",
    "paper": "#faf9f7",
    "on-accent": "#ffffff",
}
DARK = {
    "accent": "#f0834f",
    "second": "#7fa8ea",
    "third": "#5cc29c",
    "fourth": "#d197e0",
    "fifth": "#d9b84a",
    "sixth": "#f08bb4",
    "seventh": "#5fc4d6",
    "eighth": "#a3d65c",
    "text": "#ece8e1",
    "quiet": "#a49e95",
    "line": "#3a3631",
    "paper": "#1a1816",
    "on-accent": "#1a1816",
}


def colors() -> dict[str, str]:
    """Return the colors of the visitor's theme, light unless known to be dark."""
    return DARK if st.context.theme.type == "dark" else LIGHT


@lru_cache
def opening_html(language: str) -> tuple[str, str]:
    """Return what the page's HTML brings in a language: its title, and for the body its style, outline and scripts.

    Streamlit would send a component's script again with each redraw: here, each only calls one of these.
    """
    light, dark = f"{{ {_variables(LIGHT)} }}", f"{{ {_variables(DARK)} }}"
    css = f":root {light} @media (prefers-color-scheme: dark) {{ :root {dark} }}"
    css += f":root[data-ink-theme=light] {light} :root[data-ink-theme=dark] {dark}"  # as `live.js` notes it
    limit = tr("at most {most} MB", most=st.get_option("server.maxUploadSize"))
    for name, text in {"upload": tr("Upload"), "upload-limit": limit}.items():
        css += f":root {{ --{name}: {json.dumps(text, ensure_ascii=False)}; }}"
    css += f"@media print {{ :root:root {light} }}{_css()}"
    head = f'<title>{NAME}</title><meta name="description" content="{tr(SENTENCE)}">'
    head += f"{_preview()}<script>{NO_PRELOAD}{OF_WIDGETS.format(language)}</script>"
    outline = f'<div class="ink-outline" aria-hidden="true"><i><b></b><p>{tr(LOADING)}</p></i></div>'
    files = [sorted((HERE.parent / folder).glob("*.js")) for folder in SCRIPTS]
    texts = ["".join(file.read_text(encoding="utf-8") for file in of_folder) for of_folder in files]
    by_text = {text: translated for text in TEXT_IN_SCRIPT.findall("".join(texts)) if (translated := tr(text)) != text}
    texts[0] = f"const TEXTS = {json.dumps(by_text, ensure_ascii=False)};\n{texts[0]}"
    scripts = "".join(f'<script type="module">\n{text}</script>' for text in texts)
    return head, f"<style>{css}</style>{outline}{scripts}"


def _preview() -> str:
    """Return what a link shows of itself, with the picture if MLP_HOSTS names the page: never a request's host."""
    shown = {"og:type": "website", "og:title": NAME, "og:description": SENTENCE, "twitter:card": "summary"}
    if address := named_address():
        picture = f"https://{address}/{PREVIEW.name}"
        shown |= {"og:image": picture, "og:image:alt": tr("A drawn 7, and the network that reads it")}
        shown["twitter:card"] = "summary_large_image"
    tags = ((name, "name" if name.startswith("twitter") else "property", text) for name, text in shown.items())
    return "".join(f'<meta {kind}="{name}" content="{html.escape(text)}">' for name, kind, text in tags)


@lru_cache(maxsize=1)
def _css() -> str:
    """Return the style sheets, with the pictures that draw themselves, or are still under reduced motion."""
    moving = {name: (HERE / f"{name}.svg").read_text(encoding="utf-8") for name in DOTTED}
    # An image cannot ask for reduced motion itself.
    still = {name: re.sub("<style>.*?</style>", "", image, flags=re.DOTALL) for name, image in moving.items()}
    first, reduced = (
        "".join(f"--{name}: url({svg_url(image)});" for name, image in images.items()) for images in (moving, still)
    )
    sheets = "".join((HERE / name).read_text(encoding="utf-8") for name in SHEETS)
    return f":root {{ {first} }}@media (prefers-reduced-motion: reduce) {{ :root {{ {reduced} }} }}{sheets}"


def _variables(colors: dict[str, str]) -> str:
    """Return the theme's colors as the CSS variables of the style sheet.

    >>> _variables({"accent": "#b03808", "text": "#1f1d1a"})
    '--accent: #b03808; --ink: #1f1d1a;'
    """
    return " ".join(f"--{'ink' if name == 'text' else name}: {value};" for name, value in colors.items())


def image_url(pixels: np.ndarray) -> str:
    """Return gray pixels, (h, w), or colored ones, (h, w, 3), uint8 or float in 0..1, as a PNG data URL."""
    if pixels.dtype != np.uint8:
        pixels = (np.clip(pixels, 0, 1) * 255).round().astype(np.uint8)
    return png_url(Image.fromarray(pixels), compress_level=1)


_SPECIAL = re.compile(r"[\\`*\[\]<>~$&]|(?<![^\W_])_|_(?![^\W_])|^[#+=-]|(?<=^\d)[.)]")
_ADDRESS = re.compile(r"https?:(?=//)|www(?=\.)|@", re.IGNORECASE)


def plain(text: str) -> str:
    """Return foreign text escaped for Markdown, so that it appears unchanged, in one line, without links or images.

    >>> print(plain("![7](data:,x) <b> $x$ in my_file"))
    !\\[7\\](data:,x) \\<b\\> \\$x\\$ in my_file
    """
    # Addresses become links even if they are escaped; an invisible word joiner prevents that.
    return _ADDRESS.sub("\\g<0>\u2060", _SPECIAL.sub(r"\\\g<0>", " ".join(text.split())))


def heading() -> None:
    """Draw the page's name with a line beside it."""
    line = " ".join(f"<span>{tr(sentence)}</span>" for sentence in SENTENCES)
    st.html(f'<div class="ink-head"><h1>{NAME}</h1><p>{line}</p></div>')


def digits(images: np.ndarray, captions: Sequence[str], alt: str, marked: int | None = None) -> str:
    """Return digits, (n, 784) uint8, as a grid with a caption below each; the one in place ``marked`` has a frame."""
    figures = "".join(
        f"<figure{' aria-current=true' if place == marked else ''}>"
        f'<img src="{image_url(image.reshape(28, 28))}" alt="{html.escape(alt.format(caption))}">'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
        for place, (image, caption) in enumerate(zip(images, captions, strict=True))
    )
    return f'<div class="ink-digits">{figures}</div>'
