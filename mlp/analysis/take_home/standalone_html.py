"""A network as one HTML file that works offline, without a server or requests."""

import base64
import gzip
import html
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from mlp.analysis.inline_html import SCRIPTS, csp_hash
from mlp.analysis.other_tools.export_basics import ACTIVATIONS, check_exportable
from mlp.class_names import in_words
from mlp.language import Later, in_order, mark, number, speaks, tr
from mlp.learned import Learned, none_of
from mlp.nn.digit_check import REFUSED_FROM
from mlp.nn.reader import Reader
from mlp.nn.weights import dump_model
from mlp.training.data.sources import Mnist
from mlp.training.history import History
from mlp.training.setting_entry import heading, value_label
from mlp.training.settings import SETTINGS, Settings

FOLDER = Path(__file__).parent
N_PROBES = 2_000
N_TEST, N_TRAIN = 500, 3_500
STRAIGHTENED = (
    '<span aria-hidden="true">→</span>\n<figure><canvas id="straightened" width="28" height="28"></canvas>'
    "<figcaption>{upright}</figcaption></figure>"
)
TITLE = mark("My network")
N_SITE = 5_000
"""Training images of a site, in 16 shades."""
MAX_TRAINED = 300_000
"""Most weights of a network that is trained from nothing: of 3 million, a step takes 0.2 s."""
RATE = next(entry for entry in SETTINGS if entry.field == "learning_rate")
NO_PLACE = dict.fromkeys(("head", "languages", "whole"), "")


@dataclass(frozen=True)
class Place:
    """What a page of a site has around it: HTML for its head, links to other languages, more at its end, and a title.

    Its images lie in a script beside it.
    """

    images_file: str
    head: str
    languages: str
    whole: str


def n_train(place: Place | None) -> int:
    """Return the number of training images that come with a page."""
    return N_TRAIN if place is None else N_SITE


def take_home_page(
    network: Reader,
    *,
    title: str = "",
    digit_check: Reader | None = None,
    history: History | None = None,
    images: bool = True,
    place: Place | None = None,
) -> str:
    """Return the page with a network, to be saved and opened from a disk; it can be taught there.

    The network reads as in Python, with its straightening, test-time augmentation and temperature. Its numbers are
    float16, unless that changes an answer to one of 2,000 test images, which are not at hand for a data set.

    The network is from 28 × 28 pixels to named classes. Without the digit check, see `mlp.nn.digit_check`, every
    drawing is read. A ``history`` adds the run's curve, and ``images`` 4,000 of MNIST's images, 1 MB, so that the
    network does not forget them while it learns a visitor's digits, and so that one of at most 300,000 weights can be
    trained from nothing. A page with a ``place`` is one of a site. Raises a ModelError if the network has another
    shape, or holds numbers that are not finite.
    """
    check_exportable(network, Later("a take-home network"))
    title = title or tr(TITLE)
    if not network.reads_digits:  # its classes include none of MNIST's digits
        digit_check, images = None, False
    half = not network.learned.is_set and half_is_enough(network)
    trains = images and network.n_parameters <= MAX_TRAINED
    about = _for_script(network, title, half, digit_check)
    about |= {"way": _way(network.facts), "curve": _curve(history), "imagesFile": place and place.images_file}
    about |= {"rates": RATE.positions, "newWay": _new_way(n_train(place))} if trains else {}
    shared = "".join((SCRIPTS / name).read_text(encoding="utf-8") for name in ("network_widget.js", "plot.js"))
    reading, css = _file("reading.js") + _activations_script(), _file("page.css")
    own = [_file(name) for name in ("scene.js", "learning.js", "nothing.js", "saving.js")]
    script = "".join([_file("drawing.js"), f"{{\n{shared}}}\n", *own])
    parts = {
        "title": html.escape(title),
        "lang": speaks(),
        **_words(network, trains),
        "css": css,
        "reading": reading,
        "script": script,
        "training": _file("training.js"),
        "picture_css": (SCRIPTS / "network_widget.css").read_text(encoding="utf-8"),
        "script_sources": f"{csp_hash(reading)} {csp_hash(script)}" + (" 'self' file:" if place else ""),
        "css_hash": csp_hash(css),
        **_mixing(images, network.learned, place),
        **_pictures(network),
        "nothing": _filled(_file("nothing.html"), _nothing_words()) if trains else "",
        "network": json.dumps(about).replace("<", "\\u003c"),
        **({"head": place.head, "languages": place.languages, "whole": place.whole} if place else NO_PLACE),
    }
    return _filled(_file("page.html"), parts)


def _filled(template: str, parts: dict[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], template)


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
    about |= {"widths": [number(width, ",") for width in network.layer_sizes[1:-1]]}
    about |= {"metadata": _metadata(network), "facts": {"origin": title}, "texts": _script_texts(network)}
    if isinstance(network.facts.get("data"), str):
        about["facts"]["data"] = network.facts["data"]
    return about


def _words(network: Reader, trains: bool) -> dict[str, str]:
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
    if trains:
        intro = tr(
            "A neural network, {shape}. Draw a digit, or train a new network from nothing: nothing leaves this page, "
            "and it works offline.",
            shape=shape,
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
        "save_page": tr("Save this page"),
        "inside": tr("What it sees: MNIST’s form") if network.reads_digits else tr("What it sees: 28 × 28 pixels"),
        "validation": tr("Validation accuracy"),
        "cut": tr("cut to ink"),
        "trained": tr("How it was trained"),
        "made": tr(made, n=network.n_parameters, form='<span id="form"></span>'),
    }


