"""Draw the answer: the digit, a bar for each class, and the steps from the drawing to the network's input."""

import html
import re
from collections.abc import Sequence
from functools import cache, partial

import numpy as np
import streamlit as st

from mlp.analysis.scores import percent
from mlp.class_names import either, in_words
from mlp.images.input_image import InputImage
from mlp.language import mark, speaks, tr
from mlp.learned import none_of
from mlp.page import state
from mlp.page.draw.networks import Answerer, answering_as, pretrained
from mlp.page.draw.on_canvas import given_html
from mlp.page.draw.reading import Answer, DigitAnswer, desk_answer, true_label
from mlp.page.draw.scene import Scene, legend, network_widget, scene
from mlp.page.draw.takers import Taker, row_of
from mlp.page.live.live_page import LivePage, Parts, this_page
from mlp.page.script.link import hidable
from mlp.page.script.redraw import redrawn, rerun_page
from mlp.page.style.html import live, share_bars
from mlp.page.style.picking import Pick
from mlp.page.style.theme import image_url
from mlp.page.train.speed import note_reading, strip
from mlp.page.visitors.shelf import chosen
from mlp.page.visitors.visitor import Visitor

SENT_PX = 90  # largest side of an image as it is sent to the browser, which shows it smaller
AS_DRAWN, CUT = mark("as drawn"), mark("cut to ink")

LOOK_INSIDE = "Look inside"

hidable("what-it-sees", "What it sees", ".st-key-way_line")


def answer_section(visitor: Visitor, takers: Sequence[Taker]) -> None:
    """Draw the network's picture, the bars, the answer, and the row of the taker that wants the drawing.

    From then on the live channel updates them with each stroke and with a run's newest weights.
    """
    parts, page = answer_anew(visitor), this_page()
    page.register("scene", _picture)

    def draw(name: str, tag: str) -> None:
        st.html(live(name, parts[f"html.{name}"], tag))

    with st.container(key="reads"):
        draw("reads", 'h2 class="ink-status"')
    with st.container(key="network_side", gap=None):
        _network(page.desk.answer.current)
        st.html(legend())
    with st.container(key="answer_side", gap=None):
        with st.container(key="bars"):
            draw("bars", "div")
        with st.container(key="answer_text", gap=None):
            with st.container(key="answer", gap=None):
                draw("answer", 'div class="ink-answer"')
                draw("answer_more", 'div class="ink-answer"')
            with st.container(key="answer_by"):
                # On a phone the train card is out of sight: its number and progress stand here, too, for eyes alone.
                run = live("number", "") + live("progress", "")
                by = live("answer_by", parts["html.answer_by"], 'p class="ink-reader"')
                st.html(f'{by}<div class="ink-run" aria-hidden="true">{run}</div>')
            draw("answer_heard", "p hidden data-say")
    with st.container(key="way_line", gap=None):
        # Apart from the images, so that it stays open when they change.
        st.html(f'<details class="ink-open"><summary>{tr("What it sees")}</summary></details>')
        with st.container(key="model_input"):
            draw("stages", 'div class="ink-stages"')
    _row(visitor, takers)


def read_desk(page: LivePage, visitor: Visitor, answerer: Answerer) -> Answer:
    """Return the network's answer to what is on a page's desk, and note it there and among a run's readings."""
    desk = page.desk
    desk.whole = bool(desk.collected) or not answerer.reader.reads_digits  # a sign may have separate parts
    answer = desk.answer = desk_answer(desk, answerer)
    if answer.unfinished:
        return answer
    digit = answer.current
    image = None if digit.drawing is None else digit.drawing.image.tobytes()
    desk.read_of = image if digit.is_seen else None
    desk.meant = None
    if digit.drawing is not None and answerer.shelved.job is not None:  # whose strip the card has
        desk.meant = true_label(visitor, digit.drawing, answerer.reader)
    if desk.given is not None and digit.drawing is desk.given.image:
        desk.meant = desk.given.label
    step = None if answerer.shelved.job is None else answerer.step
    if image is not None and digit.reading is not None and step is not None:
        note_reading(visitor, image, step, *digit.reading)
    return answer


