"""Paint the picture to share: the drawing, the network lit by it, the bars, and a description."""

import io
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont, ImageOps, PngImagePlugin

from mlp.analysis.scores import percent
from mlp.class_names import DIGITS
from mlp.images.input_image import with_article
from mlp.page.draw.answer import LONG_NAME
from mlp.page.draw.scene import Scene

SIZE = (1200, 630)  # the size of link previews in messengers and on social networks
SMOOTH = 2  # shapes are painted this many times larger and then shrunk, as Pillow draws hard edges
LEFT, TOP, RIGHT = 56, 112, 1144
DRAWING = 340
LINES_TO, BAR_FROM, BAR_TO = 838, 884, 1052
BAR_HEIGHT = 14
TILE, LAMP = 34, 7
EXAMPLE, READ_EXAMPLE = 28, 44
"""Sides of a drawing in place of a name, beside a bar and in the reading."""
SURE = 0.001
"""Smallest probability that gets a bar: less than half of a pixel is not drawn."""

Color = tuple[int, int, int]


class CardWords(NamedTuple):
    """Texts of a card: the reading, the network's name, and its layers."""

    reading: str
    network: str
    shape: str

    @property
    def alt(self) -> str:
        """Description of the card for screen readers."""
        return (
            f"A drawing, a network lit by it, and a bar for each answer. {self.reading}. {self.network}. {self.shape}. "
            "Made with Inkling."
        )


def share_card(
    pixels: np.ndarray,
    scene: Scene | None,
    probabilities: np.ndarray | None,
    words: CardWords,
    colors: dict[str, str],
    names: Sequence[str] = DIGITS,
    examples: Sequence[np.ndarray] = (),
) -> bytes:
    """Return the card as a PNG that contains its own description.

    Parameters
    ----------
    pixels : uint8 array, shape (H, W)
        The drawing: 0 paper, 255 ink.
    scene : Scene or None
        The network as it reads the drawing; None if its weights are not finite.
    probabilities : float array, shape (classes,), or None
        Its answer, or None.
    words : CardWords
    colors : dict
        Colors of the page's theme.
    names : sequence of str
        Names of the classes.
    examples : sequence of uint8 arrays, shape (28, 28)
        A drawing of each class, which takes the place of a name that the font cannot write; may be empty.
    """
    theme: dict[str, Color] = {name: ImageColor.getrgb(value)[:3] for name, value in colors.items()}
    card = Image.new("RGB", (SIZE[0] * SMOOTH, SIZE[1] * SMOOTH), theme["paper"])
    pen = ImageDraw.Draw(card)
    if scene is not None:
        _lines(pen, scene, theme, len(names))
    _bars(pen, probabilities, theme, len(names))
    card = card.resize(SIZE, Image.Resampling.BOX)
    _drawing(card, pixels)
    if scene is not None:
        _neurons(card, scene, theme)
    _write(card, probabilities, words, theme, names, examples)
    about = PngImagePlugin.PngInfo()
    about.add_itxt("Title", words.reading)
    about.add_itxt("Description", words.alt)
    file = io.BytesIO()
    card.save(file, format="PNG", pnginfo=about)
    return file.getvalue()


def _place(scene: Scene, depth: int, row: int, n_bars: int) -> tuple[float, float]:
    """Return the position of a neuron; depth 0 is the drawing, the last depth the bars."""
    columns = len(scene.widths) + 1
    n = 1 if depth == 0 else n_bars if depth == columns else len(scene.lit[depth - 1])
    return LEFT + DRAWING + (LINES_TO - LEFT - DRAWING) * depth / columns, TOP + DRAWING * (row + 0.5) / n


def _lines(pen: ImageDraw.ImageDraw, scene: Scene, theme: dict[str, Color], n_bars: int) -> None:
    for depth, start, end, strength in sorted(scene.lines, key=lambda line: abs(line[3])):  # the strongest on top
        weight = abs(strength)
        color = _mixed(theme["paper"], theme["accent" if strength > 0 else "second"], 0.1 + 0.75 * weight)
        places = [_place(scene, depth, start, n_bars), _place(scene, depth + 1, end, n_bars)]
        pen.line([(x * SMOOTH, y * SMOOTH) for x, y in places], color, max(1, round(SMOOTH * (0.5 + 2.5 * weight))))


def _neurons(card: Image.Image, scene: Scene, theme: dict[str, Color]) -> None:
    pictures = iter(np.clip(scene.pictures, -1, 1))
    for depth, layer in enumerate(scene.lit, start=1):
        for row, lit in enumerate(layer):
            share = next(pictures)[..., np.newaxis]  # (28, 28, 1)
            ends = np.where(share < 0, np.array(theme["second"]), np.array(theme["accent"]))  # (28, 28, 3)
            paper = np.array(theme["paper"])
            seen = paper + np.abs(share) * (0.55 + 0.45 * abs(lit)) * (ends - paper)
            tile = Image.fromarray(seen.round().astype(np.uint8)).resize((TILE, TILE), Image.Resampling.BICUBIC)
            x, y = (round(each) for each in _place(scene, depth, row, 1))
            left, top = x - (TILE + LAMP) // 2, y - TILE // 2
            pen = ImageDraw.Draw(card)
            pen.rectangle((left - 1, top - 1, left + TILE + LAMP, top + TILE), outline=theme["line"])
            card.paste(tile, (left, top))
            lamp = (left + TILE, top, left + TILE + LAMP - 1, top + TILE - 1)
            pen.rectangle(lamp, _mixed(theme["line"], theme["accent" if lit > 0 else "second"], abs(lit)))


