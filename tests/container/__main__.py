"""Run the Dockerfile's steps in an empty environment, without a container engine: ``make container``.

Each COPY goes to a folder in place of the image's root, each RUN uses a separate Python with the image's variables, and
CMD starts as another user if possible, who must be able to reach the Python that PYTHON names. Then the page is
requested, HEALTHCHECK is carried out, and the page is ended.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]
START_S = 60


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yield the instructions of a Dockerfile, each as its name and its arguments."""
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name, rest


class Image:
    """A folder in place of the root of an image, with its Python, variables and working folder."""

    def __init__(self, root: Path, python: str) -> None:
        self.root, self.folder, self.command, self.check = root, root, [""], [""]
        self.user: int | None = None
        subprocess.run([python, "-m", "venv", root / "python"], check=True)
        self.env = {"PATH": f"{root / 'python' / 'bin'}:{os.defpath}"}
        for name in ("SSL_CERT_FILE", "PIP_CERT", "PIP_INDEX_URL", "HTTPS_PROXY"):  # how this machine reaches packages
            if name in os.environ:
                self.env[name] = os.environ[name]

    def inside(self, text: str) -> str:
        """Map the image's own folders, named from its root, to those in this folder."""
        return re.sub(r"(?<![\w./:-])/(data|inkling)\b", lambda found: f"{self.root}/{found[1]}", text)

    def take(self, name: str, rest: str) -> None:
        """Carry out one instruction."""
        if name in ("ENV", "ARG"):
            self.env |= dict(pair.split("=", 1) for pair in self.inside(rest).split())
        elif name == "WORKDIR":
            self.folder = Path(self.inside(rest))
            self.folder.mkdir(parents=True)
        elif name == "COPY":
            *sources, target = rest.split()
            for source in sources:
                self._copy(ROOT / source, self.folder / target, into=target.endswith("/"))
        elif name == "RUN":
            print(f"RUN {rest}", flush=True)
            subprocess.run(["/bin/sh", "-c", self.inside(rest)], cwd=self.folder, env=self.env, check=True)
        elif name == "USER":
            self.user = int(rest)
        elif name == "HEALTHCHECK":
            self.check = json.loads(rest.partition("CMD ")[2])
        elif name == "CMD":
            self.command = json.loads(rest)
        elif name not in ("FROM", "VOLUME", "EXPOSE"):
            raise ValueError(f"the Dockerfile must use instructions that can be carried out here, got {name}")

    def _copy(self, source: Path, target: Path, into: bool) -> None:
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        else:
            target = target / source.name if into else target
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)

    def start(self, command: list[str], log: Path) -> subprocess.Popen[bytes]:
        """Start a program as the image's user, or else as the current one."""
        other = {"user": self.user, "group": self.user, "extra_groups": []} if os.geteuid() == 0 else {}
        with log.open("ab") as output:
            return subprocess.Popen(
                [shutil.which(command[0], path=self.env["PATH"]) or command[0], *command[1:]],
                cwd=self.folder,
                env=self.env,
                stdout=output,
                stderr=subprocess.STDOUT,
                **other,  # type: ignore[call-overload]
            )


def main() -> None:
    """Build the image, start the page, run its health check, and end it."""
    python = sys.argv[1] if len(sys.argv) > 1 else sys.executable
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        root.chmod(0o755)
        image = Image(root, python)
        for name, rest in instructions((ROOT / "Dockerfile").read_text(encoding="utf-8")):
            image.take(name, rest)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            image.env["STREAMLIT_SERVER_PORT"] = port = str(probe.getsockname()[1])
        image.env["STREAMLIT_SERVER_ADDRESS"] = "127.0.0.1"
        log = root / "log"
        log.touch()
        page = image.start(image.command, log)
        try:
            deadline = time.monotonic() + START_S
            while image.start(image.check, log := root / "check").wait() != 0:
                if page.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the page did not become healthy:\n{(root / 'log').read_text()}")
                time.sleep(0.5)
            with urlopen(f"http://127.0.0.1:{port}/") as answer:
                if b"<title>" not in answer.read():
                    raise RuntimeError("the page answered with something else")
            print("healthy")
        finally:
            page.terminate()
            status = page.wait(20)
        print(f"ended with status {status}")


if __name__ == "__main__":
    main()