def answer_anew(visitor: Visitor) -> Parts:
    """Return the parts with the answer of the chosen network, which the live channel sends from now on."""
    source = partial(_parts, visitor, chosen(visitor), state.loan.get())
    parts = source(this_page())
    this_page().register("reading", source)
    return parts


@redrawn("row", lambda visitor, takers: row_of(visitor, takers).on)
def _row(visitor: Visitor, takers: Sequence[Taker]) -> None:
    with st.container(key="correction_row"):
        row_of(visitor, takers).draw()


def _parts(visitor: Visitor, key: str, loan: state.Loan | None, page: LivePage) -> Parts:
    """Return the parts of the page that show the answer, for scripts and the live channel."""
    answers = read_desk(page, visitor, answering_as(visitor, key, loan))
    answer = answers.current
    text, more = _answer_html(answers)
    # Screen readers stay silent while the answer of a playing run changes too often to announce.
    is_silent = answers.unfinished or answer.by.plays
    shares = answer.shares if answer.is_seen and answer.reading is not None else None
    return {
        "html.bars": share_bars(answer.by.reader.names, shares, tr("Probability of each answer")),
        "html.answer": text,
        "html.answer_more": more,
        "html.answer_heard": "" if is_silent else _spoken_answer(answers),
        "html.answer_by": answer.by.caption,
        "html.reads": _reads(answer),
        "html.given": given_html(page.desk),
        "html.stages": _stages(answer.drawing, answer.by),
        "html.strip": strip(visitor, page.desk, answer.by.shelved),
    }


def _picture(page: LivePage) -> Parts:
    picture = _scene(page.desk.answer.current)
    return {"scene": None if picture is None else picture.packed()}


def _reads(answer: DigitAnswer) -> str:
    if answer.drawing is None:
        return tr("The network")
    return tr("The network, reading {image}", image=html.escape(tr(answer.drawing.name)))


def _scene(answer: DigitAnswer) -> Scene | None:
    answerer, drawing = answer.by, answer.drawing
    if drawing is not None:
        return scene(answerer.network, answerer.seen(drawing.image), answer.shares, answerer.reader.names)
    if answerer.shelved.is_shipped and answerer.reader is pretrained(answerer.shelved.key):
        return _at_rest(answerer.shelved.key, speaks())
    return scene(answerer.network, None, names=answerer.reader.names)


@cache
def _at_rest(key: str, _language: str) -> Scene | None:
    """Return the picture of a pretrained network while nothing is drawn, made once for all visitors of a language."""
    return scene(pretrained(key).network, None, names=pretrained(key).names)


def _network(answer: DigitAnswer) -> None:
    picture = _scene(answer)
    if picture is None:
        text = tr("Its weights have grown without limit, so there is nothing to show.")
        st.html(f'<p class="ink-status">{text}</p>')
    else:
        network_widget("stage_network", picture.packed(), [0], _open)


def _open(_pick: Pick) -> None:
    """Open the tab with the whole network."""
    state.requested_tab.set(LOOK_INSIDE)
    state.network_tool.set("look")
    rerun_page()


def _spoken_answer(answers: Answer) -> str:
    """Return the answer for screen readers, as HTML without tags."""
    text, more = (re.sub(r"<[^>]*>", "", part) for part in _answer_html(answers))
    answer = answers.current
    is_read = answer.reading is not None and (answer.is_seen or len(answers.all) > 1)
    return tr("Reads {answer}, {more}.", answer=text, more=more) if is_read else f"{text.rstrip('.')}."