def _drawing(card: Image.Image, pixels: np.ndarray) -> None:
    ink = ImageOps.pad(Image.fromarray(pixels), (DRAWING, DRAWING), Image.Resampling.LANCZOS)
    corners = Image.new("L", (DRAWING * SMOOTH, DRAWING * SMOOTH))
    ImageDraw.Draw(corners).rounded_rectangle((0, 0, *(side - 1 for side in corners.size)), 14 * SMOOTH, 255)
    card.paste(ink.convert("RGB"), (LEFT, TOP), corners.resize(ink.size, Image.Resampling.BOX))


def bar_px(share: float) -> int:
    """Return the length of a bar in pixels.

    Examples
    --------
    >>> bar_px(0.0), bar_px(0.5), bar_px(1.0)
    (0, 84, 168)
    """
    return 0 if share < SURE else max(1, round(share * (BAR_TO - BAR_FROM)))


def bar_middle(place: int, n_bars: int = len(DIGITS)) -> int:
    """Return the y position of a bar's middle among ``n_bars``."""
    return round(TOP + DRAWING / n_bars * (place + 0.5))


def _bars(pen: ImageDraw.ImageDraw, probabilities: np.ndarray | None, theme: dict[str, Color], n_bars: int) -> None:
    best = -1 if probabilities is None else int(probabilities.argmax())
    for digit in range(n_bars):
        top = bar_middle(digit, n_bars) - BAR_HEIGHT // 2
        for length, color in (
            (BAR_TO - BAR_FROM, _mixed(theme["paper"], theme["quiet"], 0.16)),
            (0 if probabilities is None else bar_px(float(probabilities[digit])), _bar_color(theme, digit == best)),
        ):
            if length:
                box = (BAR_FROM, top, BAR_FROM + length, top + BAR_HEIGHT)
                pen.rectangle([SMOOTH * edge - (place > 1) for place, edge in enumerate(box)], color)


def _bar_color(theme: dict[str, Color], best: bool) -> Color:
    return theme["accent"] if best else _mixed(theme["quiet"], theme["accent"], 0.45)


def _write(
    card: Image.Image,
    probabilities: np.ndarray | None,
    words: CardWords,
    theme: dict[str, Color],
    names: Sequence[str],
    examples: Sequence[np.ndarray],
) -> None:
    pen = ImageDraw.Draw(card)
    pen.text((LEFT, 78), "Inkling", theme["text"], font(44, 750), anchor="ls")
    after = LEFT + pen.textlength("Inkling", font(44, 750)) + 18
    pen.text((after, 78), "Train a network from nothing. Then draw for it.", theme["quiet"], font(26), anchor="ls")
    best = -1 if probabilities is None else int(probabilities.argmax())
    for digit, name in enumerate(names):
        weight, color = (650, theme["accent"]) if digit == best else (400, theme["quiet"])
        middle = bar_middle(digit, len(names))
        px = 24 if len(name) < LONG_NAME else 13
        if examples and paintable(name) != name:
            _example(card, examples[digit], (BAR_FROM - 14 - EXAMPLE, middle - EXAMPLE // 2), EXAMPLE)
        else:
            pen.text((BAR_FROM - 14, middle), paintable(name), theme["text"], font(px, 650), anchor="rm")
        text = "–" if probabilities is None else percent(float(probabilities[digit]))
        pen.text((RIGHT, middle), text, color, font(22, weight), anchor="rm")
    before, replaced, rest = words.reading, "", ""
    if best >= 0 and examples and paintable(names[best]) != names[best]:
        before, replaced, rest = words.reading.partition(with_article(names[best]))
    pen.text((LEFT, 512), paintable(before), theme["accent"], font(44, 700), anchor="ls")
    if replaced:
        x = LEFT + round(pen.textlength(before, font(44, 700)))
        _example(card, examples[best], (x, 512 - READ_EXAMPLE + 6), READ_EXAMPLE)
        pen.text((x + READ_EXAMPLE, 512), rest, theme["accent"], font(44, 700), anchor="ls")
    pen.text((LEFT, 556), words.network, theme["text"], font(30), anchor="ls")
    pen.text((LEFT, 592), words.shape, theme["quiet"], font(24), anchor="ls")


def _example(card: Image.Image, image: np.ndarray, corner: tuple[int, int], px: int) -> None:
    card.paste(Image.fromarray(image).resize((px, px), Image.Resampling.BICUBIC), corner)


def paintable(text: str) -> str:
    """Replace characters that the font lacks, such as those of other scripts; the description keeps them."""
    face = font(24)
    lacking = bytes(face.getmask("\U0010fffd"))
    return "".join("▢" if bytes(face.getmask(each)) == lacking and not each.isspace() else each for each in text)


def _mixed(start: Color, end: Color, share: float) -> Color:
    red, green, blue = (round(a + share * (b - a)) for a, b in zip(start, end, strict=True))
    return red, green, blue


@lru_cache(maxsize=16)
def font(px: int, weight: int = 400) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the page's font, which Streamlit includes, or else Pillow's own."""
    try:
        found = find_spec("streamlit")
        folder = Path(str(found.origin)).parent if found else Path()
        file = next((folder / "static" / "static" / "media").glob("SourceSansVF-Upright*"))
        loaded = ImageFont.truetype(file, px)
        loaded.set_variation_by_axes([weight])
    except (OSError, StopIteration, NotImplementedError):
        return ImageFont.load_default(px)
    return loaded
