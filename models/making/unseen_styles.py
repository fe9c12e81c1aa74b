"""Styles that no network here is ever trained on, for measurements.

A network reads the styles that it learned better than others. So one style of each digit, in the same form as in
`models.making.styles`, is excluded from all training.
"""

from mlp.images.recorded import Stroke
from models.making.chance import Chance
from models.making.curves import arc, curve, joined, line, spot
from models.making.styles import Style


def zero_curled(chance: Chance) -> list[Stroke]:
    """An oval whose end curls inward."""
    u = chance.between
    oval = arc((0.3, 0.5), (u(0.24, 0.36), 0.5), u(-110, -60), u(-360, -330), u(-0.1, 0.05))
    x, y = spot(oval, -1)
    return [joined(oval, curve((x, y), (0.3 + u(-0.08, 0.02), u(0.16, 0.28)), (0.3 + u(0.0, 0.1), u(0.3, 0.4))))]


def one_on_a_step(chance: Chance) -> list[Stroke]:
    """A stem with a level flag and a foot to the right, all in one stroke."""
    u = chance.between
    x = u(0.24, 0.34)
    top, foot = (x, u(0, 0.03)), (x + u(-0.04, 0.04), 1)
    return [line((x - u(0.08, 0.16), u(0.06, 0.18)), top, foot, (x + u(0.1, 0.2), 1 + u(-0.04, 0.02)))]


def two_waved(chance: Chance) -> list[Stroke]:
    """A two like a swan: its neck turns into a wave."""
    u = chance.between
    head = [(u(0.04, 0.14), u(0.18, 0.3)), (u(0.2, 0.3), 0), (u(0.46, 0.58), u(0.18, 0.3)), (u(0.26, 0.36), 0.6)]
    wave = [(u(0.02, 0.1), u(0.9, 0.98)), (u(0.2, 0.28), u(0.84, 0.92)), (u(0.4, 0.48), u(0.96, 1.04))]
    return [curve(*head, *wave, (u(0.6, 0.75), u(0.82, 0.92)))]


def three_z(chance: Chance) -> list[Stroke]:
    """A three with a flat top, a long slope back and a round belly that begins at a loop."""
    u = chance.between
    corner, notch = (u(0.48, 0.6), u(0, 0.06)), (u(0.1, 0.2), u(0.42, 0.52))
    belly = [
        (u(0.26, 0.34), u(0.36, 0.44)),
        (u(0.5, 0.6), u(0.6, 0.74)),
        (u(0.2, 0.3), 1),
        (u(-0.06, 0.04), u(0.84, 0.92)),
    ]
    return [joined(line((u(0, 0.08), u(0, 0.08)), corner, notch), curve(notch, *belly))]


def four_closed(chance: Chance) -> list[Stroke]:
    """A four in one stroke whose bar closes the triangle before the stem goes down."""
    u = chance.between
    x, bar = u(0.38, 0.48), u(0.56, 0.7)
    top, right = (x, u(0, 0.05)), (x + u(0.12, 0.28), bar + u(-0.04, 0.04))
    return [line(top, (u(0, 0.06), bar), right), line((x + u(-0.02, 0.04), u(0.02, 0.2)), (x + u(-0.06, 0.02), 1))]


def five_hooked(chance: Chance) -> list[Stroke]:
    """A five whose hat is a hook that rises from its shoulder, in one stroke without a corner."""
    u = chance.between
    hat = [(u(0.5, 0.66), u(0.06, 0.14)), (u(0.34, 0.42), u(0.02, 0.06)), (u(0.1, 0.18), u(0.02, 0.08))]
    side = [(u(0.04, 0.1), u(0.36, 0.44)), (u(0.3, 0.4), u(0.38, 0.46))]
    return [curve(*hat, *side, (u(0.5, 0.58), u(0.64, 0.76)), (u(0.26, 0.34), 1), (u(-0.02, 0.08), u(0.86, 0.94)))]


def six_curled(chance: Chance) -> list[Stroke]:
    """A six whose loop ends in a curl through its stem."""
    u = chance.between
    top = u(0.46, 0.6)
    down = [(u(0.4, 0.54), u(0.02, 0.1)), (u(0.12, 0.2), u(0.3, 0.42)), (u(0.0, 0.06), u(0.68, 0.8))]
    loop = [(u(0.24, 0.32), 1), (u(0.46, 0.58), (1 + top) / 2), (u(0.24, 0.32), top)]
    return [curve(*down, *loop, (u(-0.12, -0.02), top + u(0.08, 0.16)))]


def seven_waved(chance: Chance) -> list[Stroke]:
    """A seven whose roof is a wave, its stem bent to the left."""
    u = chance.between
    roof = [(u(0, 0.06), u(0.1, 0.18)), (u(0.14, 0.2), u(0, 0.05)), (u(0.3, 0.38), u(0.06, 0.12))]
    corner = (u(0.52, 0.62), u(0, 0.05))
    return [joined(curve(*roof, corner), curve(corner, (u(0.28, 0.36), u(0.4, 0.5)), (u(0.16, 0.26), 1)))]


def eight_from_the_waist(chance: Chance) -> list[Stroke]:
    """An eight in one stroke that starts where it crosses itself."""
    u = chance.between
    waist = u(0.42, 0.52)
    start = (0.3 + u(-0.03, 0.03), waist)
    upper = [(u(0.06, 0.12), waist / 2), (0.3 + u(-0.03, 0.03), 0), (u(0.46, 0.54), waist / 2)]
    lower = [(u(0, 0.08), (1 + waist) / 2), (0.3 + u(-0.03, 0.03), 1), (u(0.5, 0.6), (1 + waist) / 2)]
    return [curve(start, *upper, start, *lower, (0.3 + u(0, 0.08), waist + u(-0.04, 0.06)))]


def nine_hooked(chance: Chance) -> list[Stroke]:
    """A ring and a stem that ends in a hook to the right."""
    u = chance.between
    height = u(0.4, 0.54)
    ring = arc((0.28, height / 2), (u(0.2, 0.28), height / 2), u(-50, -10), u(-370, -330))
    top = (u(0.48, 0.54), u(0.04, 0.14))
    return [
        joined(ring, curve(top, (top[0] + u(-0.05, 0), 0.6), (u(0.42, 0.5), u(0.94, 1)), (u(0.6, 0.74), u(0.86, 0.96))))
    ]


UNSEEN_STYLES: dict[int, dict[Style, float]] = {
    digit: {style: 1.0}
    for digit, style in enumerate(
        (
            zero_curled,
            one_on_a_step,
            two_waved,
            three_z,
            four_closed,
            five_hooked,
            six_curled,
            seven_waved,
            eight_from_the_waist,
            nine_hooked,
        )
    )
}
"""One style for each digit."""
