"""Writing styles of 0, 1, 2, 3 and 4.

Each style consists of lines and curves in a box 1 high and about 0.6 wide, y down, with random variation: ``u(a, b)``
is a number between a and b, another one for each digit of a group.
"""

import numpy as np

from mlp.images.recorded import Stroke
from models.making.chance import Chance
from models.making.curves import arc, as_column, curve, joined, line, spot


def _oval(chance: Chance) -> Stroke:
    u = chance.between
    return arc((0.3, 0.5), (u(0.2, 0.36), 0.5), u(-150, -30), u(-400, -330), u(-0.12, 0.12))


def zero(chance: Chance) -> list[Stroke]:
    """An oval, sometimes with a tail where it starts or closes."""
    u = chance.between
    oval = _oval(chance)
    if chance.sometimes(0.25):
        oval = joined(oval, curve(spot(oval, -1), (u(0.1, 0.8), u(-0.15, 0.15))))
    if chance.sometimes(0.1):
        oval = joined(curve((u(-0.2, 0.3), u(-0.1, 0.15)), spot(oval, 0)), oval)
    return [oval]


def zero_open(chance: Chance) -> list[Stroke]:
    """An oval that misses its start: its end lies inside or outside of it."""
    u = chance.between
    direction = chance.sign()
    return [arc((0.3, 0.5), (u(0.22, 0.36), 0.5), u(-130, -50), direction * u(295, 350), u(-0.3, 0.25))]


def zero_slashed(chance: Chance) -> list[Stroke]:
    """An oval with a slash through it, short or far beyond it."""
    u = chance.between
    oval = _oval(chance)
    oval[..., 0] += as_column(u(0, 0.5)) * (0.5 - oval[..., 1])  # leaning with its slash
    angle, half = np.deg2rad(u(35, 98)), u(0.3, 1.0)
    reach, rise = half * np.cos(angle), half * np.sin(angle)
    x, y = 0.3 + u(-0.08, 0.08), 0.5 + u(-0.08, 0.08)
    slash = curve((x + reach, y - rise), (x + u(-0.04, 0.04), y + u(-0.04, 0.04)), (x - reach, y + rise))
    if chance.sometimes(0.1):
        slash[..., 0] = 0.6 - slash[..., 0]
    return [joined(oval, slash)] if chance.sometimes(0.25) else [oval, slash]


def one(chance: Chance) -> list[Stroke]:
    """A stem."""
    u = chance.between
    return [curve((0.3 + u(-0.05, 0.05), 0), (0.3 + u(-0.03, 0.03), 0.5), (0.3 + u(-0.05, 0.05), 1))]


def _with_upstroke(chance: Chance, short: float, long: float) -> Stroke:
    u = chance.between
    length, fall = u(short, long), u(0.35, 1.25)
    top = (0.4, u(0, 0.03))
    start = (top[0] - length * 0.75, top[1] + length * fall)
    bend = u(-0.08, 0.08) * length / 0.5
    middle = ((start[0] + top[0]) / 2 + bend, (start[1] + top[1]) / 2 + bend)
    stem = [(0.4 + u(-0.05, 0.03), 0.5), (0.4 + u(-0.12, 0.05), 1)]
    if chance.sometimes(0.2):  # round at the top
        return curve(start, middle, top, *stem)
    return joined(curve(start, middle, top), curve(top, *stem))


def one_flagged(chance: Chance) -> list[Stroke]:
    """A stem with a short upstroke."""
    return [_with_upstroke(chance, 0.12, 0.35)]


def one_long_upstroke(chance: Chance) -> list[Stroke]:
    """A stem with an upstroke that may begin as low as its foot."""
    return [_with_upstroke(chance, 0.35, 0.8)]


def one_hooked(chance: Chance) -> list[Stroke]:
    """A stem with a short hook to the left: nearly level, and rounder and shorter than the top of a seven."""
    u = chance.between
    top, start = (0.35, u(0, 0.05)), (0.35 - u(0.14, 0.3), u(0, 0.16))
    middle = ((start[0] + top[0]) / 2, np.minimum(start[1], top[1]) + u(-0.05, 0.04))
    stem = [(0.35 + u(-0.05, 0.04), 0.5), (0.35 + u(-0.15, 0.06), 1)]
    if chance.sometimes(0.5):  # round at the top
        return [curve(start, middle, (top[0], top[1] + 0.04), *stem)]
    return [joined(curve(start, middle, top), curve(top, *stem))]


