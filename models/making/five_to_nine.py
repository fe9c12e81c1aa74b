"""Writing styles of 5, 6, 7, 8 and 9.

Each style consists of lines and curves in a box 1 high and about 0.6 wide, y down, with random variation: ``u(a, b)``
is a number between a and b, another one for each digit of a group.
"""

import numpy as np

from mlp.images.recorded import Stroke
from models.making.chance import Chance, Number
from models.making.curves import Point, arc, as_column, curve, joined, line


def five(chance: Chance) -> list[Stroke]:
    """Side and belly in one stroke; the hat is another one, or the beginning."""
    u = chance.between
    x, y = u(0.04, 0.18), u(0, 0.06)
    neck = (u(0, 0.1), u(0.36, 0.48))
    lower = [(u(0.5, 0.6), u(0.6, 0.74)), (u(0.22, 0.34), 1), (u(-0.1, 0.1), u(0.7, 0.96))]
    if chance.sometimes(0.2):  # the belly closes to a loop
        lower.append((u(-0.02, 0.22), u(0.58, 0.76)))
    body = joined(curve((x, y), neck), curve(neck, (u(0.22, 0.34), neck[1] + u(-0.1, 0.02)), *lower))
    hat = curve((x + u(-0.08, 0.1), y + u(-0.08, 0.04)), (0.3, y + u(-0.06, 0.04)), (u(0.4, 0.75), y + u(-0.14, 0.06)))
    return [joined(hat[..., ::-1, :], body)] if chance.sometimes(0.4) else [body, hat]


def five_s(chance: Chance) -> list[Stroke]:
    """A five like an S, its hat rising to the right, sometimes from a serif."""
    u = chance.between
    upper = [(u(0.45, 0.75), u(-0.06, 0.1)), (u(0.22, 0.34), u(0, 0.06)), (u(0.04, 0.14), u(0.2, 0.3))]
    lower = [(u(0.46, 0.58), u(0.62, 0.76)), (u(0.24, 0.34), 1), (u(-0.1, 0.1), u(0.72, 0.96))]
    if chance.sometimes(0.2):  # the belly closes to a loop
        lower.append((u(-0.02, 0.22), u(0.58, 0.76)))
    body = curve(*upper, (u(0.22, 0.32), u(0.4, 0.48)), *lower)
    if chance.sometimes(0.25):
        x, y = upper[0]
        body = joined(curve((x + u(-0.06, 0.08), y + u(0.08, 0.22) * chance.sign()), (x, y)), body)
    return [body]


def five_angular(chance: Chance) -> list[Stroke]:
    """A five of straight lines, its hat the beginning."""
    u = chance.between
    hat, corner, neck = (u(0.4, 0.85), u(-0.1, 0.08)), (u(0.04, 0.2), u(0, 0.08)), (u(-0.02, 0.12), u(0.34, 0.5))
    belly, end = (u(0.42, 0.64), neck[1] + u(0, 0.24)), (u(-0.1, 0.2), u(0.9, 1))
    return [line(hat, corner, neck, belly, end)]


def six(chance: Chance) -> list[Stroke]:
    """A slope or a bow, down into a loop that is small or large, closed or not."""
    u = chance.between
    top = u(0.38, 0.74)
    middle = (1 + top) / 2
    down = [(u(0.22, 0.58), u(0, 0.1)), (u(0.04, 0.18), u(0.32, 0.48)), (u(-0.02, 0.06), u(0.66, 0.78))]
    loop = [(u(0.2, 0.32), 1), (u(0.4, 0.58), middle), (u(0.24, 0.34), top), (u(0.02, 0.14), middle + u(-0.1, 0.05))]
    return [curve(*down, *(loop if chance.sometimes(0.8) else loop[:3]))]


