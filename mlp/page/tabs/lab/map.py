"""Map: the test digits and the drawing as dots, laid out by the network's last hidden layer."""

import html
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from mlp.analysis.damage import n_affordable
from mlp.analysis.lab.map import Plane, discriminant_plane, hidden_outputs, nearest_points, steadied
from mlp.analysis.scores import percent
from mlp.images.input_image import with_article
from mlp.images.mnist import Dataset, Split
from mlp.language import mark, tr
from mlp.page.draw.networks import Answerer, answering
from mlp.page.live.live_page import this_page
from mlp.page.session_var import SessionVar
from mlp.page.style.html import pictures
from mlp.page.style.picking import GalleryPicture, gallery
from mlp.page.style.theme import image_url
from mlp.page.tabs.lab.dots import pickable_dots
from mlp.page.tabs.places import look_inside
from mlp.page.visitors.analysis_budget import within_budget
from mlp.page.visitors.visitor import Visitor

_lab_dot = SessionVar[int | None]("lab_dot", None)
"""The number of the test digit whose dot was picked."""
_lab_places = SessionVar[Any]("lab_places", None)
"""The last places of all dots."""


IDEA = mark(
    "Each dot is an image, at the place that the network’s last hidden layer gives it, seen from the side that "
    "separates the answers best. Dots close together are often alike to the network. Your drawing is the large dot."
)
QUESTIONS = (
    (
        mark("Which digits overlap on the map? Do they look alike to you?"),
        mark(
            "Press a few dots where colors mix. Some pairs look alike, such as 4 and 9: they are among the closest "
            "pairs, on the map and in the layer itself. Others overlap only because the map is flat."
        ),
    ),
    (
        mark("Watch the map while a network trains. What happens in the first epoch?"),
        mark(
            "The clouds overlap at first. Then they come apart, and each digit gathers in its own place. The last "
            "layer can only cut with straight planes, so the layers before it have to pull the digits apart."
        ),
    ),
    (
        mark("Two dots overlap. Does the network take their digits to be the same?"),
        mark(
            "Not always. The layer has as many directions as neurons, and the map shows the two that separate the "
            "digits best. Dots that overlap here may be far apart in another direction."
        ),
    ),
)
FITTED_ON = mark(
    "{caption}, with {n:,} {nouns}. The two directions were fitted on {fitted:,} training images. They show "
    "{share:.0%} of what separates the answers in the last hidden layer’s {outputs:,} outputs."
)
NEAREST = 5
FITTED = 3000
"""Training images that the directions are found with."""
MARGIN = 1.05  # between the outermost dots and the map's border


class Layout(NamedTuple):
    """A map of the last hidden layer: its outputs for the test images, and the dots' places, −1 to 1 after `scaled`."""

    plane: Plane
    points: np.ndarray
    where: np.ndarray

    def scaled(self, where: np.ndarray) -> np.ndarray:
        """Return positions on the plane as positions on the picture, which all dots fill."""
        low, high = self.where.min(axis=0), self.where.max(axis=0)
        scaled: np.ndarray = (where - (low + high) / 2) / (np.maximum(high - low, 1e-12) / 2 * MARGIN)
        return scaled


def view(visitor: Visitor, data: Dataset) -> None:
    """Draw the map, with the digits nearest to the drawing or the chosen one beside it."""
    answerer = answering(visitor)
    network, learned, names = answerer.network, answerer.reader.learned, answerer.reader.names
    test, drawing = data.test, this_page().desk.digit
    n = n_affordable(network, len(test.labels))
    fitted = Split(data.train.images[:FITTED], data.train.labels[:FITTED])
    layout = within_budget("lab_map", (network, test, n), lambda: _layout(answerer, test, n, fitted), plays=False)
    mine = None if drawing is None else hidden_outputs(network, answerer.seen(drawing.image).reshape(1, -1))[0]
    chosen = _lab_dot.get()
    chosen = chosen if chosen is not None and chosen < n else None
    noun, nouns = map(tr, data.noun("test"))
    text = tr(
        FITTED_ON,
        caption=answerer.caption,
        n=n,
        nouns=nouns,
        fitted=len(fitted.labels),
        share=layout.plane.share,
        outputs=network.layer_sizes[-2],
    )
    st.html(f'<p class="ink-note">{text}</p>')
    left, right = st.columns([3, 2], gap="medium")
    with left:
        text = tr("A map of {n:,} {nouns} as dots, colored by the truth", n=n, nouns=nouns)
        place = None if mine is None else layout.scaled(layout.plane.places(mine[None]))[0]
        pickable_dots(layout.scaled(layout.where), test.labels[:n], place, chosen, text, _lab_dot.set, names)
    with right:
        if chosen is not None:
            _one(answerer, test, chosen, noun)
        elif drawing is None:
            digit = mark("Draw a digit to see its place, or press a dot.")
            sign = mark("Draw a sign to see its place, or press a dot.")
            image = mark("Draw one of them to see its place, or press a dot.")
            st.html(f'<p class="ink-note">{tr(learned.of(digit, sign, image))}</p>')
        if mine is not None:
            heading = tr("Nearest to your drawing")
            st.html(f"<h3>{heading}</h3>")
            nearest = nearest_points(layout.points, mine, NEAREST).tolist()
            gallery([_near(answerer, test, number, noun) for number in nearest], _lab_dot.set)


def _layout(answerer: Answerer, test: Split, n: int, fitted: Split) -> Layout:
    plane = discriminant_plane(hidden_outputs(answerer.network, answerer.reader.as_seen(fitted.images)), fitted.labels)
    points = hidden_outputs(answerer.network, answerer.reader.as_seen(test.images[:n]))
    before = _lab_places.get()
    if before is not None and len(before) == n:
        plane = steadied(plane, points, before)
    where = plane.places(points)
    _lab_places.set(where)
    return Layout(plane, points, where)


def _near(answerer: Answerer, test: Split, number: int, noun: str) -> GalleryPicture:
    label = int(test.labels[number])
    read = int(answerer.reader.predict(test.images[number : number + 1])[0])
    names = answerer.reader.names
    name = tr(
        "{noun} no. {number:,}: {thing}, read as {answer}",
        noun=noun,
        number=number,
        thing=with_article(names[label]),
        answer=names[read],
    )
    caption = f"<b>{html.escape(names[label])}</b>"
    return GalleryPicture(number, image_url(test.images[number].reshape(28, 28)), name, caption)


def _one(answerer: Answerer, test: Split, number: int, noun: str) -> None:
    """Draw the chosen digit, and the way to the pixels that spoke for its answer."""
    image, names = test.images[number], answerer.reader.names
    chances = answerer.reader.predict_proba(image[None])[0]
    read = int(chances.argmax())
    text = tr("read as <b>{answer}</b>, {share}", answer=html.escape(names[read]), share=percent(float(chances[read])))
    thing = with_article(names[test.labels[number]])
    title = tr("{noun} no. {number:,}, {thing}", noun=f"{noun[0].upper()}{noun[1:]}", number=number, thing=thing)
    st.html(pictures([(image_url(image.reshape(28, 28)), html.escape(title), text)]))
    with st.container(horizontal=True):
        st.button(tr("Look inside"), key="lab_look_inside", on_click=look_inside, args=("test", number))
        st.button(tr("Close it"), key="lab_put_back", on_click=_lab_dot.set, args=(None,))
