"""Bring the address in the browser to what the page shows, in one go and although an older one is still on its way.

A browser writes into its address what is chosen. A script that changes the address sends it as a whole, with all that
was chosen when the script began, and Streamlit 1.67 does so at every change. A starting point of twelve settings was
twelve steps for the button *Back*. And where something else was chosen before the address arrived, it went back to what
was chosen before, as did whoever reloaded the page or copied its link.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.state.query_params import QueryParams, _coerce_value_for_query_url
from streamlit.runtime.state.session_state import SessionState


@dataclass
class _Address:
    """What the server knows of a browser's address."""

    told: str | None = None
    """The query that it sent last."""
    due: bool = False
    """Whether a script has changed the query since."""
    own: dict[str, str | list[str]] = field(default_factory=dict)
    """The part of the query that no control stands for, as the server changed it last."""


def install() -> None:
    """Bring the addresses of all sessions up to date from now on."""
    QueryParams._send_query_param_msg = _note  # type: ignore[assignment,method-assign]
    SessionState.on_script_will_rerun = _with_own(SessionState.on_script_will_rerun)  # type: ignore[method-assign]
    SessionState.on_script_finished = _then_told(SessionState.on_script_finished)  # type: ignore[method-assign]


def _address(query: QueryParams) -> _Address:
    address: _Address = vars(query).setdefault("_address", _Address())
    return address


def _note(query: QueryParams) -> None:
    """Note a change of the query, which is sent when the script has ended."""
    context = get_script_run_ctx()
    if context is None:
        return
    context.query_string = urlencode(query._query_params, doseq=True)  # what a rerun begins with
    address = _address(query)
    address.due = True
    address.own = {name: value for name, value in query._query_params.items() if not query.is_bound(name)}


def _with_own(begin: Callable[..., None]) -> Callable[..., None]:
    """Let a script begin with the server's own part of the query as it was changed last, not as the browser has it."""

    def on_script_will_rerun(session_state: SessionState, *rest: Any, **named: Any) -> None:
        context = get_script_run_ctx()
        query = session_state.query_params
        if context is not None and context.is_history_navigation:
            vars(query).pop("_address", None)
        elif _address(query).due or _address(query).told is not None:
            own = {name: value for name, value in _address(query).own.items() if not query.is_bound(name)}
            here = {name: value for name, value in query._query_params.items() if query.is_bound(name) or name in own}
            query._query_params = here | own
        begin(session_state, *rest, **named)

    return on_script_will_rerun


def _then_told(finish: Callable[..., None]) -> Callable[..., None]:
    """Send the query after a script, unless it is what the browser has, and what it was told last.

    A browser may have what it was told although its controls are elsewhere: it was told late.
    """

    def on_script_finished(
        session_state: SessionState, widget_ids: frozenset[str], *, remove_stale_widgets: bool = True
    ) -> None:
        finish(session_state, widget_ids, remove_stale_widgets=remove_stale_widgets)
        context = get_script_run_ctx()
        if context is None or not remove_stale_widgets:
            return  # where controls may be missing, another script comes
        query = session_state.query_params
        address = _address(query)
        if not address.due and address.told is None:
            return
        _take_values(query, session_state)
        now = urlencode(query._query_params, doseq=True)
        if address.due or address.told not in (now, None) or context.query_string != now:
            _tell(context, now)
            address.told, address.due = now, False

    return on_script_finished


def _take_values(query: QueryParams, session_state: SessionState) -> None:
    """Write into the query what its controls are at; a control at its default is not in it."""
    for name, binding in query._bindings_by_param.items():
        with suppress(KeyError):  # a control that is not there any more
            metadata = session_state._new_widget_state.widget_metadata[binding.widget_id]
            value = session_state[binding.widget_id]
            if value == metadata.deserializer(None):
                query.discard_param_no_forward_msg(name)
            else:
                text = _coerce_value_for_query_url(metadata.serializer(value), metadata.value_type)
                query.set_with_no_forward_msg(name, text)


def _tell(context: ScriptRunContext, query: str) -> None:
    message = ForwardMsg()
    message.page_info_changed.query_string = context.query_string = query
    context.enqueue(message)