def one_curled(chance: Chance) -> list[Stroke]:
    """A stem that begins in a bend from the left, or ends in one to the right."""
    u = chance.between
    stem = [(0.3 + u(-0.05, 0.1), 0), (0.3 + u(-0.04, 0.04), 0.5), (0.3 + u(-0.05, 0.03), u(0.85, 1))]
    before = [(0.3 - u(0.1, 0.25), u(0.05, 0.2))] if chance.sometimes(0.5) else []
    after = [(0.3 + u(0.1, 0.3), u(0.88, 1.02))] if not before or chance.sometimes(0.4) else []
    return [curve(*before, *stem, *after)]


def one_footed(chance: Chance) -> list[Stroke]:
    """A stem on a foot, with or without an upstroke."""
    u = chance.between
    stem = one(chance)[0] if chance.sometimes(0.3) else _with_upstroke(chance, 0.12, 0.5)
    x, _ = spot(stem, -1)
    left, right = (x - u(0.12, 0.35), 1 + u(-0.04, 0.04)), (x + u(0.12, 0.4), 1 + u(-0.05, 0.04))
    return [stem, curve(left, (x, 1 + u(-0.03, 0.03)), right)]


def two(chance: Chance) -> list[Stroke]:
    """A round top, a slope and a base, long or short."""
    u = chance.between
    start, top, side = (u(0, 0.12), u(0.15, 0.32)), (u(0.22, 0.34), 0), (u(0.48, 0.6), u(0.18, 0.32))
    neck = (u(0, 0.08), u(0.88, 1))
    base = curve(neck, (0.25, neck[1] + u(-0.06, 0.05)), (u(0.32, 0.75), u(0.88, 1.05)))
    return [joined(curve(start, top, side, (u(0.28, 0.4), 0.62), neck), base)]


def two_angular(chance: Chance) -> list[Stroke]:
    """A two like a Z."""
    u = chance.between
    corner, neck = (u(0.45, 0.6), u(0, 0.12)), (u(0, 0.1), u(0.9, 1))
    roof = curve((u(-0.02, 0.1), u(0.0, 0.12)), (0.3, u(-0.04, 0.06)), corner)
    slope = curve(corner, (u(0.25, 0.42), u(0.4, 0.6)), neck)
    return [joined(roof, slope, curve(neck, (0.3, neck[1] + u(-0.04, 0.04)), (u(0.5, 0.7), u(0.92, 1.04))))]


def two_looped(chance: Chance) -> list[Stroke]:
    """A two with a loop at its lower left."""
    u = chance.between
    start, top, side = (u(0, 0.12), u(0.12, 0.3)), (u(0.22, 0.34), 0), (u(0.48, 0.6), u(0.18, 0.3))
    high = u(0.06, 0.16)
    loop = [
        (u(0.08, 0.16), 0.95),
        (-u(0.0, 0.08), 0.95 - high / 2),
        (u(0.04, 0.12), 0.93 - high),
        (u(0.26, 0.36), 0.93),
    ]
    return [curve(start, top, side, (u(0.3, 0.42), 0.6), *loop, (u(0.42, 0.52), 1), (u(0.56, 0.76), u(0.84, 0.98)))]


def three(chance: Chance) -> list[Stroke]:
    """Two bows that meet in a notch or in a small loop."""
    u = chance.between
    x, y = u(0.15, 0.32), u(0.42, 0.5)
    upper = [(u(-0.04, 0.18), u(0.04, 0.32)), (u(0.24, 0.34), 0), (u(0.46, 0.58), u(0.16, 0.26))]
    lower = [(u(0.5, 0.62), u(0.66, 0.76)), (u(0.22, 0.34), 1), (u(-0.08, 0.14), u(0.7, 0.94))]
    if chance.sometimes(0.12):  # the lower bow closes to a loop
        lower.append((u(0.02, 0.24), u(0.6, 0.76)))
    if chance.sometimes(0.4):
        return [curve(*upper, (x + 0.02, y), (x - 0.06, y + 0.03), (x + 0.04, y + 0.05), *lower)]
    return [joined(curve(*upper, (x, y)), curve((x, y), (x + 0.15, y + u(-0.01, 0.06)), *lower))]


