"""Shapes that people draw and that are no digits, by few rules: outlines, and what lies in, on, around or beside them.

Most rules draw houses, cats or trees among much that has no name; hearts, speech bubbles and clouds, which pass for a
zero else, have rules of their own. None draws what a person would take for a
digit: rings and ovals (0), single strokes (1), and what has the skeleton of a 4, 6, 7, 8 or 9.
"""

from itertools import pairwise

import numpy as np

from mlp.images.recorded import Stroke
from models.making.chance import Chance, Number
from models.making.curves import arc, bow, curve, joined, line, mirrored, moved, polar, spot, turned

LEAST_BULGE, MOST_BULGE = 0.18, 0.5
"""Height of a bulged side beyond that of a circle's arc, relative to its length: less would make a ring."""


def outline(chance: Chance) -> Stroke:
    """A closed line with three to eight corners and straight, bulged or dented sides: mirrored, regular or neither.

    With five corners or more, some are dents, as others are rings in a hasty hand.
    """
    u, n = chance.between, chance.whole(3, 9)
    sides = chance.one_of("straight", "straight", "bulged", "mixed")
    if chance.sometimes(0.3):
        return _regular(chance, sides == "bulged")
    radii = [u(0.55, 1.0) if n < 5 else chance.one_of(u(0.25, 0.5), u(0.75, 1.0)) for _ in range(n)]
    if n >= 5 and sides != "bulged":
        radii[chance.whole(0, n)] = u(0.2, 0.5)
    shifts = [u(-0.3, 0.3) for _ in range(n)]
    bulges = [_bulge(chance, n, sides) for _ in range(n)]
    start: Number = -90.0
    if chance.sometimes(0.8):  # mirrored, with a corner or a side on top
        flat = chance.whole(0, 2)
        for place in range(n):
            corner, side = (-place - flat) % n, (-1 - place - flat) % n
            radii[place] = radii[min(place, corner)]
            shifts[place] = shifts[place] if place < corner else -shifts[corner] if place > corner else 0.0
            bulges[place] = bulges[min(place, side)]
        start = start + 180 / n * flat
    if chance.sometimes(0.3):
        start = start + u(0, 360)
    angles = [start + 360 / n * (place + shift) for place, shift in enumerate(shifts)]
    return _closed(chance, angles, radii, bulges)


def _regular(chance: Chance, bulged: bool) -> Stroke:
    """A triangle, a square, a star, a blossom or a cloud."""
    u, start = chance.between, chance.between(0, 360)
    inner: Number = 1.0
    if bulged:
        n = chance.whole(4, 9)
    elif chance.sometimes(0.5):
        n = chance.whole(3, 5)
    else:
        n, inner = 2 * chance.whole(4, 8), u(0.3, 0.6)
    bulge = _bulge(chance, n, "bulged" if bulged else "straight")
    angles = [start + 360 / n * (place + u(-0.05, 0.05)) for place in range(n)]
    radii = [(inner if place % 2 else 1.0) * u(0.9, 1.0) for place in range(n)]
    return _closed(chance, angles, radii, [bulge + u(-0.03, 0.03) for _ in range(n)])


def _bulge(chance: Chance, n: int, sides: str) -> Number:
    circle = np.tan(np.pi / 2 / n) / 2  # of the arcs between n points of a circle
    if sides == "bulged" or (sides == "mixed" and chance.sometimes(0.3)):
        return circle + chance.between(LEAST_BULGE, MOST_BULGE)
    if sides == "mixed" and chance.sometimes(0.3):
        return -circle * chance.between(0.7, 2.0)
    return chance.between(-0.04, 0.04)


def _closed(chance: Chance, angles: list[Number], radii: list[Number], bulges: list[Number]) -> Stroke:
    """Return a closed line that begins at any of its corners."""
    n, first = len(angles), chance.whole(0, len(angles))
    corners = [polar(angle, radius) for angle, radius in zip(angles, radii, strict=True)]
    return joined(*(bow(corners[i % n], corners[(i + 1) % n], bulges[i % n]) for i in range(first, first + n)))


