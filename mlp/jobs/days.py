"""Days on which a server was up: the age of saved work, independent of the clock."""

import json
import time
from contextlib import suppress
from pathlib import Path

from mlp.atomic import write_whole

DAY_S = 24 * 3600


class Days:
    """A table of dates on which a server was up; a jump of the clock adds one of them.

    Parameters
    ----------
    path : path
        The table's file. If it is lost, numbers start again, and saved work stays longer.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._dates: list[int] = []

    def today(self) -> int:
        """Return the number of this day among those in the table, from 1; add it if it is new."""
        date = int(time.time() // DAY_S)
        if date not in self._dates:
            self._dates = list(dict.fromkeys([*self._read(), *self._dates, date]))
            with suppress(OSError):  # if the disk is not writable, everything is kept longer
                write_whole(self._path, json.dumps(self._dates).encode())
        return len(self._dates)

    def _read(self) -> list[int]:
        try:
            found = json.loads(self._path.read_bytes())
            return [date for date in found if type(date) is int]
        except (OSError, ValueError, TypeError):
            return []
