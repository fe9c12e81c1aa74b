"""Days on which a server was up: the age of saved work, independent of the clock."""

import json
import time
from contextlib import suppress
from pathlib import Path

from mlp.atomic import write_whole

DAY_S = 24 * 3600


def day_number(table: Path) -> int:
    """Return the number of this day among those in a table of dates, from 1; add it if it is new.

    A jump of the clock adds one date. If the table is lost, numbers start again, and saved work stays longer.
    """
    date = int(time.time() // DAY_S)
    try:
        dates = [each for each in json.loads(table.read_bytes()) if type(each) is int]
    except (OSError, ValueError, TypeError):
        dates = []
    if date not in dates:
        dates.append(date)
        with suppress(OSError):  # if the disk is not writable, everything is kept longer
            write_whole(table, json.dumps(dates).encode())
    return len(dates)
