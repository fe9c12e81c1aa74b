"""Names in a chart of *Step by step* are clear of all lines and of each other."""

import numpy as np
import pytest

from mlp.page.tabs.step.label_places import Box, label_box
from mlp.training.history import Curve


@pytest.mark.parametrize(
    "ends",
    [[(10.0, 20.0)], [(100.0, 50.0)], [(100.0, 98.0)], [(100.0, 50.0), (100.0, 52.0), (60.0, 50.0)]],
)
def test_line_names_overlap_no_line_and_no_other_name(ends):
    lines = [Curve(np.array([0.0, x]), np.array([5.0 * place, y])) for place, (x, y) in enumerate(ends)]
    names: list[Box] = []
    for end in ends:
        names.append(label_box("run 3", end, lines, names, Box(0, 0, 100, 100)))
    for place, box in enumerate(names):
        assert box.left >= 0
        assert box.top <= 100
        assert np.hypot(box.right - ends[place][0], box.bottom - ends[place][1]) < 50
        inside = np.linspace(box.left, box.right, 50)
        for line in lines:
            heights = np.interp(inside, line.x, line.y, left=-9, right=-9)
            assert not ((heights > box.bottom) & (heights < box.top)).any()
        for other in names[:place]:
            apart = box.left >= other.right or box.right <= other.left
            assert apart or box.top <= other.bottom or box.bottom >= other.top