def ring(chance: Chance) -> Stroke:
    """A ring, begun anywhere, a little open or closed beyond its start."""
    u = chance.between
    return arc((0.0, 0.0), (u(0.85, 1.1), u(0.85, 1.1)), u(0, 360), u(335, 390))


def outlined(chance: Chance) -> list[Stroke]:
    """An outline alone."""
    return [outline(chance)]


def nested(chance: Chance) -> list[Stroke]:
    """An outline with smaller copies inside, which fill it if the pen is thick."""
    one, u = outline(chance), chance.between
    sizes = chance.one_of((1.0, 0.5), (1.0, 0.66, 0.33), (1.0, 0.75, 0.5, 0.25))
    return [moved(one, 0.0, 0.0, size * u(0.95, 1.05)) for size in sizes]


ITEMS = ("dot", "dash", "bow", "ring", "outline")


def _item(chance: Chance, angle: Number, far: Number, size: Number, *kinds: str) -> Stroke:
    """Something small at an angle in degrees, clockwise from the right, and a distance from the middle."""
    u, kind = chance.between, chance.one_of(*kinds or ITEMS)
    if kind == "dot":
        one = line((0.0, 0.0), (0.1, 0.0))
    elif kind == "dash":
        one = turned(line((-1.0, 0.0), (1.0, 0.0)), angle if chance.sometimes(0.6) else u(0, 360))
    elif kind == "bow":
        bulged = bow((-1.0, 0.0), (1.0, 0.0), u(0.25, 0.7) * chance.one_of(-1, 1))
        one = turned(bulged, angle + 90 if chance.sometimes(0.8) else u(0, 360))
    else:
        one = ring(chance) if kind == "ring" else outline(chance)
    return moved(one, *polar(angle, far), size)


def composed(chance: Chance) -> list[Stroke]:
    """An outline or a ring with one to four things in it, on it or beside it, alone or in pairs."""
    u, is_ring = chance.between, chance.sometimes(0.35)
    strokes = [ring(chance) if is_ring else outline(chance)]
    for _ in range(chance.whole(2, 5) if is_ring else chance.whole(1, 4)):
        place = chance.one_of("pair inside", "inside", "pair on", "beside", "above or below")
        if place == "pair inside":
            strokes += mirrored(_item(chance, u(-70, 70), u(0.25, 0.55), u(0.1, 0.25)))
        elif place == "inside":  # no dash, which would make a slashed zero
            strokes.append(_item(chance, chance.one_of(-90, 90), u(0, 0.5), u(0.2, 0.4), *ITEMS[2:]))
        elif place == "pair on" or (is_ring and place == "above or below"):  # no eight, six or nine
            strokes += mirrored(_item(chance, u(-85, 85), u(0.95, 1.3), u(0.25, 0.5), *ITEMS[1:]))
        elif place == "beside":
            strokes.append(_item(chance, chance.one_of(0, 180), u(1.0, 1.4), u(0.3, 0.7), *ITEMS[1:]))
        else:
            kind = chance.one_of("dash", "bow", "outline")
            strokes.append(_item(chance, chance.one_of(-90, 90), u(1.0, 1.6), u(0.3, 1.0), kind))
    return strokes


def around(chance: Chance) -> list[Stroke]:
    """The same thing all around, mostly around a ring, sometimes on a stem."""
    u, n = chance.between, chance.whole(4, 11)
    start, far = u(0, 360), u(0.9, 1.5)
    one = _item(chance, 0.0, far, u(0.25, 0.5))
    strokes = [turned(one, start + 360 / n * place + u(-5, 5)) for place in range(n)]
    if chance.sometimes(0.75):
        strokes.append(moved(ring(chance), 0.0, 0.0, far * u(0.3, 0.6)))
    if chance.sometimes(0.3):
        strokes.append(line((0.0, far), (0.0, far + u(0.5, 2))))
    return strokes


