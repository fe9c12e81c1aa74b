"""SVG images: our own shapes, and matplotlib's in named layers, so that unchanged ones need not be drawn again."""

import io

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import RendererSVG, svgProlog

from mlp.analysis.inline_html import data_url

POINTS_PER_INCH = 72
PIXELS_PER_INCH = 96  # of CSS, which gives the layers their size

Size = tuple[float, float]
"""Width and height in inches."""

mpl.rcParams["svg.fonttype"] = "none"  # letters as text, which the style below can set
LETTERS_PX = 11
"""Height of letters on the screen, at any size of the image."""
_STYLE = (
    "<style>text {{ font-family: system-ui, sans-serif !important; "
    "font-size: calc({letters:g}px * tan(atan2({width:g}px, 100vw))) !important; }}</style>"
)
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


def layer(artist: Artist, size: Size) -> str:
    """Return an artist alone on a transparent ``<svg>`` element."""
    out = io.StringIO()
    width, height = (POINTS_PER_INCH * inches for inches in size)
    renderer = RendererSVG(width, height, out, metadata=_NO_METADATA)
    artist.draw(renderer)
    renderer.finalize()
    return out.getvalue().removeprefix(svgProlog)


def stacked(layers: dict[str, str], size: Size) -> str:
    """Return layers of one size on top of each other, the first one lowest, each in a group of its name."""
    width, height = (PIXELS_PER_INCH * inches for inches in size)
    groups = _STYLE.format(letters=LETTERS_PX, width=POINTS_PER_INCH * size[0])
    groups += "".join(f'<g id="{name}">{drawn}</g>' for name, drawn in layers.items())
    return svg(width, height, groups, f'width="{width:g}" height="{height:g}"')


def svg(width: float, height: float, shapes: str, attributes: str = 'preserveAspectRatio="none"') -> str:
    """Return an image with its own units; by default it fills any box that it is put into."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" {attributes}>{shapes}</svg>'


def svg_url(image: str) -> str:
    """Return an SVG image as a data URL: Streamlit's HTML may hold no SVG itself."""
    return data_url("svg+xml", image.encode())
