"""Install Inkling into an empty environment and open its page from another folder: ``make container`` does it too."""

import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

from tests.browser.server import serve

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Build, install, open, end."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        subprocess.run([sys.executable, "-m", "venv", place / "venv"], check=True)
        programs = place / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
        subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", str(ROOT)], check=True)
        (place / "elsewhere").mkdir()
        with serve(place / "log", program=[str(programs / "inkling")], folder=place / "elsewhere") as server:
            with urlopen(server.url) as answer:
                if b"<title>" not in answer.read():
                    raise RuntimeError("the page answered with something else")
            print("installed, opened from another folder, and answered")
        subprocess.run([programs / "inkling", "evaluate", "--help"], check=True, stdout=subprocess.DEVNULL)
        print(f"ended with status {server.process.returncode}")


if __name__ == "__main__":
    main()
