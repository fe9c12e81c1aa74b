"""A network as one HTML file that works offline, without a server or requests."""

import base64
import gzip
import html
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from mlp.analysis.inline_html import csp_hash
from mlp.analysis.other_tools.export_basics import ACTIVATIONS, check_exportable
from mlp.class_names import in_words
from mlp.language import Later, direction, in_order, mark, number, speaks, tr
from mlp.learned import Learned, none_of
from mlp.nn.digit_check import REFUSED_FROM
from mlp.nn.reader import Reader
from mlp.nn.weights import dump_model
from mlp.training.data.sources import Mnist
from mlp.training.history import History
from mlp.training.setting_entry import heading, value_label
from mlp.training.settings import SETTINGS

FOLDER = Path(__file__).parent
N_PROBES = 2_000
N_TEST, N_TRAIN = 500, 3_500
STRAIGHTENED = (
    '<span aria-hidden="true">→</span>\n<figure><canvas id="straightened" width="28" height="28"></canvas>'
    "<figcaption>{upright}</figcaption></figure>"
)
TITLE = mark("My network")
CURVE_WIDTH, CURVE_HEIGHT = 560, 150


def take_home_page(
    network: Reader,
    *,
    title: str = "",
    digit_check: Reader | None = None,
    history: History | None = None,
    images: bool = True,
) -> str:
    """Return the page with a network, to be saved and opened from a disk; it can be taught there.

    The network reads as in Python, with its straightening, test-time augmentation and temperature. Its numbers are
    float16, unless that changes an answer to one of 2,000 test images, which are not at hand for a data set.

    The network is from 28 × 28 pixels to named classes. Without the digit check, see `mlp.nn.digit_check`, every
    drawing is read. A ``history`` adds the run's curve, and ``images`` 4,000 of MNIST's images, 1 MB, so that the
    network does not forget them while it learns a visitor's digits. Raises a ModelError if the network has another
    shape, or holds numbers that are not finite.
    """
    check_exportable(network, Later("a take-home network"))
    title = title or tr(TITLE)
    if not network.reads_digits:  # its classes include none of MNIST's digits
        digit_check, images = None, False
    half = not network.learned.is_set and half_is_enough(network)
    about = _for_script(network, title, half, digit_check)
    reading, training = _file("reading.js") + _activations_script(), _file("training.js")
    script, css = _file("drawing.js") + _file("learning.js"), _file("page.css")
    parts = {
        "title": html.escape(title),
        "lang": speaks(),
        "dir": direction(speaks()),
        **_words(network, half),
        "css": css,
        "reading": reading,
        "script": script,
        "training": training,
        "script_hashes": f"{csp_hash(reading)} {csp_hash(script)}",
        "css_hash": csp_hash(css),
        **_mixing(images, network.learned),
        **_pictures(network),
        "curve": curve_svg(history) if history is not None else "",
        "facts": _facts(network.facts),
        "network": json.dumps(about).replace("<", "\\u003c"),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _file("page.html"))