def three_flat(chance: Chance) -> list[Stroke]:
    """A three with a flat top and a slope instead of its upper bow."""
    u = chance.between
    corner, notch = (u(0.45, 0.6), u(-0.02, 0.08)), (u(0.15, 0.32), u(0.38, 0.48))
    lower = [(u(0.5, 0.62), u(0.64, 0.76)), (u(0.22, 0.34), 1), (u(-0.06, 0.08), u(0.8, 0.94))]
    bow = curve(notch, (u(0.4, 0.5), notch[1] + u(0.02, 0.1)), *lower)
    return [joined(curve((u(0, 0.1), u(0, 0.1)), corner), curve(corner, notch), bow)]


def three_angular(chance: Chance) -> list[Stroke]:
    """A three of straight lines."""
    u = chance.between
    corner, notch, belly = (u(0.42, 0.6), u(-0.02, 0.14)), (u(0.12, 0.3), u(0.36, 0.5)), (u(0.42, 0.64), u(0.5, 0.76))
    return [line((u(-0.04, 0.1), u(0, 0.12)), corner, notch, belly, (u(-0.08, 0.2), u(0.92, 1)))]


def four_open(chance: Chance) -> list[Stroke]:
    """An open four: down and across, angular or like a U, then its stem, long or a short one through a low bar."""
    u = chance.between
    short = chance.sometimes(0.15)
    corner = (u(0, 0.14), u(0.68, 0.85) if short else u(0.5, 0.7))
    end, start = (u(0.45, 0.8), corner[1] + u(-0.12, 0.08)), (corner[0] + u(-0.04, 0.28), u(0, 0.15))
    if chance.sometimes(0.5):
        middle = ((corner[0] + start[0]) / 2 + u(-0.03, 0.03), corner[1] / 2)
        side = joined(curve(start, middle, corner), curve(corner, end))
    else:
        side = curve(start, (corner[0] - u(0, 0.05), corner[1] * 0.7), (corner[0] + u(0.06, 0.14), corner[1]), end)
    x = u(0.34, 0.55)
    top, foot = (x + u(-0.02, 0.14), u(0.35, 0.55) if short else u(-0.05, 0.4)), (x + u(-0.14, 0.08), 1)
    stem = curve(top, ((top[0] + foot[0]) / 2 + u(-0.02, 0.02), (top[1] + 1) / 2), foot)
    return [joined(side, stem)] if chance.sometimes(0.1) else [side, stem]


def four_tall(chance: Chance) -> list[Stroke]:
    """A four whose side slopes from the top of its stem, closed or nearly so."""
    u = chance.between
    x, bar = u(0.38, 0.5), u(0.55, 0.75)
    start, left = (x + u(-0.06, 0.06), 0), (u(-0.05, 0.08), bar)
    slope = curve(start, (x / 2 + u(-0.05, 0.02), bar / 2 + u(-0.04, 0.04)), left)
    side = joined(slope, curve(left, (u(0.42, 0.8), bar + u(-0.1, 0.05))))
    return [side, curve((x + u(-0.02, 0.06), u(-0.02, 0.35)), (x + u(-0.06, 0.04), 1))]


def four_one_stroke(chance: Chance) -> list[Stroke]:
    """A four in one stroke that begins at the right end of its bar."""
    u = chance.between
    x, bar = u(0.36, 0.5), u(0.52, 0.7)
    left, right = (u(-0.02, 0.1), bar + u(-0.04, 0.04)), (x + u(0.05, 0.3), bar + u(-0.06, 0.05))
    return [line(right, left, (x + u(-0.02, 0.08), u(0, 0.06)), (x + u(-0.06, 0.04), 1))]


def four_lightning(chance: Chance) -> list[Stroke]:
    """A four in one stroke like a bolt of lightning: down, across, down."""
    u = chance.between
    left, right = (u(-0.02, 0.1), u(0.45, 0.65)), (u(0.42, 0.62), u(0.38, 0.56))
    return [line((left[0] + u(0.05, 0.4), 0), left, right, (right[0] + u(-0.25, 0.05), 1))]
