"""One SVG image of named layers, so that unchanged layers need not be drawn again."""

import io

from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import RendererSVG, svgProlog

POINTS_PER_INCH = 72
PIXELS_PER_INCH = 96  # of CSS, which gives the layers their size

Size = tuple[float, float]
"""Width and height in inches."""

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
    groups = "".join(f'<g id="{name}">{drawn}</g>' for name, drawn in layers.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}">{groups}</svg>'
    )
