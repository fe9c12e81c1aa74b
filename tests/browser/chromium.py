"""Find a Chromium that opens pages here, or install one; ``python tests/browser/chromium.py`` prints its path."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Error, Playwright, sync_playwright

ARGS = [
    "--no-sandbox",  # root, as in containers, has no other way to start it
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
PLACES = (
    "/usr/bin/chromium",
    "/usr/lib/chromium/chromium",
    "/opt/google/chrome/chrome",
    "/snap/bin/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def opens_pages(playwright: Playwright, path: str) -> bool:
    """Whether the program at ``path`` starts and shows a page, which stubs and missing libraries prevent."""
    try:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS, timeout=30_000)
        browser.new_page().close()
        browser.close()
    except Error as error:
        print(f"{path} does not open pages: {str(error).splitlines()[0]}", file=sys.stderr)
        return False
    return True


def find() -> str | None:
    """Return the path of the Chromium named by ``INKLING_CHROMIUM``, else of the first one here that opens a page.

    Raises
    ------
    RuntimeError
        If ``INKLING_CHROMIUM`` names one that does not open pages.
    """
    named = os.environ.get("INKLING_CHROMIUM")
    with sync_playwright() as playwright:
        if named:
            if not opens_pages(playwright, named):
                raise RuntimeError(f"INKLING_CHROMIUM must name a Chromium that opens pages, got {named}")
            return named
        candidates = [shutil.which(command) for command in COMMANDS]
        candidates += [*PLACES, playwright.chromium.executable_path]
        existing = dict.fromkeys(path for path in candidates if path and Path(path).exists())
        return next((path for path in existing if opens_pages(playwright, path)), None)


def ways_to_install() -> list[list[list[str]]]:
    """Return ways to install a Chromium on this machine, the least invasive first, each a list of commands."""
    playwright = [sys.executable, "-m", "playwright"]
    ways = [[[*playwright, "install", "--no-shell", "chromium"]]]
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        ways.append([["apt-get", "update", "-q"], ["apt-get", "install", "-q", "-y", "chromium"]])
        ways.append([[*playwright, "install-deps", "chromium"]])
    return ways


def ensure() -> str:
    """Return the path of a Chromium that opens pages, installed now if there is none.

    Raises
    ------
    RuntimeError
        If there is none and none could be installed.
    """
    if found := find():
        return found
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for commands in ways_to_install():
        for command in commands:
            print("No Chromium yet, trying:", " ".join(command), file=sys.stderr)
            # To stderr, since stdout carries nothing but the path.
            if subprocess.run(command, env=quiet, stdout=sys.stderr, timeout=900).returncode != 0:
                break
        if found := find():
            return found
    raise RuntimeError(
        "The browser tests need a Chromium and none could be installed. Install one (Debian: apt-get install chromium; "
        "elsewhere: python -m playwright install --with-deps chromium) or name one in INKLING_CHROMIUM."
    )


if __name__ == "__main__":
    try:
        print(ensure())
    except RuntimeError as error:
        sys.exit(str(error))
