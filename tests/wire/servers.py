"""A server that is killed and started again at the same place, and a table of what was measured meanwhile."""

from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from tests.browser.server import Server, serve


class Servers:
    """The servers of a folder, which gets their logs, one after the other at one address, with the same saved work."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.kept, self._stack = folder, folder / "kept", stack
        self.now = self._serve({})

    def _serve(self, environment: dict[str, str], *port: int) -> Server:
        log = self.folder / f"server-{len(list(self.folder.glob('server-*.log')))}.log"
        kept = {"MLP_CHECKPOINTS": str(self.kept), "MLP_SCHEDULER": "", **environment}
        return self._stack.enter_context(serve(log, kept, *port))

    def kill(self) -> None:
        """Kill the server by ``kill -9``."""
        self.now.process.kill()
        self.now.process.wait()

    def start(self, **environment: str) -> None:
        """Start the next one, with these variables."""
        port = urlsplit(self.now.url).port
        assert port is not None
        self.now = self._serve(environment, port)


def print_line(*cells: str) -> None:
    """Print a line of a Markdown table."""
    print(f"| {' | '.join(cells)} |", flush=True)
