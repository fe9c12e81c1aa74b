"""SVG images of our own shapes."""

from mlp.analysis.inline_html import data_url


def svg(width: float, height: float, shapes: str, attributes: str = 'preserveAspectRatio="none"') -> str:
    """Return an image with its own units; by default it fills any box that it is put into."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" {attributes}>{shapes}</svg>'


def svg_url(image: str) -> str:
    """Return an SVG image as a data URL: Streamlit's HTML may hold no SVG itself."""
    return data_url("svg+xml", image.encode())
