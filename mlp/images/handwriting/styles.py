"""Writing styles of each digit, including those that MNIST lacks.

MNIST was written by Americans around 1990. In other places people slash their zeros, bar their sevens, start a one with
a long upstroke and give it a foot, or write a four like a lightning bolt.
"""

from collections.abc import Callable

from mlp.images.handwriting import five_to_nine as high
from mlp.images.handwriting import zero_to_four as low
from mlp.images.handwriting.chance import Chance
from mlp.images.recorded import Stroke

Style = Callable[[Chance], list[Stroke]]

STYLES: dict[int, dict[Style, float]] = {
    0: {low.zero: 1, low.zero_open: 0.4, low.zero_slashed: 1.4},
    1: {
        low.one: 0.5,
        low.one_flagged: 1,
        low.one_hooked: 0.7,
        low.one_long_upstroke: 1.2,
        low.one_curled: 0.5,
        low.one_footed: 1,
    },
    2: {low.two: 1, low.two_angular: 0.8, low.two_looped: 1},
    3: {low.three: 1.5, low.three_flat: 0.8, low.three_angular: 0.5},
    4: {low.four_open: 2, low.four_tall: 1, low.four_one_stroke: 0.7, low.four_lightning: 0.6},
    5: {high.five: 1.5, high.five_s: 1, high.five_angular: 0.6},
    6: {high.six: 1},
    7: {high.seven: 1, high.seven_barred: 1.5},
    8: {high.eight: 1.2, high.eight_open: 1, high.eight_circles: 1, high.eight_delta: 0.5},
    9: {high.nine: 1.2, high.nine_bowed: 1, high.nine_open: 0.6, high.nine_q: 1.2},
}
"""Every digit's styles, with their relative frequencies."""


def style_names() -> list[str]:
    """Return the names of all styles, from 0 to 9."""
    return [style.__name__ for of_digit in STYLES.values() for style in of_digit]
