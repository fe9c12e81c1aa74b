"""Install Inkling from a git address with pip, pipx and uvx, and open its page; ``make container`` runs this too.

The address is that of a local copy of this repository's last commit. Each tool gets a new environment, home and cache.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

from tests.browser.server import serve

ROOT = Path(__file__).resolve().parents[2]
WINDOWS = sys.platform == "win32"


def run(*command: str | Path) -> None:
    """Print a command and run it."""
    print("$", *(Path(part).name if Path(part).is_absolute() else part for part in command), flush=True)
    subprocess.run([*map(str, command)], check=True, stdout=subprocess.DEVNULL)


def environment(folder: Path) -> Path:
    """Create an empty environment, and return the folder of its programs."""
    run(sys.executable, "-m", "venv", folder)
    return folder / ("Scripts" if WINDOWS else "bin")


def open_page(place: Path, *program: str) -> None:
    """Open the page from another folder, request it, and end it."""
    elsewhere = place / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    with serve(place / "log", program=program, folder=elsewhere) as server, urlopen(server.url) as answer:
        if b"<title>" not in answer.read():
            raise RuntimeError("the page answered with something else")
    run(*program, "evaluate", "--help")
    print(f"  opened from another folder, answered, ended with status {server.process.returncode}", flush=True)


def main() -> None:
    """Install Inkling and open its page, once for each way."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder).resolve()
        run("git", "clone", "--quiet", "--bare", ROOT, place / "inkling.git")
        url = f"git+{(place / 'inkling.git').as_uri()}"

        programs = environment(place / "pip")
        run(programs / "python", "-m", "pip", "install", "--quiet", "--no-cache-dir", url)
        open_page(place, str(programs / "inkling"))

        tools = environment(place / "tools")
        run(tools / "python", "-m", "pip", "install", "--quiet", "pipx", "uv")
        own = {"PIPX_HOME": "pipx", "PIPX_BIN_DIR": "pipx/bin", "PIPX_MAN_DIR": "pipx/man", "UV_CACHE_DIR": "uv"}
        os.environ |= {name: str(place / path) for name, path in own.items()}
        run(tools / "pipx", "install", "--quiet", "--python", sys.executable, url)
        open_page(place, str(place / "pipx" / "bin" / "inkling"))
        open_page(place, str(tools / "uvx"), "--quiet", "--python", sys.executable, "--from", url, "inkling")


if __name__ == "__main__":
    main()
