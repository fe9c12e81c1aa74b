"""The server's one engine, which all visitors' runs share."""

import threading

from mlp.jobs.workers.engine import Engine

_engine: Engine | None = None
_engine_lock = threading.Lock()


def engine() -> Engine:
    """Return the server's engine, starting one at the first call or after the last one was closed.

    This is not a cached resource of Streamlit's, as any browser can clear those for everybody.
    """
    global _engine
    with _engine_lock:
        if _engine is None or _engine.closed:
            _engine = Engine()
        return _engine