def _answer_html(answers: Answer) -> tuple[str, str]:
    """Return the answer and the text beside it, as HTML."""
    answer = answers.current
    reader = answer.by.reader
    names = html.escape(in_words(answers.collected or reader.names))
    if answer.by.diverged is not None:
        return (
            f'<p class="none">{tr("It blew up")}</p>',
            f"<small>{tr('The steps were too large, and the weights grew without limit.')}</small>",
        )
    if answer.shares is None and answer.drawing is not None:
        unknown = tr("This network has not learned {signs}.", signs=names)
        return f'<p class="none">{tr("I don’t know this one.")}</p>', f"<small>{unknown}</small>"
    if answer.shares is None:
        wants_digit = reader.reads_digits and not answers.collected
        one_of = html.escape(either(answers.collected or reader.names))
        asked = tr("Draw a digit.") if wants_digit else tr("Draw {signs}.", signs=one_of)
        if reader.learned.is_set and not answers.collected:
            given, drawn = mark("Press Give me one, or draw one of these."), mark("Draw one of these.")
            asked = tr(drawn if answer.by.shelved.run is None else given)
        invitation = "" if answers.collected else answer.by.invitation
        empty = f'<span class="ink-unseen">{tr("Nothing drawn yet.")} </span>'
        reads = tr("I read it while you draw.") if answer.is_seen else ""
        return f'<p class="none ink-empty">{empty}{invitation or asked}</p>', f"<small>{reads}</small>"
    if answer.reading is None:
        return (
            f'<p class="none">{tr("No answer")}</p>',
            f"<small>{tr('This network’s weights have grown without limit.')}</small>",
        )
    if len(answers.all) > 1:
        return _several(answers)
    if not answer.is_seen:
        words, more = map(html.escape, none_of(reader.learned))
        door = f'<button type="button" class="ink-door">{tr("Teach me!")}</button>' * reader.reads_digits
        return f'<p class="none">{words}</p>', f"<small>{more}</small>{door}"
    place, share = answer.reading
    name = reader.names[place]
    kind = "digit" if name.isdigit() else "digit letters"
    return (
        f'<p class="{kind}" style="--letters:{len(name)}">{html.escape(name)}</p>',
        f"<small>{tr('{share} sure', share=percent(share))}</small>",
    )


def _several(answers: Answer) -> tuple[str, str]:
    """Return the digits of a drawing as buttons, and the text beside the chosen one, as HTML."""
    names = [html.escape(each.text or "?") for each in answers.all]
    buttons = "".join(
        f'<button type="button" data-choose="{place}" aria-pressed="{str(place == answers.chosen).lower()}" '
        f'title="{tr("Show this digit")}">{name}</button>'
        for place, name in enumerate(names)
    )
    answer = answers.current
    is_digit = answer.reading is not None and answer.is_seen
    text = tr("{share} sure", share=percent(answer.reading.share)) if is_digit and answer.reading else tr("no digit")
    return (
        f'<p class="digit several" style="--n:{len(names)}">{buttons}</p>',
        f"<small>{tr('the {digit}: {answer}', digit=names[answers.chosen], answer=text)}</small>",
    )


def _stages(drawing: InputImage | None, answerer: Answerer) -> str:
    image = np.zeros((28, 28), np.uint8) if drawing is None else drawing.image
    if drawing is None:
        shown = [(name, np.zeros((28, 28), np.uint8)) for name in (AS_DRAWN, CUT, "20 × 20", "28 × 28")]
    elif drawing.stages is None:
        shown = [("28 × 28", drawing.image)]
    else:
        first, second = (AS_DRAWN, drawing.pixels), (CUT, drawing.stages.cut)
        if drawing.thumbnail is not None:
            first, second = (mark("as uploaded"), drawing.thumbnail), (mark("its ink"), drawing.pixels)
        shown = [first, second, ("20 × 20", drawing.stages.fitted), ("28 × 28", drawing.image)]
    if answerer.reader.straighten:
        shown.append((mark("upright"), answerer.seen(image)))
    figures = []
    for name, pixels in shown:
        every = -(-max(pixels.shape[:2]) // SENT_PX)
        url = image_url(pixels[::every, ::every])
        figures.append(
            f'<figure><img src="{url}" alt="{tr("the drawing {stage}", stage=tr(name))}">'
            f"<figcaption>{tr(name)}</figcaption></figure>"
        )
    return "<span>→</span>".join(figures)
