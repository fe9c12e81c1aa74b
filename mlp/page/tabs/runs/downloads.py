"""Download a run's weights, web page, report and curves, and show the command that repeats it."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import partial

import streamlit as st

from mlp.analysis.other_tools.network_export import TOOLS, download, download_name
from mlp.analysis.run_exports import command_line, curves_csv, facts_of
from mlp.analysis.take_home.standalone_html import take_home_page
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.jobs.earlier_runs import NumberedRun
from mlp.language import tr
from mlp.nn.reader import Reader
from mlp.nn.weights import dump_model
from mlp.page.draw.networks import answering, pretrained
from mlp.page.style.download_button import download_button
from mlp.page.tabs.runs.report import curves_picture, report
from mlp.page.visitors.runs import run_of
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import DrawingData


def offer_downloads(visitor: Visitor, number: int) -> None:
    """Draw the download buttons of one run; each file is made when its button is pressed."""
    shown = run_of(visitor, number)

    def run_now() -> NumberedRun:
        try:
            return run_of(visitor, number)
        except LookupError:  # another page has deleted it
            return shown

    name = file_name(f"run-{number}", visitor.nickname, date.today())
    with st.container(horizontal=True, vertical_alignment="center"):
        _offer_network(run_now, name, visitor)
        download_button(
            tr("Curves as PNG"),
            lambda: curves_picture(run_now(), "png"),
            f"{name}.png",
            key="png_out",
            icon=":material/image:",
        )
    with st.container(key="advanced_downloads"), st.expander(tr("Advanced")):
        with st.container(horizontal=True, vertical_alignment="center"):
            download_button(
                tr("Curves as CSV"),
                lambda: curves_table(run_now()),
                f"{name}.csv",
                key="csv_out",
                icon=":material/table:",
                help=tr("Downloads a table with a line for each step."),
            )
            with st.popover(tr("For other tools"), icon=":material/extension:"):
                _offer_exports(run_now, name, visitor)
        if command := command_of(shown, visitor.signs.now, f"{name}.safetensors"):
            _command(shown, command)


def share_file(visitor: Visitor) -> None:
    """Draw the button that downloads the network that answers as a web page."""
    answerer = answering(visitor)
    title = tr(answerer.shelved.title)
    st.markdown(tr("A web page in which this network reads drawings, without this server or the internet."))
    download_button(
        tr("Take it home"),
        lambda: take_home_page(answerer.reader, title=title, digit_check=pretrained("digit_check")),
        f"{file_name('network', visitor.nickname, date.today())}.html",
        key="share_file",
        icon=":material/home:",
    )


def file_name(of: str, nickname: str, today: date) -> str:
    """Return the beginning of a file's name, with the visitor's nickname and the date if there is a nickname.

    >>> file_name("run-2", "", date(2026, 3, 9)), file_name("run-2", "Ayşe K.", date(2026, 3, 9))
    ('inkling-run-2', 'inkling-ayse-k-run-2-2026-03-09')
    """
    plain = unicodedata.normalize("NFKD", nickname).encode("ascii", "ignore").decode()
    name = "-".join(re.findall("[a-z0-9]+", plain.lower()))
    return f"inkling-{name}-{of}-{today.isoformat()}" if name else f"inkling-{of}"


def _offer_network(run_now: Callable[[], NumberedRun], name: str, visitor: Visitor) -> None:
    """Draw the download buttons for weights, web page and report."""
    download_button(
        tr("Weights"),
        lambda: weights(run_now(), visitor.signs.now),
        f"{name}.safetensors",
        key="weights_out",
        icon=":material/download:",
        help=tr("Downloads a .safetensors file, which you can upload here or open in many libraries."),
    )
    download_button(
        tr("Take it home"),
        lambda: home_page(run_now(), visitor.signs.now),
        f"{name}.html",
        key="home_out",
        icon=":material/home:",
        help=tr("Downloads a web page in which your network reads drawings, even without the internet."),
    )
    download_button(
        tr("Report"),
        lambda: report(run_now(), visitor.digits.now, visitor.nickname),
        f"{name}-report.html",
        key="report_out",
        icon=":material/print:",
        help=tr(
            "Downloads a page to print: settings, curves, confusion matrix, most confident mistakes and your digits."
        ),
    )


def _command(run: NumberedRun, command: str) -> None:
    """Draw the command that trains the same network."""
    st.caption(tr("This command trains the same network without the page:"))
    st.code(command, language=None, wrap_lines=True)
    if isinstance(run.data, DrawingData):  # a command exists only for drawings alone
        st.caption(tr("Its file of signs is the one that you save under *Your drawings*."))
    if run.snapshot.learned.is_set:
        st.caption(tr("Its data set is the file or folder from which the server has it."))
    if run.snapshot.history.learning_rates:
        st.caption(tr("You changed the learning rate during the run, which the command does not repeat."))


def _offer_exports(run_now: Callable[[], NumberedRun], name: str, visitor: Visitor) -> None:
    """Draw a download button for each tool that can run the network."""
    st.caption(tr("In each tool, the network gives the same probabilities, up to rounding."), width=260)
    for tool, about in TOOLS.items():
        download_button(
            tr(about.label),
            partial(_export_of, run_now, tool, name, visitor),
            download_name(tool, name),
            key=f"{tool}_out",
            icon=":material/download:",
            help=tr(about.help),
        )


def _export_of(run_now: Callable[[], NumberedRun], tool: str, name: str, visitor: Visitor) -> bytes:
    return download(_reader_with_facts(run_now(), visitor.signs.now), tool, name)


def weights(run: NumberedRun, signs: DrawingSet) -> bytes:
    """Return the run's network with its facts as the bytes of a .safetensors file; ``signs`` are the visitor's."""
    return dump_model(_reader_with_facts(run, signs))


def home_page(run: NumberedRun, signs: DrawingSet) -> str:
    """Return the run's network as one HTML page to draw on."""
    reader, history = _reader_with_facts(run, signs), run.snapshot.history
    return take_home_page(reader, title=tr(run.title), digit_check=pretrained("digit_check"), history=history)


def _reader_with_facts(run: NumberedRun, signs: DrawingSet) -> Reader:
    """Return the run's network with its facts: data, steps, settings, accuracy, and its origin or command."""
    reader, command = run.snapshot.reader, command_of(run, signs)
    reader.facts = facts_of(run.snapshot)
    if run.origin is not None:
        reader.facts["origin"] = run.origin.name
    if command is not None:
        reader.facts["command"] = command
    return reader


def command_of(run: NumberedRun, signs: DrawingSet, out: str = "run.safetensors") -> str | None:
    """Return the command that trains the same network; None if there is none, as for a run that began with another."""
    return command_line(run.snapshot.settings, run.data, signs, out) if run.origin is None else None


def curves_table(run: NumberedRun) -> str:
    """Return the run's curves as CSV."""
    return curves_csv(run.snapshot.history, run.snapshot.settings.learning_rate)