def several(chance: Chance) -> list[Stroke]:
    """Three to six of the same small thing, in a row or scattered."""
    u, in_row = chance.between, chance.sometimes(0.6)
    one = _item(chance, 0.0, 0.0, u(0.25, 0.5))
    places = [
        (place * u(0.8, 1.2), u(-0.3, 0.3)) if in_row else (u(0, 2), u(0, 2)) for place in range(chance.whole(3, 7))
    ]
    return [moved(one, x, y, 1.0) for x, y in places]


def branching(chance: Chance) -> list[Stroke]:
    """A stem with pairs of branches, or with many, sometimes an outline or a ring on top."""
    u, in_pairs = chance.between, chance.sometimes(0.6)
    strokes = [_stem(chance)]
    for _ in range(chance.whole(1, 4) if in_pairs else chance.whole(4, 8)):
        y, long, angle = u(0.1, 0.9), u(0.25, 0.6), np.deg2rad(u(25, 100))
        branch = line((0.0, y), (long * np.sin(angle), y - long * np.cos(angle)))
        strokes += mirrored(branch) if in_pairs else [mirrored(branch)[chance.whole(0, 2)]]
    if chance.sometimes(0.5):
        size = u(0.15, 0.5)
        strokes.append(moved(ring(chance) if chance.sometimes(0.5) else outline(chance), 0.0, -size, size))
    return _any_way(chance, strokes) if chance.sometimes(0.3) else strokes


def on_a_stem(chance: Chance) -> list[Stroke]:
    """A wide outline or ring on a stem of one line or two, which may be closed below; in its middle, unlike a nine."""
    u, wide = chance.between, chance.between(0.12, 0.35)
    crown = ring(chance) if chance.sometimes(0.5) else outline(chance)
    top, foot = u(0.6, 1.0), u(1.4, 2.3)
    strokes = [crown * line((u(1.0, 1.4), u(0.7, 1.0)))]
    if chance.sometimes(0.35):
        return [*strokes, line((u(-0.1, 0.1), top), (u(-0.1, 0.1), foot))]
    strokes += mirrored(line((wide, top), (wide, foot)))
    return [*strokes, line((-wide, foot), (wide, foot))] if chance.sometimes(0.5) else strokes


def arrow(chance: Chance) -> list[Stroke]:
    """A stem with a head, open or closed, or with two, in any direction."""
    u = chance.between
    angle, long = np.deg2rad(u(35, 60)), u(0.3, 0.5)
    x, y = long * np.sin(angle), long * np.cos(angle)
    head = line((-x, y), (0.0, 0.0), (x, y), *[(-x, y)] * chance.sometimes(0.25))
    heads = [head, head * (1, -1) + (0, 1)] if chance.sometimes(0.15) else [head]
    return _any_way(chance, [_stem(chance), *heads])


def _stem(chance: Chance) -> Stroke:
    u = chance.between
    return bow((u(-0.1, 0.1), 0.0), (u(-0.1, 0.1), 1.0), u(-0.08, 0.08))


def _any_way(chance: Chance, strokes: list[Stroke]) -> list[Stroke]:
    angle = chance.between(0, 360)
    return [turned(stroke, angle) for stroke in strokes]


def rays(chance: Chance) -> list[Stroke]:
    """Five to ten lines from one point."""
    u, n, start = chance.between, chance.whole(5, 11), chance.between(0, 360)
    return [turned(line((0.0, 0.0), (u(0.8, 1.1), 0.0)), start + 360 / n * place + u(-8, 8)) for place in range(n)]


