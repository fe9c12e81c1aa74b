"""The proxy of ``compose.yaml``, the real program, before a page on this machine."""

import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import yaml

from tests.browser.server import APP, END_S, START_S, free_port

PROGRAM = shutil.which("caddy")
ANY_CERTIFICATE = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
ANY_CERTIFICATE.check_hostname = False
ANY_CERTIFICATE.verify_mode = ssl.CERT_NONE
READ_BODY, READ_HEAD = "read_body 60s", "read_header 10s"


def caddyfile(name: str, page: str, limit_s: int | None = None) -> str:
    """Return the proxy's configuration for a host name and the page, with another limit of heads and bodies."""
    compose = yaml.safe_load((APP.parent / "compose.yaml").read_text(encoding="utf-8"))
    content = compose["configs"]["proxy"]["content"]
    content = re.sub(r"\$\{INKLING_NAME:-\w+\}", name, content).replace("page:8501", page)
    for line in (READ_BODY, READ_HEAD):
        assert line in content
        content = content.replace(line, line if limit_s is None else f"{line.split()[0]} {limit_s}s")
    return content


@contextmanager
def caddy(
    page_port: int, folder: Path, limit_s: int | None = None, host: str = "http://127.0.0.1", path: str = ""
) -> Iterator[str]:
    """Run the proxy before the page at this port until the block ends, and yield its address.

    Parameters
    ----------
    page_port : int
    folder : Path
        Folder for the proxy's files.
    limit_s : int, optional
        Seconds for a head or a body, for tests that cannot wait for the limits of a public page.
    host : str
        The proxy's name; with ``https`` it uses TLS, with a certificate of its own.
    path : str
        The path below which the page is served, like ``/class/a``.
    """
    assert PROGRAM is not None
    url, health = f"{host}:{free_port()}", f"{path}/_stcore/health"
    configuration = folder / "Caddyfile"
    content = caddyfile(url, f"127.0.0.1:{page_port}", limit_s).replace("/_stcore/health", health)
    # Outside the tests' own folder and ports, nothing changes.
    content = content.replace("admin off", "admin off\n    skip_install_trust\n    auto_https disable_redirects")
    configuration.write_text(content)
    with (folder / "caddy.log").open("wb") as log:
        process = subprocess.Popen(
            [PROGRAM, "run", "--config", configuration, "--adapter", "caddyfile"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
        )
    try:
        deadline = time.monotonic() + START_S
        while True:
            with suppress(OSError), urlopen(url + health, timeout=2, context=ANY_CERTIFICATE):
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the proxy did not start:\n{(folder / 'caddy.log').read_text()[-2000:]}")
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(END_S)
