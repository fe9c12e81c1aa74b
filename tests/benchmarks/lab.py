"""Measure how fast the lab's experiments answer their sliders, on a run of the article's network. Print Markdown.

It measures the time from a browser's message to the page's answer, for one visitor whose run is paused.
"""

import argparse
import asyncio
import statistics
import time
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.benchmarks.timing import machine, print_table
from tests.browser.server import serve_fresh
from tests.wire.visitor import ANSWER_S, Visitor

SLIDERS = {
    "Rewind": ("rewind", "lab_moment", ()),  # the saved steps of the run
    "Fool it": ("fool", "lab_size", (0.02, 0.05, 0.1, 0.15)),
    "Morph": ("morph", "lab_at", (10.0, 30.0, 60.0, 90.0)),
    "Damage it, pruned": ("damage", "lab_pruned", (20.0, 50.0, 80.0, 95.0)),
    "Damage it, rounded": ("damage", "lab_bits", ("8", "4", "2", "1")),
}
TRAINED_S = 6.0


class Slider(Visitor):
    """A visitor who moves sliders, and knows the options of those with named positions."""

    def __init__(self, url: str, query: str) -> None:
        super().__init__(url, query)
        self.options: dict[str, list[str]] = {}

    async def move(self, key: str, value: float | str) -> float:
        """Move the slider there, and return the seconds until the page has answered."""
        state = WidgetState(id=self.widgets[key])
        (state.string_array_value if isinstance(value, str) else state.double_array_value).data.append(value)
        self.hold(key, state)
        finished, start = self.finished_scripts, time.perf_counter()
        await self.send(fragment=self._fragments[key])
        await self._until(lambda: self.finished_scripts > finished, ANSWER_S)
        return time.perf_counter() - start

    def _take(self, element: Any, fragment: str) -> None:
        if element.WhichOneof("type") == "slider":
            self.options[element.slider.id.split("-", 2)[2]] = list(element.slider.options)
        super()._take(element, fragment)


async def answers(url: str, room: str, key: str, values: tuple[float | str, ...], times: int) -> list[float]:
    """Return the seconds of each answer in an experiment."""
    visitor = await Slider.open_and_train(url, f"speed=Full&lab={room}")
    await asyncio.sleep(TRAINED_S)
    await visitor.press("pause")
    await asyncio.sleep(1)
    values = values or tuple(visitor.options[key][:: max(1, len(visitor.options[key]) // 4)])
    times_ms = [await visitor.move(key, values[number % len(values)]) for number in range(times)]
    await visitor.close()
    return times_ms


def main() -> None:
    """Measure every slider and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=12, help="moves of each slider")
    given = parser.parse_args()
    print(f"## Sliders of the lab\n\n{machine('numpy', 'streamlit')}.\n")
    rows = []
    with serve_fresh() as server:
        for name, (room, key, values) in SLIDERS.items():
            times_ms = [1000 * one for one in asyncio.run(answers(server.url, room, key, values, given.times))]
            rows.append(
                [name, f"{statistics.median(times_ms):.0f} ms", f"{min(times_ms):.0f} to {max(times_ms):.0f} ms"]
            )
    print_table(["slider", "median", "range"], rows)


if __name__ == "__main__":
    main()
