"""A notebook that trains the network again in numpy, shows its curves, and includes the network itself."""

import base64
import json
import re
from typing import Any

import numpy as np

from mlp.analysis.other_tools.export_basics import ACTIVATIONS, filled_template, probabilities_note, source_of
from mlp.nn import gabor
from mlp.nn.reader import Reader
from mlp.training import schedule
from mlp.training.setting_entry import value_text
from mlp.training.settings import SETTINGS, Settings

INITIALIZATIONS = {
    "xavier": "(rng.standard_normal((n_in, n_out)) * math.sqrt(2 / (n_in + n_out)))",
    "he": "(rng.standard_normal((n_in, n_out)) * math.sqrt(2 / n_in))",
    "gabor": "(rng.standard_normal((n_in, n_out)) * math.sqrt(2 / n_in) if number else gabor_patches(n_in, n_out, rng))",  # noqa: E501
}
CONSTANTS = ("learning_rate", "schedule", "momentum", "weight_decay", "batch_size", "epochs", "seed", "images")
"""Settings that are constants of the notebook, by their names in capitals."""
REPEATED = {*CONSTANTS, "hidden", "activation", "initialization", "optimizer", "straighten"}
"""Fields of the settings that the notebook trains with; it names all others."""
SGD = """\
grad = grad + np.float32(WEIGHT_DECAY) * value
mean *= MOMENTUM
mean += grad
value -= np.float32(rate) * mean"""
ADAM = """\
value *= np.float32(1 - rate * WEIGHT_DECAY)  # decoupled: AdamW
mean += np.float32(0.1) * (grad - mean)  # betas 0.9 and 0.999
square += np.float32(0.001) * (grad * grad - square)
correction = math.sqrt(1 - 0.999**step)
scaled = mean / (np.sqrt(square) + np.float32(1e-8 * correction))
value -= np.float32(rate * correction / (1 - 0.9**step)) * scaled"""


def notebook_files(reader: Reader, name: str) -> dict[str, bytes]:
    """Return ``NAME.ipynb``."""
    return {f"{name}.ipynb": notebook(reader).encode()}


def notebook(reader: Reader) -> str:
    """Return the notebook, as JSON of nbformat 4.

    Its settings are those in the network's facts, as far as they can be used, else the article's. The initial weights,
    the order of the images and each step are the same as in Inkling, up to float32's rounding, which grows over a run.
    """
    if not reader.reads_digits:
        return _as_json(_signs_text(reader))
    settings, note = _settings_of(reader)
    gives, slope = ACTIVATIONS[reader.activation]
    values = reader.network.values
    half = bool((values.astype(np.float16).astype(np.float32) == values).all())
    dtype = "<f2" if half else "<f4"
    activation_code = f"def activate(x):\n    return {gives}\n\n\ndef slope(y):\n    return {slope}"
    if settings.initialization == "gabor":
        constants = {name: getattr(gabor, name) for name in ("REACH", "RADII", "WAVELENGTHS", "NORM")}
        activation_code += "\n\n\n" + "\n".join(f"{name} = {value}" for name, value in constants.items())
        activation_code += "\n\n\n" + source_of(gabor.gabor_patches)
    text = filled_template(
        "notebook_cells.txt",
        reader,
        text=_markdown(probabilities_note(reader)),
        settings_note=_markdown(note),
        settings=_settings_code(settings, reader),
        activation=reader.activation,
        activation_code=activation_code,
        initialization=INITIALIZATIONS[settings.initialization],
        optimizer_name="Adam" if settings.optimizer == "adam" else "Stochastic gradient descent",
        schedule="constant" if settings.schedule == "constant" else "along a cosine",
        schedule_code=f"WARM_UP = {schedule.WARM_UP}\n\n\n{source_of(schedule.rate_factor)}",
        update="\n".join(" " * 12 + line for line in (ADAM if settings.optimizer == "adam" else SGD).splitlines()),
        numbers=base64.b64encode(values.astype(dtype).tobytes()).decode(),
        dtype=dtype,
    )
    return _as_json(text)


def _signs_text(reader: Reader) -> str:
    """Return the cells of a notebook without MNIST, which reads and shows weights: the images are not in a network."""
    return filled_template(
        "notebook_signs_cells.txt",
        reader,
        text=_markdown(probabilities_note(reader)),
        learned=reader.learned.of("drawings alone", "a person's drawings of signs", "images of a data set"),
        layers=repr(reader.layer_sizes),
        activation_code=f"def activate(x):\n    return {ACTIVATIONS[reader.activation][0]}",
        numbers=base64.b64encode(reader.network.values.astype("<f4").tobytes()).decode(),
        none_below=repr(reader.none_below or 0.0),
    )


def _as_json(text: str) -> str:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    about = {"kernelspec": kernel, "language_info": {"name": "python"}}
    book = {"cells": list(_cells(text)), "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def _settings_of(reader: Reader) -> tuple[Settings, str]:
    """Return the settings to train with, and a comment on them."""
    known = reader.facts.get("settings")
    try:
        settings = Settings.from_dict(known) if isinstance(known, dict) else None
    except (TypeError, ValueError):  # the facts of an uploaded file may be anything
        settings = None
    read = (reader.layer_sizes, reader.activation, reader.straighten)
    if settings is None or (settings.layer_sizes, settings.activation, settings.straighten) != read:
        hidden = tuple(reader.layer_sizes[1:-1])
        return Settings(hidden=hidden, activation=reader.activation, epochs=5), (
            "Its file does not say how it was trained; these are the article's settings."
        )
    left_out = [
        f"{entry.name} ({value_text(value)})"
        for entry in SETTINGS
        if entry.field not in REPEATED and (value := getattr(settings, entry.field)) != entry.default
    ]
    data = str(reader.facts.get("data", "MNIST"))
    if data != "MNIST":
        left_out.append(f"all of its data but MNIST ({data:.200})")
    if "origin" in reader.facts or " --start " in str(reader.facts.get("command")):
        left_out.append("what it had learned before this run")
    text = "Those of the run. Rounding differs from Inkling's, so the two networks drift apart: similar, not equal."
    if left_out:
        text += f" This notebook leaves out {', '.join(left_out)}, so its network differs."
    return settings, text


def _settings_code(settings: Settings, reader: Reader) -> str:
    values = {"layers": reader.layer_sizes} | {name: getattr(settings, name) for name in CONSTANTS}
    lines = [f"{name.upper()} = {value!r}" for name, value in values.items()]
    return "\n".join(lines) + "  # None: all of them"


def _markdown(text: str) -> str:
    """Return text that may be another person's so that Markdown shows it unchanged."""
    return re.sub(r"([\\`*_{}\[\]<>#$|~])", r"\\\1", " ".join(text.split()))


def _cells(text: str) -> Any:
    """Return a script cut at its ``# %%`` marks into a notebook's cells."""
    for number, part in enumerate(re.split(r"^# %%", text, flags=re.MULTILINE)[1:]):
        mark, _, body = part.partition("\n")
        lines = body.strip("\n").split("\n")
        if "[markdown]" in mark:
            kind: dict[str, Any] = {"cell_type": "markdown"}
            lines = [line.removeprefix("#").removeprefix(" ") for line in lines]
        else:
            kind = {"cell_type": "code", "execution_count": None, "outputs": []}
        source = [f"{line}\n" for line in lines[:-1]] + lines[-1:]
        yield {**kind, "id": f"cell-{number}", "metadata": {}, "source": source}