def _file(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _activations_script() -> str:
    """Return all activations and their slopes in JavaScript."""
    pairs = (f"{name}: [(x) => {code}, (y) => {slope}]" for name, (code, slope) in ACTIVATIONS.items())
    script = f"const ACTIVATIONS = {{ {', '.join(pairs)} }};\n"
    return script.replace("np.maximum", "Math.max").replace("np.", "Math.")


def _for_script(network: Reader, title: str, half: bool, digit_check: Reader | None) -> dict[str, Any]:
    """Return all data for the page's script: the networks, and the metadata of the file that it saves."""
    about = _about(network, half)
    if digit_check is not None:
        about |= {"digitCheck": _about(digit_check, half=True), "refusedFrom": digit_check.facts[REFUSED_FROM]}
    about |= {"names": network.names, "noneBelow": network.none_below, "none": none_of(network.learned)}
    about |= {"metadata": _metadata(network), "facts": {"origin": title}, "texts": _script_texts(network)}
    if isinstance(network.facts.get("data"), str):
        about["facts"]["data"] = network.facts["data"]
    return about


def _words(network: Reader, half: bool) -> dict[str, str]:
    """Return the words of the page by their places in it."""
    shape, drawn = in_order(network.layer_sizes), html.escape(in_words(network.names))
    if network.reads_digits:
        draw, probabilities = tr("Draw a digit"), tr("Probability of each digit")
        intro = tr(
            "A neural network, {shape}, in this one file. Draw a digit: nothing leaves this page, and it works "
            "offline.",
            shape=shape,
        )
    else:
        draw, probabilities = tr("Draw one of {signs}", signs=drawn), tr("Probability of each class")
        intro = tr(
            "A neural network, {shape}, in this one file. Draw one of {signs}: nothing leaves this page, and it works "
            "offline.",
            shape=shape,
            signs=drawn,
        )
    made = mark("Made with Inkling. {n:,} numbers, stored as {form}.")
    return {
        "intro": intro,
        "draw": draw,
        "probabilities": probabilities,
        "canvas": tr("Canvas"),
        "clear": tr("Clear"),
        "undo": tr("Undo"),
        "keyboard": tr(
            "With the keyboard: arrow keys move the pen, the space bar sets it down and lifts it, Delete clears."
        ),
        "it_reads": tr("It reads"),
        "teach": tr("Teach it: what was it?"),
        "choose": tr("Choose what you drew, and the network learns from it in your browser."),
        "stop": tr("Stop"),
        "save": tr("Save as .safetensors"),
        "inside": tr("Inside: MNIST’s form, and the layers")
        if network.reads_digits
        else tr("Inside: 28 × 28 pixels, and the layers"),
        "cut": tr("cut to ink"),
        "trained": tr("How it was trained"),
        "made": tr(made, n=network.n_parameters, form="float16" if half else "float32"),
    }


def _script_texts(network: Reader) -> dict[str, str]:
    """Return the texts of the page's script, and how the language writes tenths of a percent."""
    written = number(0.5, ".1%")
    measured = mark(
        "It reads {share} of 500 test images of MNIST, at first {before}. It does not learn from them here."
    )
    return {
        "point": written[2],
        "percent": written[4:],
        "nothing": tr("Nothing drawn yet"),
        "none": network.learned.of(none_of(network.learned)[0], tr("none of the signs"), ""),
        "sure": tr("{share} sure"),
        "answer": tr("{name}, {share} sure"),
        "stopped": tr("Learning stopped: {error}."),
        "diverged": tr("Learning stopped: its loss did not stay finite."),
        "refused": tr("This browser does not let it learn: {error}"),
        "draw": tr("Draw first, then choose what it was."),
        "step": tr("step {step} …"),
        "taughtOne": tr("{steps} steps, 1 drawing of yours."),
        "taught": tr("{steps} steps, {n} drawings of yours."),
        "measured": tr(measured) if network.reads_digits else "",
    }


def _pictures(network: Reader) -> dict[str, str]:
    """Return the parts of the page that depend on the network's shape: its layers, the bars, the names to teach."""
    names = [html.escape(name) for name in network.names]
    return {
        "each": "digit" if network.reads_digits else "sign",
        "straightened": STRAIGHTENED.format(upright=tr("upright")) if network.straighten else "",
        "layers": "".join(
            f'<figure><canvas id="layer-{layer}" width="28" height="28"></canvas>'
            f"<figcaption>{tr('layer {layer}, {n} neurons', layer=layer, n=width)}</figcaption></figure>"
            for layer, width in enumerate(network.layer_sizes[1:-1], start=1)
        ),
        "bars": "".join(
            f'<li id="bar-{place}"><b>{name}</b><i></i><span>–</span></li>' for place, name in enumerate(names)
        ),
        "digits": "".join(
            f'<button type="button" data-digit="{place}">{name}</button>' for place, name in enumerate(names)
        ),
    }


def _mixing(images: bool, learned: Learned) -> dict[str, str]:
    """Return the parts of the page for MNIST's images, or in their places only the license of a data set."""
    if not images:
        of_set = tr("It has learned {title}: {license}", title=learned.title, license=learned.license)
        notice = f" {html.escape(of_set)}" if learned.license else ""
        return dict.fromkeys(("images", "mixing", "more"), "") | {"notice": notice}
    notice = mark(
        "It holds {n:,} images of MNIST, by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, under "
        "CC BY-SA 3.0 ({license})."
    )
    return {
        "images": f'<script type="text/plain" id="images">{packed_images()}</script>\n',
        "mixing": '<label><input type="checkbox" id="mix" checked> '
        f"{tr('Mix in MNIST images, so that it does not forget them')}</label>",
        "more": f'<button id="more" type="button">{tr("Train on MNIST")}</button>',
        "notice": " " + tr(notice, n=N_TEST + N_TRAIN, license="creativecommons.org/licenses/by-sa/3.0"),
    }


@cache
def packed_images() -> str:
    """Return 500 of MNIST's test images and 3,500 training images, then their labels, gzipped as base64.

    Each pixel and each label is a byte. The page measures on the test images, which no network of Inkling has learned.
    """
    data = Mnist().load()
    tested = slice(None, None, len(data.test) // N_TEST)  # all over the file, whose first half is harder
    images = np.concatenate([data.test.images[tested], data.train.images[:N_TRAIN]])
    labels = np.concatenate([data.test.labels[tested], data.train.labels[:N_TRAIN]])
    packed = gzip.compress(images.tobytes() + labels.astype(np.uint8).tobytes(), 9, mtime=0)
    return base64.b64encode(packed).decode()


def _metadata(network: Reader) -> dict[str, str]:
    """Return a weight file's metadata on how the network reads, for the file that the page saves; no facts."""
    data = dump_model(network)
    metadata: dict[str, str] = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
    return {name: value for name, value in metadata.items() if name != "facts"}


def half_is_enough(network: Reader) -> bool:
    """Whether float16 weights give the same answer to each of MNIST's first 2,000 test images."""
    rounded = network.network.copy()
    with np.errstate(over="ignore"):  # overflow becomes infinite
        rounded.values[...] = rounded.values.astype(np.float16)
    if not np.isfinite(rounded.values).all():
        return False
    probes = Mnist().load().test.images[:N_PROBES]
    reader = Reader(rounded, test_time_augmentation=network.test_time_augmentation, straighten=network.straighten)
    return bool((reader.predict(probes) == network.predict(probes)).all())


def _about(network: Reader, half: bool) -> dict[str, Any]:
    """Return a network for the script, its numbers as base64: layer by layer, weight (n_in, n_out), then bias."""
    numbers = network.network.values.astype("<f2" if half else "<f4")
    return {
        "sizes": network.layer_sizes,
        "activation": network.activation,
        "temperature": network.temperature,
        "testTimeAugmentation": network.test_time_augmentation,
        "straighten": network.straighten,
        "half": half,
        "numbers": base64.b64encode(numbers.tobytes()).decode(),
    }


def _facts(facts: dict[str, Any]) -> str:
    """Return the facts about a training as HTML; they may be another person's text, and are escaped."""
    rows: list[tuple[str, object]] = []
    for name, text in (
        ("data", tr("Trained on")),
        ("origin", tr("Continued from")),
        ("steps", tr("Steps")),
        ("seconds", tr("Seconds")),
    ):
        if name in facts:
            fact = facts[name]
            fact = number(fact) if isinstance(fact, int | float) else fact
            rows.append((text, tr(fact) if isinstance(fact, Later) else fact))
    for name, text in (
        ("training_accuracy", tr("Training accuracy")),
        ("validation_accuracy", tr("Validation accuracy")),
    ):
        if isinstance(facts.get(name), float):
            rows.append((text, number(facts[name], ".2%")))
    settings = facts.get("settings")
    if isinstance(settings, dict):
        known = {entry.key: heading(entry.name) for entry in SETTINGS}
        rows += [(name, value_label(settings[key])) for key, name in known.items() if key in settings]
    if not rows and "command" not in facts:
        rows = [(tr("Facts"), tr("none in its file"))]
    shown = "".join(f"<dt>{html.escape(text)}</dt><dd>{html.escape(str(value)[:300])}</dd>" for text, value in rows)
    if "command" in facts:  # it stays English
        shown += f'<dt>{tr("Command")}</dt><dd lang="en" dir="ltr">{html.escape(str(facts["command"])[:300])}</dd>'
    return shown


def curve_svg(history: History) -> str:
    """Return validation accuracy over epochs as SVG, from 0.5 (or less, if it was less) to 1."""
    points = [(evaluation.epoch, evaluation.accuracy) for evaluation in history.evaluations if evaluation.step]
    if len(points) < 2:
        return ""
    last, low = points[-1][0], min(0.5, *(accuracy for _, accuracy in points))
    line = " ".join(
        f"{CURVE_WIDTH * epoch / last:.1f},{CURVE_HEIGHT * (1 - (accuracy - low) / (1 - low)):.1f}"
        for epoch, accuracy in points
    )
    curve = mark("Validation accuracy, from {first:.1%} to {last:.1%} in {epochs:g} epochs")
    text = tr(curve, first=points[0][1], last=points[-1][1], epochs=last)
    return (
        f'<svg viewBox="-4 -4 {CURVE_WIDTH + 8} {CURVE_HEIGHT + 8}" role="img" aria-label="{text}" width="100%">'
        f'<path d="M0 {CURVE_HEIGHT}H{CURVE_WIDTH}M0 0H{CURVE_WIDTH}" stroke="currentColor" opacity=".2"/>'
        f'<polyline points="{line}" fill="none" stroke="#c2410c" stroke-width="2.5"/></svg><p class="quiet">{text}</p>'
    )
