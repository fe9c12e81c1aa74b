"""Writing styles of each digit, including those that MNIST lacks; `mlp.images.handwriting` has their names."""

from collections.abc import Callable

from mlp.images.recorded import Stroke
from models.making import five_to_nine as high
from models.making import zero_to_four as low
from models.making.chance import Chance

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
"""Every digit's styles, with their relative frequencies; their order is that of their numbers in the shipped file."""
