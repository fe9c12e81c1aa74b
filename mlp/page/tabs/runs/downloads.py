"""Offer a run's weights and curves as files, and the command that repeats it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from mlp.analysis.export import command_line, curves_csv
from mlp.analysis.mistakes import read_all
from mlp.analysis.other_tools.export import TOOLS, download, download_name
from mlp.analysis.report import ReadDigits, report_page
from mlp.analysis.take_home.page import take_home_page
from mlp.class_names import DIGITS
from mlp.images.own_digits import OwnDigits
from mlp.jobs.earlier_runs import NumberedRun
from mlp.nn.reader import Reader
from mlp.nn.weights import dump_model
from mlp.page import state
from mlp.page.draw.networks import shipped
from mlp.page.style.download_button import download_button
from mlp.page.tabs.runs.printed_curves import printed_curves
from mlp.page.visitors.runs import run_of
from mlp.page.visitors.visitor import Visitor


def offer_downloads(visitor: Visitor, number: int) -> None:
    """Draw the download buttons of one run; a file is made when its button is pressed, of the run as it is then."""
    shown = run_of(visitor, number)

    def now() -> NumberedRun:
        try:
            return run_of(visitor, number)
        except LookupError:  # it was deleted in another tab
            return shown

    name = f"inkling-run-{number}"
    with st.container(horizontal=True, vertical_alignment="center"):
        _offer_network(now, name, visitor.own)
        with st.popover("For other tools", icon=":material/extension:"):
            _offer_exports(now, name)
        _offer_curves(now, name)
    if shown.origin is None:
        _tell_command(shown, name)


def _offer_network(now: Callable[[], NumberedRun], name: str, own: OwnDigits) -> None:
    """Draw the buttons of what the network itself can be taken away as."""
    with_images = state.home_images.start(state.home_images.default)  # read here: a file is made outside of the session
    download_button(
        "Weights",
        lambda: weights(now()),
        f"{name}.safetensors",
        "application/octet-stream",
        key="weights_out",
        icon=":material/download:",
        help="A .safetensors file, which this page reads again, and every library of that format.",
    )
    download_button(
        "Take it home",
        lambda: home_page(now(), images=with_images),
        f"{name}.html",
        "text/html",
        key="home_out",
        icon=":material/home:",
        help="One HTML file: your network draws and reads in any browser, without the internet.",
    )
    st.toggle(
        "with MNIST’s images",
        key=state.home_images.key,
        help="4,000 images, 1 MB more of the file: it goes on learning there, and does not forget what it knows.",
    )
    download_button(
        "Report",
        lambda: report(now(), own),
        f"{name}-report.html",
        "text/html",
        key="report_out",
        icon=":material/print:",
        help="One page to print: settings, curves, confusion, the surest mistakes and your own digits.",
    )


def _offer_curves(now: Callable[[], NumberedRun], name: str) -> None:
    """Draw the buttons of the curves: a table, and two kinds of picture."""
    download_button(
        "Curves as CSV",
        lambda: curves_table(now()),
        f"{name}.csv",
        "text/csv",
        key="csv_out",
        icon=":material/table:",
        help="A line for each step.",
    )
    for kind, mime in (("png", "image/png"), ("svg", "image/svg+xml")):
        download_button(
            f"Curves as {kind.upper()}",
            partial(_picture_of, now, kind),
            f"{name}.{kind}",
            mime,
            key=f"{kind}_out",
            icon=":material/image:",
        )


def _tell_command(run: NumberedRun, name: str) -> None:
    """Say how to train the same network without the page."""
    st.caption("This command trains the same network without the page:")
    st.code(command_line(run.snapshot.settings, f"{name}.safetensors"), language=None, wrap_lines=True)
    if run.snapshot.history.learning_rates:
        st.caption("The learning rate was changed on the way, which the command does not repeat.")


def report(run: NumberedRun, own: OwnDigits) -> str:
    """Give the run's report as one HTML page to print."""
    now, reader = run.snapshot, _told_of(run)
    split = run.data.load().validation
    facts = [("Data", now.data_name), ("Steps", f"{now.step:,}"), ("Time", f"{now.seconds:.0f} s")]
    if run.origin is not None:
        facts.append(("Began with", str(run.origin)))
    shows_own = len(own) and reader.reads_digits
    drawn = ReadDigits(own.images, read_all(reader, own.images, own.labels)) if shows_own else None
    curves = printed_curves(now.history, now.settings.epochs, "", "svg")
    validation = ReadDigits(split.images, read_all(reader, split.images, split.labels))
    return report_page(title(run), facts, now.settings, curves, validation, drawn)


def _offer_exports(now: Callable[[], NumberedRun], name: str) -> None:
    """Draw a button for each other tool that can read with the network."""
    st.caption("Each gives this network’s probabilities, temperature included.", width=260)
    for tool, about in TOOLS.items():
        download_button(
            about.label,
            partial(_export_of, now, tool, name),
            download_name(tool, name),
            "application/octet-stream",
            key=f"{tool}_out",
            icon=":material/download:",
            help=about.help,
        )


def _export_of(now: Callable[[], NumberedRun], tool: str, name: str) -> bytes:
    return download(_told_of(now()), tool, name)


def weights(run: NumberedRun) -> bytes:
    """Give the run's network as the bytes of a .safetensors file, with what is to be known about it."""
    return dump_model(_told_of(run))


def home_page(run: NumberedRun, *, images: bool = True) -> str:
    """Give the run's network as one HTML file that draws and reads by itself, with or without MNIST's images."""
    loaded = shipped("rejection")
    rejection = None if isinstance(loaded, str) else loaded
    title, history = f"Run {run.number}", run.snapshot.history
    return take_home_page(_told_of(run), title=title, rejection=rejection, history=history, images=images)


def _told_of(run: NumberedRun) -> Reader:
    """Give the run's network, with what is to be known about it."""
    now = run.snapshot
    facts: dict[str, Any] = {
        "data": now.data_name,
        "steps": now.step,
        "seconds": round(now.seconds, 2),
        "settings": now.settings.as_dict(),
    }
    if now.history.evaluations:
        facts["validation_accuracy"] = now.history.evaluations[-1].accuracy
    if run.origin is None:
        facts["command"] = command_line(now.settings)
    else:
        facts["origin"] = run.origin
    reader = now.reader
    reader.facts = facts
    return reader


def curves_table(run: NumberedRun) -> str:
    """Give the run's records as CSV."""
    return curves_csv(run.snapshot.history, run.snapshot.settings.learning_rate)


def curves_picture(run: NumberedRun, kind: str) -> bytes:
    """Give the run's curves as a picture, "png" or "svg"."""
    return printed_curves(run.snapshot.history, run.snapshot.settings.epochs, title(run), kind)


def _picture_of(now: Callable[[], NumberedRun], kind: str) -> bytes:
    return curves_picture(now(), kind)


def title(run: NumberedRun) -> str:
    """Say in one line what the curves are of."""
    settings = run.snapshot.settings
    sizes = "-".join(map(str, settings.layer_sizes))
    # The names of signs may be of a script that matplotlib has no letters for.
    data = run.snapshot.data_name if settings.names == DIGITS else f"drawings of {len(settings.names)} signs"
    return f"Inkling, run {run.number}: {sizes}, learning rate {settings.learning_rate:g}, on {data}"
