"""A folder on a static server, as on any web space."""

import gzip
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path


class Plain(http.server.SimpleHTTPRequestHandler):
    """Sends files as they are, and logs nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of each request."""


class Packed(Plain):
    """Sends files compressed, as most hosts do."""

    def do_GET(self) -> None:
        """Answer with a file, by gzip."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        content = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serve_folder(folder: Path, handler: type[Plain] = Plain) -> Iterator[int]:
    """Serve a folder on a port of the loopback address, which is yielded, until the block ends."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
