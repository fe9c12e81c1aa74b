"""Options of the command line: their parsers and checks, and the settings made of them."""

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from mlp.training.recipes import RECIPES
from mlp.training.setting_entry import format_value
from mlp.training.settings import SETTINGS, Settings


def checked_out(path: str, suffix: str = "", *, source: str | None = None) -> Path:
    """Return the path if a file can be written there; checked before a training starts that could not be saved.

    It must have the ``suffix``, if one is given, or none. It must not be the path of ``source``, a network that the
    output would overwrite and could not restore.
    """
    out = Path(path)
    if suffix and out.suffix.lower() not in (suffix, ""):
        raise ValueError(f"--out must end in {suffix}, got {out.name!r}; export writes files for other tools")
    if out.is_dir() or not out.parent.is_dir() or not os.access(out.parent, os.W_OK):
        raise ValueError(f"--out must be a file in a folder that exists and can be written, got {path!r}")
    if source is not None and out.exists() and Path(source).exists() and out.samefile(source):
        raise ValueError("--out would replace the network itself; choose another name")
    return out


class Parser(argparse.ArgumentParser):
    """A parser with errors of one line, like all other errors of the command line."""

    def error(self, message: str) -> NoReturn:
        """Print the error and exit with status 2."""
        self.exit(2, f"error: {message}; see {self.prog} --help\n")


def value(text: str) -> int | float | str | bool | None:
    """Return a number, true or false if the text is one of these; else the text, which `Settings` then checks."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def several(text: str) -> tuple[int | float | str | bool | None, ...]:
    """Return the values in ``100,200``; an empty text means none."""
    return tuple(value(part) for part in text.split(",")) if text.strip() else ()


def number_or_all(text: str) -> int | float | str | bool | None:
    """Return the value, or None for ``all``."""
    return None if text == "all" else value(text)


def add_settings(command: argparse.ArgumentParser) -> None:
    """Add an option for every setting, and one for the recipe with their default values."""
    command.add_argument(
        "--recipe",
        choices=RECIPES,
        help="the recipe, with the values of all settings that no option changes: "
        + "; ".join(f"{name}: {recipe.label}" for name, recipe in RECIPES.items())
        + ". Default: article",
    )
    for entry in SETTINGS:
        is_switch, is_list = isinstance(entry.default, bool), isinstance(entry.default, tuple)
        rule = f"Must be {entry.range_text}." if entry.range_text else ""
        default = f"Default: {format_value(entry.default) or 'none'}."
        command.add_argument(
            entry.flag,
            dest=entry.field,
            type=several if is_list else number_or_all if entry.default is None else value,
            default=argparse.SUPPRESS,  # an option that is not given leaves the recipe's value
            metavar=f"{{{','.join(entry.positions)}}}" if entry.kind == "choice" else "VALUE,…" if is_list else "VALUE",
            nargs="?" if is_switch else None,
            const=True if is_switch else None,
            help=" ".join(filter(None, [entry.explained, entry.more_help, rule, default])).replace("%", "%%"),
        )


def settings_given(given: argparse.Namespace) -> Settings:
    """Return the settings that the options of `add_settings` chose.

    Raises a ValueError if a value is invalid, or would have no effect.
    """
    start = Settings() if given.recipe is None else RECIPES[given.recipe].settings
    values = {entry.field: getattr(given, entry.field) for entry in SETTINGS if hasattr(given, entry.field)}
    chosen = replace(start, **values)
    if chosen.momentum and chosen.optimizer != "sgd":
        raise ValueError(f"--momentum is for SGD, got {chosen.momentum:g} with {chosen.optimizer}; use --momentum 0")
    if chosen.without_styles and not chosen.synthetic:
        raise ValueError("--without-styles needs --written, the number of synthetic digits that skip these styles")
    return chosen


def add_mnist(command: argparse.ArgumentParser) -> None:
    """Add the option for MNIST's folder."""
    command.add_argument(
        "--data", metavar="DIR", help="a folder with four other files like MNIST's; default: MLP_DATA_DIR, if set"
    )


def add_data(command: argparse.ArgumentParser) -> None:
    """Add the option for a data set of one's own."""
    command.add_argument(
        "--data",
        metavar="PATH",
        help="a data set in place of MNIST, 28 × 28 pixels in 2 to 10 classes: an .npz with images and labels, or a "
        "folder or a ZIP with MNIST's four files, or with a folder of pictures or an .npy for each class",
    )


def add_out(command: argparse.ArgumentParser) -> None:
    """Add the option for the output file."""
    command.add_argument("--out", required=True, metavar="FILE", help="the .safetensors file to write")