def _seven(chance: Chance) -> tuple[Stroke, Point]:
    """Return a seven, and the middle of its stem."""
    u = chance.between
    start, corner, foot = (u(-0.04, 0.08), u(-0.02, 0.12)), (u(0.46, 0.62), u(-0.03, 0.08)), (u(0.06, 0.4), 1)
    bend = ((corner[0] + foot[0]) / 2 + u(-0.1, 0.05), u(0.4, 0.6))
    if chance.sometimes(0.7):
        body = joined(curve(start, (0.3, u(-0.03, 0.08)), corner), curve(corner, bend, foot))
    else:
        body = curve(start, (0.3, u(-0.03, 0.05)), (corner[0], corner[1] + u(0.05, 0.12)), bend, foot)
    if chance.sometimes(0.3):  # a small stroke down at the left end of the roof
        body = joined(curve((start[0] + u(-0.06, 0.03), start[1] + u(0.06, 0.25)), start), body)
    return body, bend


def seven(chance: Chance) -> list[Stroke]:
    """A roof and a stem, straight or bent."""
    return [_seven(chance)[0]]


def seven_barred(chance: Chance) -> list[Stroke]:
    """A seven with a bar across its stem."""
    u = chance.between
    body, bend = _seven(chance)
    x, y, slope = bend[0] + u(-0.05, 0.05), u(0.38, 0.62), u(-0.5, 0.3)
    left, right = u(0.12, 0.36), u(0.12, 0.36)
    return [body, curve((x - left, y - slope * left), (x, y + u(-0.02, 0.02)), (x + right, y + slope * right))]


def eight(chance: Chance) -> list[Stroke]:
    """An eight in one stroke that starts at the upper right and crosses itself."""
    u = chance.between
    waist, x, y = u(0.4, 0.54), u(0.36, 0.54), u(0.02, 0.16)
    middle = (1 + waist) / 2
    down = [
        (x, y),
        (u(0.2, 0.3), 0),
        (u(0.02, 0.12), waist / 2),
        (0.3, waist),
        (u(0.5, 0.6), middle),
        (u(0.24, 0.34), 1),
    ]
    right = (u(0.44, 0.56), waist / 2 + u(-0.05, 0.05))
    up = [(u(0, 0.1), middle), (u(0.26, 0.34), waist), right, (x + u(-0.1, 0.08), y + u(-0.1, 0.1))]
    return [_pinched(curve(*down, *up), waist, chance)]


def _pinched(stroke: Stroke, waist: Number, chance: Chance) -> Stroke:
    """Return an eight's upper or lower loop made narrower, sometimes so narrow that it closes."""
    x, y, waist = stroke[..., 0], stroke[..., 1], as_column(waist)
    loop = y < waist if chance.sometimes(0.5) else y > waist
    narrower = as_column(np.minimum(1.0, chance.between(0.4, 1.8)))
    stroke[..., 0] = np.where(loop, 0.3 + (x - 0.3) * narrower, x)
    return stroke


def eight_open(chance: Chance) -> list[Stroke]:
    """An eight like an S that returns in a straight line, and may miss its start."""
    u = chance.between
    x, y = u(0.36, 0.6), u(0.02, 0.2)
    upper = [(x, y), (u(0.22, 0.34), u(0, 0.06)), (u(0.02, 0.14), u(0.18, 0.28)), (u(0.26, 0.36), u(0.44, 0.54))]
    left, end = (u(0, 0.12), u(0.74, 0.88)), (x + u(-0.08, 0.25), y + u(-0.2, 0.12))
    down = curve(*upper, (u(0.46, 0.58), u(0.66, 0.8)), (u(0.22, 0.32), 1), left)
    return [joined(down, curve(left, ((left[0] + end[0]) / 2 + u(-0.04, 0.04), u(0.4, 0.52)), end))]


def eight_circles(chance: Chance) -> list[Stroke]:
    """An eight of one ring on another."""
    u = chance.between
    waist, turn = u(0.4, 0.54), u(340, 400) * chance.sign()
    upper = (0.3 + u(-0.04, 0.04), waist / 2), (u(0.16, 0.26), waist / 2)
    lower = (0.3, (1 + waist) / 2), (u(0.2, 0.32), (1 - waist) / 2)
    return [arc(*upper, u(-120, 100), u(-400, -340), u(-0.1, 0.1)), arc(*lower, u(-110, -70), turn, u(-0.1, 0.1))]


