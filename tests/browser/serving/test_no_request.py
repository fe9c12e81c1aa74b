"""A server that starts headless, and answers, asks nobody for anything."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

from websockets.sync.client import connect

from mlp.page.style.reach import NOBODY
from tests.browser.server import APP, Server, end, free_port, wait_until_healthy

WATCH = """
import json, os, sys

def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        whom = args[1] if event in ("socket.connect", "socket.sendto") else args[0]
        with open(os.environ["WATCHED"], "a") as file:
            print(json.dumps([event, str(whom)]), file=file)

sys.addaudithook(watch)
"""
"""What Python runs first: it records each look-up of a name, each connection, and each datagram."""


def test_headless_start_asks_no_other_server(tmp_path: Path):
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    watched, log, port = tmp_path / "watched", tmp_path / "server.log", free_port()
    command = [sys.executable, "-m", "mlp", "open", "--port", str(port), "--no-browser"]
    env = {
        **os.environ,
        "PYTHONPATH": str(tmp_path),
        "WATCHED": str(watched),
        "MLP_CHECKPOINTS": str(tmp_path / "kept"),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=APP.parent,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_until_healthy(server)
        urlopen(server.url, timeout=30).close()
        # The page's own origin, written otherwise: Streamlit knows localhost, but would ask whether this name is that
        # of this machine's outer address.
        name = f"{socket.gethostname().partition('.')[0]}.local"
        address, origin = f"ws://{name}:{port}/_stcore/stream", f"http://{name.upper()}:{port}"
        with socket.create_connection(("127.0.0.1", port)) as here, connect(address, origin=origin, sock=here):
            pass
    finally:
        end(process)
    assert f"Inkling is open at\n  http://localhost:{port}\n" in log.read_text()
    asked = [json.loads(line) for line in watched.read_text().splitlines()]
    assert [event for event, whom in asked if whom == str(NOBODY)] == ["socket.connect"]  # sends nothing
    # "None" is every address of this machine, to which the server binds.
    own = {socket.gethostname(), socket.getfqdn(), "localhost", "127.0.0.1", "::1", "None", NOBODY[0]}
    others = [(event, whom) for event, whom in asked if not own & set(re.findall(r"[^\s'(),]+", whom))]
    assert not others
