"""Settings in links: the positions that a link asks for, and the link to the positions of now."""

from collections.abc import Sequence
from typing import Any

from mlp.class_names import shortened
from mlp.images.stroke_link import strokes_from_text
from mlp.language import mark, tr
from mlp.page import state
from mlp.page.script.link import Query, linked, linked_query, one_of
from mlp.page.settings.controls import chosen_settings, set_controls
from mlp.training.positions import controls, positions_of
from mlp.training.recipes import FIRST, RECIPES, recipe_of
from mlp.training.setting_entry import Setting, format_value

MAX_NAMES = 8


def take_settings() -> None:
    """Set the controls to the positions that the link asks for: its own, or else those of its recipe."""
    recipe = RECIPES.get(linked("recipe") or "")
    if recipe is not None:
        set_controls(recipe.settings)
    for key, control in controls().items():
        if key in linked_query() and (position := position_in(control, linked_query()[key])) is not None:
            state.control(key).set(position)


def position_in(control: Setting, texts: Sequence[str]) -> Any:
    """Return the position of a control that an address writes as ``texts``, or None."""
    if control.kind == "several":
        named = {format_value(position): position for position in control.positions}
        named |= {name.replace("_", " "): position for name, position in named.items()}
        position = [named.get(text) for text in texts if text]
        return position if control.has(position) else None
    text = texts[-1] if texts else ""
    if isinstance(control.positions, range):
        # int() raises above 4,300 digits.
        is_number = text.isascii() and text.isdecimal() and len(text) <= 20
        return int(text) if is_number and int(text) in control.positions else None
    return next((position for position in control.positions if format_value(position) == text), None)


def settings_problems(query: Query) -> list[str]:
    """Return a sentence for each setting, recipe or drawing of a link that breaks its rule.

    >>> print(*settings_problems({"epochs": ["900"], "batch_size": ["64"], "momentum": ["1"]}), sep=chr(10))
    Epochs must be a whole number from 1 to 100, got 900
    Momentum must be one of 0, 0.01, 0.02, … or 0.99, got 1
    """
    problems = []
    for key, control in controls().items():
        if key in query and position_in(control, query[key]) is None:
            problems.append(_problem(control, shortened(query[key])))
    problems += one_of(mark("Recipe"), RECIPES, query["recipe"][-1] if "recipe" in query else None)
    if "drawing" in query:
        try:
            strokes_from_text(query["drawing"][-1])
        except ValueError as error:
            problems.append(tr(error.args[0]))
    return problems


def _problem(control: Setting, given: str) -> str:
    positions = control.positions
    values: dict[str, Any] = {"setting": tr(control.label), "given": given}
    if isinstance(positions, range):
        values |= {"low": positions[0], "high": positions[-1], "step": positions.step}
        if positions.step == 1:
            return tr("{setting} must be a whole number from {low} to {high}, got {given}", **values)
        return tr("{setting} must be a multiple of {step} from {low} to {high}, got {given}", **values)
    names = [format_value(position) for position in positions]
    if len(names) > MAX_NAMES:
        names[3:] = [tr("… or {last}", last=names[-1])]
    values["names"] = ", ".join(names)
    if control.kind == "several":
        return tr("{setting} must be some, but not all, of {names}, got {given}", **values)
    return tr("{setting} must be one of {names}, got {given}", **values)


def settings_query() -> Query:
    """Return the settings' part of the address: the recipe, and every position that is not the default."""
    settings, known = chosen_settings(), controls()
    recipe = recipe_of(settings)
    query = {} if recipe in (None, FIRST) else {"recipe": [recipe]}
    for key, position in positions_of(settings).items():
        if position != known[key].first_position:
            query[key] = [format_value(each) for each in (position if known[key].kind == "several" else [position])]
    return query
