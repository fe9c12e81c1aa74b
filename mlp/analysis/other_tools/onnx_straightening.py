"""Straightening as part of an ONNX graph: the steps of `mlp.straightening`, in float64 as there."""

import math

import numpy as np

from mlp.analysis.other_tools.onnx_parts import DOUBLE, FLOAT, INT64, node, tensor
from mlp.straightening import STEEPEST
from mlp.training.setting_entry import N_INPUTS

SIDE = math.isqrt(N_INPUTS)


def straightening(given: str, gives: str) -> tuple[list[bytes], list[bytes]]:
    """Return the operations that straighten rows of pixels, float32 0 to 1, and their constants.

    The moments are sums of whole numbers, exact in float64, so their order changes nothing. Without ink, or with all of
    it in one row, both parts of a quotient are 0, and it is divided by 1.
    """
    nodes = [
        node("Cast", [given], "s_rows", to=DOUBLE),
        node("Reshape", ["s_rows", "s_square"], "s_images"),
        node("Clip", ["s_images", "s_0", "s_1"], "s_bounded"),
        node("Mul", ["s_bounded", "s_255"], "s_gray"),
        node("Round", ["s_gray"], "s_ink"),
        *_moments(),
        # The slope, and the row of the center of mass: (n, 1) each.
        *_difference("s_mass", "s_squares", "s_down", "s_down", "s_variance"),
        *_difference("s_mass", "s_products", "s_columns", "s_down", "s_covariance"),
        node("Max", ["s_variance", "s_1"], "s_divisor"),
        node("Div", ["s_covariance", "s_divisor"], "s_steep"),
        node("Clip", ["s_steep", "s_least", "s_most"], "s_slope"),
        node("Max", ["s_mass", "s_1"], "s_some_mass"),
        node("Div", ["s_down", "s_some_mass"], "s_middle"),
        *_shear(gives),
    ]
    places = np.arange(SIDE, dtype=np.float64)
    constants = {
        "s_square": np.array([-1, SIDE, SIDE]),
        "s_lines": np.array([-1, SIDE]),
        "s_column": np.array([-1, SIDE, 1]),
        "s_row": np.array([-1, N_INPUTS]),
        **{f"s_{name}": np.array(float(name)) for name in ("0", "1", "255")},
        "s_last": np.array(SIDE + 1.0),
        "s_least": np.array(-STEEPEST),
        "s_most": np.array(STEEPEST),
        "s_ones": np.ones((SIDE, 1)),
        "s_places": places[:, None],
        "s_places_squared": places[:, None] ** 2,
        "s_numbers": places[None],
        "s_next_numbers": places[None, None] + 1,
        "s_widen": np.eye(SIDE, SIDE + 2, 1),  # an empty column beyond either edge
    }
    return nodes, [tensor(name, array) for name, array in constants.items()]


def _moments() -> list[bytes]:
    """Return the sums of the ink: its mass, its rows, their squares, its columns, and both multiplied; (n, 1) each."""
    return [
        node("MatMul", ["s_ink", "s_ones"], "s_ink_by_row"),
        node("Reshape", ["s_ink_by_row", "s_lines"], "s_by_row"),
        node("MatMul", ["s_ink", "s_places"], "s_columns_by_row"),
        node("Reshape", ["s_columns_by_row", "s_lines"], "s_across"),
        node("MatMul", ["s_by_row", "s_ones"], "s_mass"),
        node("MatMul", ["s_by_row", "s_places"], "s_down"),
        node("MatMul", ["s_by_row", "s_places_squared"], "s_squares"),
        node("MatMul", ["s_across", "s_ones"], "s_columns"),
        node("MatMul", ["s_across", "s_places"], "s_products"),
    ]


def _difference(a: str, b: str, c: str, d: str, gives: str) -> list[bytes]:
    """Return the operations for ``a · b − c · d``."""
    parts = f"{gives}_first", f"{gives}_second"
    return [node("Mul", [a, b], parts[0]), node("Mul", [c, d], parts[1]), node("Sub", [*parts], gives)]


def _shear(gives: str) -> list[bytes]:
    """Return the operations that move each row sideways, with the ink shared between two pixels."""
    return [
        node("Sub", ["s_numbers", "s_middle"], "s_from_middle"),  # (n, side)
        node("Mul", ["s_slope", "s_from_middle"], "s_shift"),
        node("Floor", ["s_shift"], "s_whole"),
        node("Sub", ["s_shift", "s_whole"], "s_part_of_row"),
        node("Reshape", ["s_part_of_row", "s_column"], "s_part"),
        node("Reshape", ["s_whole", "s_column"], "s_moved"),
        node("Add", ["s_moved", "s_next_numbers"], "s_from_left"),  # (n, side, side)
        node("Add", ["s_from_left", "s_1"], "s_from_right"),
        node("MatMul", ["s_images", "s_widen"], "s_wide"),
        *(
            step
            for side in ("left", "right")
            for step in (
                node("Clip", [f"s_from_{side}", "s_0", "s_last"], f"s_{side}_places"),
                node("Cast", [f"s_{side}_places"], f"s_{side}_index", to=INT64),
                node("GatherElements", ["s_wide", f"s_{side}_index"], f"s_{side}", axis=2),
            )
        ),
        node("Sub", ["s_right", "s_left"], "s_step"),
        node("Mul", ["s_step", "s_part"], "s_share"),
        node("Add", ["s_left", "s_share"], "s_upright"),
        node("Cast", ["s_upright"], "s_upright_float", to=FLOAT),
        node("Reshape", ["s_upright_float", "s_row"], gives),
    ]
