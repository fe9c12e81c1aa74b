"""Read options of the command line, check them, and make settings of them."""

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from mlp.training.recipes import RECIPES
from mlp.training.setting_entry import DEFAULTS
from mlp.training.settings import Settings
from mlp.training.settings_table import SETTINGS, written


def checked_out(path: str, *, source: str | None = None) -> Path:
    """Give the path if a file can be written there, so that nobody trains for an hour and cannot save.

    It is not to be that of ``source``, a network that what is written cannot give back.
    """
    out = Path(path)
    if out.is_dir() or not out.parent.is_dir() or not os.access(out.parent, os.W_OK):
        raise ValueError(f"--out must be a file in a folder that exists and can be written, got {path!r}")
    if source is not None and out.exists() and Path(source).exists() and out.samefile(source):
        raise ValueError("--out would replace the network itself, which could not be read back; choose another name")
    return out


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, like all others here."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave with status 2."""
        self.exit(2, f"error: {message}; see {self.prog} --help\n")


def value(text: str) -> int | float | str | bool | None:
    """Read a number, true or false where there is one; `Settings` says what is wrong with everything else."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def widths(text: str) -> tuple[int | float | str | bool | None, ...]:
    """Read ``100,200``; nothing between the quotes means no hidden layer."""
    return tuple(value(part) for part in text.split(",")) if text.strip() else ()


def add_settings(command: argparse.ArgumentParser) -> None:
    """Make every setting an option, and the starting points that they come from otherwise."""
    command.add_argument(
        "--recipe",
        choices=RECIPES,
        help="the starting point whose settings hold where no option says otherwise: "
        + "; ".join(f"{name}: {recipe.label}" for name, recipe in RECIPES.items())
        + ". Default: article",
    )
    for one in SETTINGS:
        default = getattr(DEFAULTS, one.field)
        said = (
            ",".join(map(str, default)) or "none"
            if isinstance(default, tuple)
            else "all"
            if default is None
            else written(default)
        )
        command.add_argument(
            one.flag,
            dest=one.field,
            type=widths if isinstance(default, tuple) else value,
            default=argparse.SUPPRESS,  # what is not given is the starting point's
            metavar=one.metavar,
            nargs="?" if isinstance(default, bool) else None,
            const=True if isinstance(default, bool) else None,
            help=f"{one.help} Default: {said}.",
        )


def settings_given(given: argparse.Namespace) -> Settings:
    """Make settings of the options that `add_settings` added.

    Raises
    ------
    ValueError
        If a value breaks its rule.
    """
    start = DEFAULTS if given.recipe is None else RECIPES[given.recipe].settings
    return replace(start, **{one.field: getattr(given, one.field) for one in SETTINGS if hasattr(given, one.field)})


def add_data(command: argparse.ArgumentParser) -> None:
    """Add the option that names MNIST's folder."""
    command.add_argument("--data", metavar="DIR", help="MNIST's folder; default: MLP_DATA_DIR, else the user's cache")


def add_out(command: argparse.ArgumentParser) -> None:
    """Add the option that names the file to write."""
    command.add_argument("--out", required=True, metavar="FILE", help="the .safetensors file to write")