def heart(chance: Chance) -> list[Stroke]:
    """Two lobes and a tip, in one line or two, which may miss each other there or in the dip between the lobes."""
    u = chance.between
    dip, tip = u(-0.5, -0.15), u(0.75, 1.3)
    top, wide, low = u(-1.0, -0.7), u(0.8, 1.15), u(-0.35, 0.05)

    def half(side: int) -> Stroke:
        """Return a line from the dip over a lobe to the tip."""
        own, high = side * wide * u(0.85, 1.15), top + u(-0.1, 0.1)
        start, end = (u(-0.08, 0.08), dip + u(-0.1, 0.1)), (u(-0.08, 0.08), tip + u(-0.08, 0.08))
        lobe = (0.2 * own, 0.5 * (dip + high)), (0.5 * own, high), (0.85 * own, 0.75 * high), (own, low)
        if chance.sometimes(0.3):  # straight below the lobe
            return joined(curve(start, *lobe), bow(lobe[-1], end, u(-0.05, 0.1) * side))
        return curve(start, *lobe, (u(0.65, 0.8) * own, low + 0.45 * (tip - low)), end)

    left, right = half(-1), half(1)
    kind = chance.one_of("two lines", "from the dip", "from the dip", "from the tip")
    if kind == "two lines":
        strokes = [left, right]
    elif kind == "from the dip":
        strokes = [_left_open(chance, joined(left, right[..., ::-1, :]))]
    else:
        strokes = [_left_open(chance, joined(right[..., ::-1, :], left))]
    angle = u(-35, 35)
    return [turned(stroke, angle) for stroke in strokes]


def speech_bubble(chance: Chance) -> list[Stroke]:
    """A wide round or a box with a pointed tail below, of its own line or not, sometimes with words in it."""
    u, boxed = chance.between, chance.sometimes(0.35)
    wide, high, at, gap = u(1.0, 1.5), u(0.65, 1.05), u(50, 130), u(25, 60)
    x, y = polar(at, 1.0)
    tip = (wide * x + u(-0.6, 0.6), high * (y + u(0.45, 1.1)))
    if boxed:
        left, right = (wide * x - u(0.15, 0.4), high), (wide * x + u(0.15, 0.4), high)
        body = line(left, (-wide, high), (-wide, -high), (wide, -high), (wide, high), right)
    else:
        body = arc((0.0, 0.0), (wide, high), at + gap / 2, 360 - gap)
        left, right = spot(body, 0), spot(body, -1)
    tail = line(right, tip, (left[0] + u(-0.1, 0.1), left[1] + u(-0.1, 0.1)))
    strokes = [joined(body, tail)] if chance.sometimes(0.5) else [body, tail]
    if chance.sometimes(0.25):  # the tail beside a whole round
        strokes = [arc((0.0, 0.0), (wide, high), u(0, 360), u(345, 385)), tail]
    if chance.sometimes(0.25):
        far = u(0.25, 0.4)
        if chance.sometimes(0.5):
            strokes += [moved(line((0.0, 0.0), (0.05, 0.0)), far * place, 0.0) for place in (-1, 0, 1)]
        else:
            strokes += [line((-0.5, 0.5 * far * side), (0.5, 0.5 * far * side)) for side in (-1, 1)]
    return strokes


def cloud(chance: Chance) -> list[Stroke]:
    """Bows around an oval or over a flat foot, in one line, or each of its own."""
    u, flat = chance.between, chance.sometimes(0.4)
    n, high = chance.whole(3, 6) if flat else chance.whole(5, 10), u(0.5, 1.0)
    start, whole = (180.0, 180.0) if flat else (u(0, 360), 360.0)
    corners = [
        polar(start + whole * (place + u(-0.2, 0.2) * (0 < place < n)) / n, u(0.9, 1.1)) for place in range(n + 1)
    ]
    corners = [(x, high * y) for x, y in (corners if flat else [*corners[:n], corners[0]])]
    bows = [bow(*ends, u(0.3, 0.6)) for ends in pairwise(corners)]
    if flat:
        foot = line(corners[-1], (corners[0][0] + u(-0.15, 0.15), corners[0][1] + u(-0.15, 0.15)))
        return [joined(*bows, foot)] if chance.sometimes(0.5) else [joined(*bows), foot]
    if chance.sometimes(0.25):
        return [moved(one, u(-0.06, 0.06), u(-0.06, 0.06)) for one in bows]
    return [joined(*(bows[: n - 1] if n > 6 and chance.sometimes(0.3) else bows))]


def _left_open(chance: Chance, stroke: Stroke) -> Stroke:
    """Return a line that sometimes ends early."""
    return stroke[..., : stroke.shape[-2] - chance.whole(1, 6), :] if chance.sometimes(0.3) else stroke
