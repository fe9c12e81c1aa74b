"""States that no browser sends: each widget with values of all other types."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress

from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.siege.pupil import NO_ANSWER
from tests.siege.siege import Attack, Siege
from tests.soak import files
from tests.wire.visitor import Visitor

PATIENCE_S = 15.0
LOG_BYTES = 50_000
CHOOSE_PART = ("tab", "part_")  # first letters of controls whose first value opens another part of the page
QUERIES = ("tab=Data", "tab=Runs", "tab=Your+drawings")


def wrong_states(identifier: str) -> Iterator[WidgetState]:
    """Return states for a widget, one of each type."""
    yield WidgetState(id=identifier, bool_value=True)
    yield WidgetState(id=identifier, int_value=-1)
    yield WidgetState(id=identifier, double_value=float("nan"))
    yield WidgetState(id=identifier, string_value="](<b>")
    yield WidgetState(id=identifier, json_value="[null]")
    yield WidgetState(id=identifier, bytes_value=b"\xff")
    for field, values in (("string_array_value", ["x"]), ("int_array_value", [7]), ("double_array_value", [1e308, 0])):
        state = WidgetState(id=identifier)
        getattr(state, field).data.extend(values)
        yield state


async def act(siege: Siege) -> None:
    """Send all of them from one session, and check that the page still reads its drawing."""
    stranger = Visitor(siege.server.url, QUERIES[0], PATIENCE_S)
    size = _log_bytes(siege)
    sent = unanswered = 0
    failed: set[str] = set()
    with suppress(*NO_ANSWER):
        await stranger.open()
    todo = [(key, state) for key, one in sorted(stranger.widgets.items()) for state in wrong_states(one)]
    siege.rng.shuffle(todo)
    for key, state in todo:
        if siege.over:
            break
        sent += 1
        try:
            await stranger.set_state(state, key)
            if key.startswith(CHOOSE_PART):
                await stranger.reload()  # the server does not answer states for fragments that have left the page
        except NO_ANSWER:
            unanswered += 1
            with suppress(*NO_ANSWER):
                await stranger.reload()
        failed |= {key for _ in stranger.exceptions}
        stranger.exceptions.clear()
    try:
        await stranger.draw(files.data_url(siege.rng.randrange(10)))
    except NO_ANSWER:
        siege.fault("the session that sent wrong states can no longer draw")
    size = _log_bytes(siege) - size
    siege.notes.append(f"{sent} of {len(todo)} states, {unanswered} unanswered, the log grew by {size / 1000:.0f} kB")
    if failed:
        siege.notes.append(f"exceptions by states of {', '.join(sorted(failed))}")
        siege.fault(f"states of {len(failed)} widgets end in exceptions")
    if unanswered:
        siege.fault(f"{unanswered} wrong states were not answered")
    if size > LOG_BYTES:
        siege.fault(f"the log grew by {size / 1000:.0f} kB")
    await asyncio.sleep(siege.left_s)
    with suppress(Exception):
        await stranger.close()


def _log_bytes(siege: Siege) -> int:
    return siege.server.log.stat().st_size


ATTACK = Attack("states", "states of the wrong types for each widget", act)