def _nothing_words() -> dict[str, str]:
    """Return the words and numbers of the part in which a network is trained from nothing."""
    return {
        "from_nothing": tr("Train a network from nothing."),
        "train": tr("Train"),
        "pause": tr("Pause"),
        "one_step": tr("One step"),
        "back": tr("Back to the network that came"),
        "rate": tr(RATE.label),
        "last_rate": str(len(RATE.positions) - 1),
        "first_rate": str(RATE.positions.index(RATE.default)),
        "plainly": tr(
            "With plain SGD, cross-entropy and minibatches of 32, from new Xavier weights, however the network that "
            "came was trained."
        ),
        "loss": tr("Loss"),
        "accuracy": tr("Accuracy"),
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
        "missing": tr("Its images, {file}, cannot be loaded: it goes on reading, and does not learn."),
        "loading": tr("Loading its images …"),
        "epoch": tr("epoch {epoch} of {epochs}, step {step}: reads {share} of 500 test images"),
        "beforeNow": tr("Your drawing: before {before}; now {now}."),
        "taughtHere": tr("Taught here"),
        "picture": tr("The network at work"),
        "unit": tr("epoch"),
        "of": tr("{n} of"),
        "refused": tr("This browser does not let it learn: {error}"),
        "draw": tr("Draw first, then choose what it was."),
        "step": tr("step {step} …"),
        "taughtOne": tr("{steps} steps, 1 drawing of yours."),
        "taught": tr("{steps} steps, {n} drawings of yours."),
        "measured": tr(measured) if network.reads_digits else "",
    }


def _pictures(network: Reader) -> dict[str, str]:
    """Return the parts of the page that depend on the network: the bars, the names to teach."""
    names = [html.escape(name) for name in network.names]
    return {
        "each": "digit" if network.reads_digits else "sign",
        "straightened": STRAIGHTENED.format(upright=tr("upright")) if network.straighten else "",
        "bars": "".join(
            f'<li id="bar-{place}"><b>{name}</b><i></i><span>–</span></li>' for place, name in enumerate(names)
        ),
        "digits": "".join(
            f'<button type="button" data-digit="{place}">{name}</button>' for place, name in enumerate(names)
        ),
    }


def _mixing(images: bool, learned: Learned, place: Place | None) -> dict[str, str]:
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
        "images": f'<script type="text/plain" id="images">{"" if place else packed_images()}</script>\n',
        "mixing": '<label><input type="checkbox" id="mix" checked> '
        f"{tr('Mix in MNIST images, so that it does not forget them')}</label>",
        "more": f'<button id="more" type="button">{tr("Train on MNIST")}</button>',
        "notice": " " + tr(notice, n=N_TEST + n_train(place), license="creativecommons.org/licenses/by-sa/3.0"),
    }


@cache
def packed_images(n_train: int = N_TRAIN, shades: int = 256) -> str:
    """Return 500 of MNIST's test images and ``n_train`` training images, then their labels, gzipped as base64.

    Each pixel, of a number of shades, and each label is a byte. The page measures on the test images, which no network
    of Inkling has learned.
    """
    data = Mnist().load()
    tested = slice(None, None, len(data.test) // N_TEST)  # all over the file, whose first half is harder
    images = np.concatenate([data.test.images[tested], data.train.images[:n_train]])
    images = np.rint(np.rint(images / 255 * (shades - 1)) * (255 / (shades - 1))).astype(np.uint8)
    labels = np.concatenate([data.test.labels[tested], data.train.labels[:n_train]])
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


def _way(facts: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Return the facts about a training: the name of each, its value, and whether that stays English.

    They may be another person's text.
    """
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
    rows += _of_settings(facts.get("settings"))
    if not rows and "command" not in facts:
        rows = [(tr("Facts"), tr("none in its file"))]
    shown = [(text, str(value)[:300], False) for text, value in rows]
    return shown + ([(tr("Command"), str(facts["command"])[:300], True)] if "command" in facts else [])


def _of_settings(settings: Any) -> list[tuple[str, str]]:
    """Return the names and values of settings by key, of those that are known."""
    known = [entry for entry in SETTINGS if isinstance(settings, dict) and entry.key in settings]
    return [(heading(entry.name), value_label(settings[entry.key])) for entry in known]


def _new_way(n: int) -> list[tuple[str, str]]:
    """Return how a network is trained from nothing on the page, with ``n`` images; numbers stand in braces."""
    images = tr("{n:,} images of MNIST, in this page", n=n)
    plain = Settings().as_dict()
    always = _of_settings({key: plain[key] for key in ("batch_size", "optimizer", "initialization")})
    return [(tr("Trained on"), images), (tr("Steps"), "{steps}"), (heading(RATE.name), "{rate}"), *always]


def _curve(history: History | None) -> list[tuple[float, float]]:
    """Return validation accuracy over epochs."""
    evaluations = history.evaluations if history is not None else []
    return [(evaluation.epoch, evaluation.accuracy) for evaluation in evaluations if evaluation.step]
