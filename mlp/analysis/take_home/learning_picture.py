"""A picture to share: a drawing, the bars of the network that reads it, and how it learned to, still or moving."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from matplotlib import get_data_path
from PIL import Image, ImageColor, ImageDraw, ImageFont, ImageOps

from mlp.analysis.scores import percent
from mlp.images.input_image import with_article
from mlp.jobs.rewind import Rewind, thinned_steps
from mlp.language import mark, speaking, speaks, tr
from mlp.nn.reader import Reader

SIDE = 1440
"""Side of the square on which everything is painted; halved at the end, as Pillow paints hard edges."""
MARGIN, RIGHT, TOP, DRAWING = 72, 1368, 190, 640
BARS, BAR_TO, BAR_HEIGHT, NAME = 772, 1236, 30, 210
"""Where the names of the bars begin, where bars end, their height, and the most room for a name."""
STRIP, CELL_HEIGHT, SMALLEST = 1100, 84, 26
"""Top and height of the strip, and the smallest size of a name that is painted."""
CELLS = 24
"""Most moments in a picture: more would have no room for their digits."""
LEARNING_MS, FIRST_MS, RIGHT_MS, LAST_MS = 2880, 500, 420, 1200
"""The time of all moments together, and how much longer the first, the first right and the last one stay."""
COLORS = 96
"""Colors of a moving picture, the same in all of its frames."""
DESCRIPTION = 0x010E
"""The Exif tag of a still picture's description; a moving one has a comment in its place."""

Moment = tuple[int, np.ndarray]
"""A step, and the probabilities of the answers then."""


@dataclass(frozen=True)
class Story:
    """The content of the picture: a drawing, and a network's answers at one or more moments."""

    drawing: np.ndarray  # (H, W) uint8, 0 paper, 255 ink
    moments: list[Moment]
    names: tuple[str, ...]  # of the answers
    meant: int  # the right answer, or the last one if that is unknown
    whose: str  # whose network it is, in words
    colors: dict[str, str]  # the page's
    examples: Mapping[int, np.ndarray] = field(default_factory=dict)  # (28, 28) uint8 by sign, if no font has its name
    unseen: str = ""  # in place of an answer if the drawing shows none of the names
    address: str = ""  # where to try it
    language: str = field(default_factory=speaks)  # of its words, also in another process

    @property
    def answers(self) -> list[int]:
        """The answer at each moment."""
        return [int(shares.argmax()) for _, shares in self.moments]

    @property
    def first_right(self) -> int | None:
        """The place of the first moment with the right answer, or None."""
        return self.answers.index(self.meant) if self.meant in self.answers else None

    @property
    def description(self) -> str:
        """Description of the picture for those who do not see it."""
        read, sure = [self.names[answer] for answer in self.answers], percent(float(self.moments[-1][1].max()))
        reading = self.unseen or tr("It reads {name}, {share} sure", name=with_article(read[-1]), share=sure)
        shown = mark("A drawing, and a bar for each answer of a network. {reading}. {whose}.")
        text = tr(shown, reading=reading, whose=self.whose)
        learned = tr("While it learned, it read {names}.", names=", ".join(read))
        return f"{text} {learned}" if len(read) > 1 else text


def moments_of(rewind: Rewind, current: Reader, step: int, image: np.ndarray) -> list[Moment]:
    """Return the answers for an image (28, 28) at a run's saved steps, and of ``current``, which is at ``step``."""
    saved = [kept + 1 for kept in rewind.steps if kept < step]
    steps = [kept - 1 for kept in thinned_steps(saved, CELLS - 1)]  # from 1 on, as they are thinned by ratio
    readers = [Reader(rewind.network(kept), temperature=current.temperature, learned=current.learned) for kept in steps]
    shares = [reader.predict_proba(current.as_seen(image[np.newaxis]))[0] for reader in readers]
    shares.append(current.predict_proba(image[np.newaxis])[0])
    return [moment for moment in zip([*steps, step], shares, strict=True) if np.isfinite(moment[1]).all()]


def still_picture(story: Story) -> bytes:
    """Return the picture of the last moment as a PNG file, which contains its description."""
    file, about = io.BytesIO(), Image.Exif()
    with speaking(story.language):
        about[DESCRIPTION] = story.description.encode()  # bytes, as Pillow replaces what is not ASCII
        _Painter(story).frame(len(story.moments) - 1, 1.0).save(file, format="PNG", exif=about)
    return file.getvalue()


def moving_picture(story: Story) -> bytes:
    """Return the picture as a GIF file that repeats its 3 to 5 seconds, and contains its description."""
    with speaking(story.language):
        return _moving(story)


