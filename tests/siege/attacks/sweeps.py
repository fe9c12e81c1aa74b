"""Strangers with sweeps of eight runs, which fill memory or take turns from the class."""

import asyncio
import re
from contextlib import suppress

from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.siege.siege import Attack, Siege
from tests.wire.visitor import Visitor

LARGE = "tab=Runs&epochs=100&hidden_layers=4&width_1=512&width_2=512&width_3=512&width_4=512&optimizer=adam"
CLASS_QUERY = "tab=Runs&epochs=100"
SEEDS = [str(seed) for seed in range(42, 50)]


class Stranger(Visitor):
    """A visitor who runs a sweep and records its table."""

    table = ""  # the latest table of the sweep

    async def sweep(self) -> None:
        """Start eight runs together, with the settings in the address."""
        await self.set_state(WidgetState(id=self.widgets["sweep_setting"], string_value="Seed"), "sweep_setting")
        seeds = WidgetState(id=self.widgets["sweep_values_seed"])
        seeds.string_array_value.data.extend(SEEDS)
        self.hold("sweep_values_seed", seeds)
        await self.set_state(seeds, "sweep_values_seed")
        await self.press("sweep_start")

    def _take_html(self, body: str) -> None:
        if "Runs of the sweep" in body:
            self.table = body
        super()._take_html(body)


def steps_of(table: str, steps_per_epoch: int) -> int:
    """Return the total steps of all runs in the table of a sweep.

    Examples
    --------
    >>> steps_of("<td>2 of 100</td> … <td>0 of 100, step 1,250</td>", 1563)
    4376
    """
    return sum(
        int(step.replace(",", "")) if step else int(epochs) * steps_per_epoch
        for epochs, step in re.findall(r"<td>(\d+) of \d+(?:, step ([\d,]+))?</td>", table)
    )


async def _open_tab(siege: Siege, query: str) -> Stranger | None:
    stranger = Stranger(siege.server.url, query)
    try:
        await stranger.open()
        await stranger.sweep()
    except (TimeoutError, OSError) as error:
        siege.notes.append(f"a sweep could not start: {error or type(error).__name__} {stranger.message}")
    return stranger


async def fill_memory(siege: Siege) -> None:
    """Start five sweeps of the largest networks that the page's sliders allow."""
    strangers = [await _open_tab(siege, LARGE) for _ in range(5)]
    await asyncio.sleep(siege.left_s)
    await _leave(strangers)


async def take_turns(siege: Siege) -> None:
    """Start one sweep of the network that the class trains."""
    stranger = await _open_tab(siege, CLASS_QUERY)
    assert stranger is not None
    mine, theirs = _steps(stranger, siege)
    await asyncio.sleep(siege.left_s)
    mine, theirs = (now - before for now, before in zip(_steps(stranger, siege), (mine, theirs), strict=True))
    share = mine / (mine + theirs) if mine + theirs else 0.0
    fair = 1 / (len(siege.pupils) + 1)
    siege.notes.append(f"the stranger had {share:.0%} of all training, with a fair share of {fair:.0%}")
    if not mine:
        siege.fault("a stranger's sweep did not train")
    if share > 1.2 * fair:
        siege.fault(f"a stranger took {share:.0%} of all training")
    await _leave([stranger])


def _steps(stranger: Stranger, siege: Siege) -> tuple[int, int]:
    """Return the total steps of the stranger and of the class."""
    return steps_of(stranger.table, siege.pupils[0].steps_per_epoch), sum(pupil.steps for pupil in siege.pupils)


async def _leave(strangers: list[Stranger | None]) -> None:
    for stranger in strangers:
        with suppress(Exception):
            if stranger is not None:
                await stranger.close()


STRANGERS = Attack("strangers", "five strangers, each with a sweep of eight large networks", fill_memory, strangers=5)
ONE = Attack("turns", "a stranger with a sweep of eight, and five students", take_turns, pupils=5)