def eight_delta(chance: Chance) -> list[Stroke]:
    """An eight like a small delta: a bow instead of its upper loop, then the lower one."""
    u = chance.between
    waist = u(0.36, 0.54)
    bow = [(u(0.12, 0.38), u(0, 0.12)), (u(0.42, 0.56), u(0.06, 0.18)), (u(0.3, 0.42), waist)]
    loop = [(u(0, 0.14), u(0.74, 0.88)), (u(0.24, 0.34), 1), (u(0.48, 0.6), u(0.7, 0.82))]
    return [curve(*bow, *loop, (u(0.2, 0.34), waist + u(-0.06, 0.06)))]


def _ring_of_nine(chance: Chance) -> tuple[Stroke, Point]:
    """Return a ring, and the start of the stem."""
    u = chance.between
    height = u(0.34, 0.68)
    ring = arc((0.28, height / 2), (u(0.2, 0.3), height / 2), u(-70, 0), u(-380, -300), u(-0.1, 0.05))
    return ring, (u(0.46, 0.58), u(0, height / 2))


def nine(chance: Chance) -> list[Stroke]:
    """A ring and a straight stem."""
    u = chance.between
    ring, top = _ring_of_nine(chance)
    stem = curve(top, (top[0] + u(-0.08, 0.03), 0.6), (top[0] + u(-0.2, 0.05), 1))
    return [joined(ring, stem)] if chance.sometimes(0.75) else [ring, stem]


def nine_bowed(chance: Chance) -> list[Stroke]:
    """A ring and a stem that ends in a bow to the left."""
    u = chance.between
    ring, top = _ring_of_nine(chance)
    bow = [(top[0] + u(-0.02, 0.06), 0.62), (u(0.26, 0.4), u(0.94, 1)), (u(-0.06, 0.14), u(0.82, 0.96))]
    return [joined(ring, curve(top, *bow))]


def nine_open(chance: Chance) -> list[Stroke]:
    """A nine whose ring stays open, its stem bowed or straight."""
    u = chance.between
    height, x = u(0.34, 0.55), u(0.46, 0.6)
    start, top = (x - u(-0.04, 0.12), u(0, 0.12)), (u(0.18, 0.3), u(-0.02, 0.04))
    ring = [start, top, (u(0, 0.08), height * u(0.5, 0.7)), (u(0.2, 0.3), height)]
    tail = [(x - u(0.1, 0.3), u(0.94, 1)), (u(-0.06, 0.2), u(0.86, 1))][: 1 if chance.sometimes(0.5) else 2]
    if chance.sometimes(0.1):
        return [curve(*ring, (x, height - u(-0.06, 0.1)), (x, u(0.62, 0.75)), *tail)]
    turn = (x, u(0, height / 2))
    return [joined(curve(*ring, turn), curve(turn, (x + u(-0.04, 0.04), 0.6), *tail))]


def nine_q(chance: Chance) -> list[Stroke]:
    """A nine like a q, its ring closed or open at the top, small or nearly as high as its stem."""
    u = chance.between
    depth, x = u(0.34, 0.8), u(0.36, 0.56)
    top = (x + u(-0.03, 0.03), u(-0.08, 0.1))
    start = (u(0.5, 1.15) * x, u(-0.02, 0.14))
    cup = [
        (u(-0.02, 0.06), depth * u(0.5, 0.75)),
        (u(0.16, 0.24), depth),
        (x - u(0.02, 0.08), depth * u(0.4, 0.7)),
        top,
    ]
    return [joined(curve(start, *cup), curve(top, (x + u(-0.06, 0.03), 0.6), (x + u(-0.25, 0.05), 1)))]
