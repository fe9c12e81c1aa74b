"""SVG images: our own shapes, and matplotlib's in named layers, so that unchanged ones need not be drawn again."""

import io
import re

import matplotlib as mpl
import streamlit as st
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import RendererSVG, svgProlog
from matplotlib.figure import Figure

from mlp.analysis.inline_html import data_url

POINTS_PER_INCH = 72
LABEL_PT = 9
PIXELS_PER_INCH = 96  # of CSS, which gives the layers their size

Size = tuple[float, float]
"""Width and height in inches."""

mpl.rcParams["svg.fonttype"] = "none"  # letters as text, in the page's own typeface
LETTERS_PX = 11
"""Height of letters on the screen, at any size of a chart; CSS can set another one, ``--letters``."""
_LETTERS = (
    "stroke-linejoin: round; font-size: calc({unit:g} * var(--letters, {letters:g}px) "
    "* max(tan(atan2({width:g}px, 100cqw)), tan(atan2({height:g}px, 100cqh))))"
)
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_FOR_A_WHOLE_PAGE = re.compile(r"<style.*?</style>|font-size: [^;]*; font-family: [^;]*; |(?<=<g )id(?==)", re.DOTALL)
"""What does not suit an image among others: rules for all elements, fonts, and names that must be unique."""
_JS = """
export default ({ data, parentElement }) => {
  const chart = parentElement.querySelector(".ink-chart");
  chart.innerHTML = data.svg;
  chart.ariaLabel = data.alt;
  const { width, height } = chart.firstChild.viewBox.baseVal;
  chart.style.aspectRatio = width / height;
};
"""


def chart(image: str, alt: str, *, key: str) -> None:
    """Draw what `stacked` returns as a part of the page, because an image of its own cannot use the page's typeface."""
    html = '<div class="ink-chart" role="img"></div>'
    component = st.components.v2.component("chart", html=html, js=_JS, isolate_styles=False)
    component(key=key, data={"svg": image, "alt": alt})


def quiet_axes(figure: Figure, place: tuple[float, float, float, float], colors: dict[str, str]) -> Axes:
    """Return axes without a frame: a line below, faint lines across, small quiet numbers; ``place`` as fractions."""
    axes = figure.add_axes(place)
    figure.patch.set_alpha(0)
    axes.patch.set_alpha(0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(colors["line"])
    axes.tick_params(colors=colors["quiet"], length=0, labelsize=LABEL_PT)
    axes.grid(axis="y", color=colors["line"], linewidth=0.7)
    return axes


def layer(artist: Artist, size: Size) -> str:
    """Return an artist alone on a transparent ``<svg>`` element."""
    out = io.StringIO()
    width, height = (POINTS_PER_INCH * inches for inches in size)
    renderer = RendererSVG(width, height, out, metadata=_NO_METADATA)
    artist.draw(renderer)
    renderer.finalize()
    drawn = out.getvalue().removeprefix(svgProlog)
    return _FOR_A_WHOLE_PAGE.sub(lambda found: "class" if found[0] == "id" else "", drawn)


def stacked(layers: dict[str, str], size: Size) -> str:
    """Return layers of one size on top of each other, the first one lowest, each in a group of its name."""
    width, height = (PIXELS_PER_INCH * inches for inches in size)
    groups = "".join(f'<g class="{name}">{drawn}</g>' for name, drawn in layers.items())
    unit = POINTS_PER_INCH / PIXELS_PER_INCH  # a layer's is a point
    letters = _LETTERS.format(unit=unit, letters=LETTERS_PX, width=width, height=height)
    return svg(width, height, groups, f'aria-hidden="true" preserveAspectRatio="xMinYMid" style="{letters}"')


def svg(width: float, height: float, shapes: str, attributes: str = 'preserveAspectRatio="none"') -> str:
    """Return an image with its own units; by default it fills any box that it is put into."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" {attributes}>{shapes}</svg>'


def svg_url(image: str) -> str:
    """Return an SVG image as a data URL: Streamlit's HTML may hold no SVG itself."""
    return data_url("svg+xml", image.encode())