def _moving(story: Story) -> bytes:
    painter, n, file = _Painter(story), len(story.moments), io.BytesIO()
    frames, times = [], []
    for place in range(n):
        frames += [painter.frame(place, share) for share in (0.5, 1.0)]
        stays = {0: FIRST_MS, n - 1: LAST_MS}.get(place, RIGHT_MS if place == story.first_right else 0)
        times += [LEARNING_MS // n // 2, LEARNING_MS // n // 2 + stays]
    # The last frame has the colors of all moments, and the first one those of a wrong answer.
    both = np.concatenate([np.asarray(frames[0]), np.asarray(frames[-1])])
    colors = Image.fromarray(both).quantize(COLORS, Image.Quantize.FASTOCTREE)
    first, *others = [frame.quantize(palette=colors, dither=Image.Dither.NONE) for frame in frames]
    about = story.description.encode()
    first.save(file, "GIF", save_all=True, append_images=others, duration=times, loop=0, optimize=False, comment=about)
    return file.getvalue()


class _Painter:
    """Paints the frames of a story; what never changes is painted once."""

    def __init__(self, story: Story) -> None:
        self.story, self.colors = story, story.colors
        height = SIDE if len(story.moments) > 1 else STRIP + CELL_HEIGHT
        self._still = Image.new("RGB", (SIDE, height), self.colors["paper"])
        pen = ImageDraw.Draw(self._still)
        pen.text((MARGIN, 126), "Inkling", self.colors["text"], font(84, 750), anchor="ls")
        left, room = MARGIN + round(pen.textlength("Inkling", font(84, 750))) + 32, RIGHT - 400
        px = min(36, int(36 * (room - left) / max(1, pen.textlength(story.address, font(36)))))
        if px >= SMALLEST:
            pen.text((left, 126), story.address, self.colors["quiet"], font(px), anchor="ls")
        ink = ImageOps.pad(Image.fromarray(story.drawing), (DRAWING, DRAWING), Image.Resampling.LANCZOS)
        self._still.paste(ink.convert("RGB"), (MARGIN, TOP), _rounded(DRAWING, DRAWING, 28))
        pen.text((MARGIN, height - 48), story.whose, self.colors["quiet"], font(40), anchor="ld")
        beside = self._still.copy()
        self._bar_from = (
            BARS + 24 + max(self._name(beside, n, (0, 0), "ls", (NAME, 44)) for n in range(len(story.names)))
        )

    def frame(self, place: int, share: float) -> Image.Image:
        """Return the picture of a moment, by its place; ``share`` of the way from the bars of the one before."""
        moments, seen = self.story.moments, not self.story.unseen
        step, shares = moments[place]
        before = moments[max(0, place - 1)][1]
        picture = self._still.copy()
        self._bars(picture, seen * (before + share * (shares - before)), int(shares.argmax()) if seen else -1)
        self._answer(picture, shares)
        if len(moments) > 1:
            text = tr("step {step:,}", step=step) if step else tr("untrained")
            ImageDraw.Draw(picture).text((RIGHT, 126), text, self.colors["quiet"], font(52), anchor="rs")
            self._strip(picture, place)
        return picture.reduce(2)

    def _bars(self, picture: Image.Image, shares: np.ndarray, best: int) -> None:
        pen, row, length = ImageDraw.Draw(picture), DRAWING / len(shares), BAR_TO - self._bar_from
        for label, share in enumerate(shares):
            middle = round(TOP + row * (label + 0.5))
            color, weight = (self._color(best), 650) if label == best else ("quiet", 400)
            bar = Image.new("RGB", (length, BAR_HEIGHT), self.colors["line"])
            bar.paste(self.colors[color], (0, 0, round(length * float(share)), BAR_HEIGHT))
            picture.paste(bar, (self._bar_from, middle - BAR_HEIGHT // 2), _rounded(*bar.size, BAR_HEIGHT // 2))
            self._name(picture, label, (self._bar_from - 24, middle), "rm", (NAME, 44))
            pen.text((RIGHT, middle), percent(float(share)), self.colors[color], font(38, weight), anchor="rm")

    def _answer(self, picture: Image.Image, shares: np.ndarray) -> None:
        pen, text = ImageDraw.Draw(picture), self.story.unseen or tr("It reads")
        pen.text((MARGIN, 985), text, self.colors["text"], font(64), anchor="ls")
        if not self.story.unseen:
            best, x = int(shares.argmax()), MARGIN + round(pen.textlength(text, font(64))) + 28
            x += self._name(picture, best, (x, 985), "ls", (640, 150), self._color(best)) + 32
            sure = tr("{share} sure", share=percent(float(shares[best])))
            pen.text((x, 985), sure, self.colors["quiet"], font(52), anchor="ls")

    def _strip(self, picture: Image.Image, last: int) -> None:
        """Paint a cell for each moment until ``last``, and mark the first one with the right answer."""
        story, answers, width = self.story, self.story.answers, RIGHT - MARGIN
        ends = [round(width * place / len(answers)) for place in range(len(answers) + 1)]
        pen = ImageDraw.Draw(picture)
        pen.text((MARGIN, STRIP - 20), tr("How it learned to read this"), self.colors["quiet"], font(40), anchor="ls")
        cells, start = Image.new("RGB", (width, CELL_HEIGHT), self.colors["line"]), 0
        paper, accent = (np.array(ImageColor.getrgb(self.colors[name])) for name in ("paper", "accent"))
        for place, answer in enumerate(answers[: last + 1]):
            color = paper + (0.06 + 0.45 * float(story.moments[place][1].max())) * (accent - paper)  # as on the page
            cells.paste(tuple(color.astype(int).tolist()), (ends[place], 0, ends[place + 1], CELL_HEIGHT))
            # Equal answers in a row share a name that has no room in one cell.
            if place == last or answers[place + 1] != answer or len(story.names[answer]) == 1:
                middle = (ends[start] + ends[place + 1]) // 2, CELL_HEIGHT // 2
                self._name(cells, answer, middle, "mm", (ends[place + 1] - ends[start] - 8, 48))
                start = place + 1
        picture.paste(cells, (MARGIN, STRIP), _rounded(*cells.size, 16))
        if (first := story.first_right) is not None and first <= last:
            x, y = MARGIN + (ends[first] + ends[first + 1]) // 2, STRIP + CELL_HEIGHT
            pen.polygon([(x, y + 8), (x - 18, y + 36), (x + 18, y + 36)], self.colors["accent"])
            text = tr("for the first time at step {step:,}", step=story.moments[first][0])
            at, anchor = (x - 18, "ls") if 2 * first < len(answers) else (x + 18, "rs")
            pen.text((at, y + 80), text, self.colors["accent"], font(40, 650), anchor=anchor)

    def _color(self, answer: int) -> str:
        """Return the name of an answer's color, which is dark as long as it is wrong."""
        return "accent" if answer == self.story.meant else "text"

    def _name(
        self, on: Image.Image, label: int, at: tuple[int, int], anchor: str, room: tuple[int, int], color: str = "text"
    ) -> int:
        """Paint the name of an answer in a width and a height, and return its width; 0 if it would be too small."""
        name, (width, px) = self.story.names[label], room
        face = next((each for each in (font, symbols) if is_paintable(name, each(px))), None)
        if face is None and label in self.story.examples:
            example = Image.fromarray(self.story.examples[label]).resize((min(width, px),) * 2)
            left = at[0] - {"l": 0, "m": example.width // 2, "r": example.width}[anchor[0]]
            top = at[1] - {"s": example.height - px // 6, "m": example.height // 2}[anchor[1]]
            on.paste(example, (left, top))
            return example.width
        face = face or font
        if px * width < SMALLEST * (wide := face(px, 650).getlength(name)):
            return 0
        written = face(int(px * min(1, width / wide)), 650)
        ImageDraw.Draw(on).text(at, name, self.colors[color], written, anchor=anchor)
        return round(written.getlength(name))


@cache
def _rounded(width: int, height: int, radius: int) -> Image.Image:
    """Return a mask with round corners."""
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), radius, 255)
    return mask


@cache
def is_paintable(text: str, face: ImageFont.FreeTypeFont) -> bool:
    """Whether a font has all characters of a text."""
    lacking = bytes(face.getmask("\U0010fffd"))
    return all(each.isspace() or bytes(face.getmask(each)) != lacking for each in text)


@cache
def font(px: int, weight: int = 400) -> ImageFont.FreeTypeFont:
    """Return the page's font, which Streamlit includes, or else that of matplotlib."""
    spec = find_spec("streamlit")
    try:
        media = Path(str(spec and spec.origin)).parent / "static" / "static" / "media"
        loaded = ImageFont.truetype(next(media.glob("SourceSansVF-Upright*")), px)
        loaded.set_variation_by_axes([weight])
    except (OSError, StopIteration, NotImplementedError):
        return symbols(px, weight)
    return loaded


@cache
def symbols(px: int, weight: int = 400) -> ImageFont.FreeTypeFont:
    """Return a font of matplotlib's with many scripts and symbols, such as hearts and stars."""
    file = "DejaVuSans-Bold.ttf" if weight > 600 else "DejaVuSans.ttf"
    return ImageFont.truetype(Path(get_data_path()) / "fonts" / "ttf" / file, px)
