"""Give the server's one engine, which all visitors' runs share."""

import threading

from mlp.jobs.workers.engine import Engine

_engine: Engine | None = None
_engine_lock = threading.Lock()


def engine() -> Engine:
    """Give it, made at the first call, and anew when it was closed.

    Not one of Streamlit's cached resources: any browser can ask the server to forget those, for everybody.
    """
    global _engine
    with _engine_lock:
        if _engine is None or _engine.closed:
            _engine = Engine()
        return _engine
