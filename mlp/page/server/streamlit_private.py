"""Streamlit's private names that the page uses, and whether Streamlit still has them unchanged.

Replaced functions have a digest of their source in the tested release. If a release lacks a name of a repair, or has
changed the source of a replaced function, the page skips that repair.
"""

import hashlib
import importlib
import inspect
from collections.abc import Mapping
from typing import Any

PRIVATE: Mapping[str, Mapping[str, str | None]] = {
    "widget_states": {
        "streamlit.runtime.state.session_state:WStates.__getitem__": "d121d4c8594e5b4d",
        "streamlit.runtime.state.session_state:WStates.set_widget_from_proto": "a10eed07795c2ed2",
        "streamlit.runtime.state.common:WidgetMetadata": None,
        "streamlit.runtime.state.session_state:Serialized": None,
        "streamlit.runtime.state.session_state:Value": None,
        "streamlit.proto.WidgetStates_pb2:WidgetState": None,
    },
    "button_presses": {
        "streamlit.runtime.scriptrunner_utils.script_requests:_coalesce_widget_states": "b2f3775c99ff1694",
        "streamlit.runtime.scriptrunner:ScriptRunner._maybe_handle_execution_control_request": "5bae9b98a9044a8a",
        "streamlit.runtime.state:SafeSessionState.on_script_will_rerun": "61c14e58f2181666",
        "streamlit.runtime.scriptrunner:ScriptRunner._is_in_script_thread": None,
        "streamlit.runtime.scriptrunner_utils.script_run_context:RunLocation.CALLBACK": None,
        "streamlit.runtime.scriptrunner_utils.script_run_context:ThreadState": None,
        "streamlit.runtime.state:SafeSessionState._lock": None,
        "streamlit.runtime.state:SafeSessionState._state": None,
        "streamlit.proto.WidgetStates_pb2:WidgetState": None,
        "streamlit.proto.WidgetStates_pb2:WidgetStates": None,
    },
    "message_queue": {
        "streamlit.runtime.forward_msg_queue:ForwardMsgQueue.clear": "08d22c7db31b85d4",
        "streamlit.runtime.forward_msg_queue:ForwardMsgQueue._queue": None,
        "streamlit.runtime.forward_msg_queue:ForwardMsgQueue._delta_index_map": None,
    },
    "last_messages": {
        "streamlit.runtime.app_session:AppSession._create_scriptrunner": "1529b64dc24cab50",
        "streamlit.runtime.app_session:AppSession._scriptrunner": None,
        "streamlit.runtime.app_session:AppSession._event_loop": None,
        "streamlit.runtime.app_session:AppSession._state": None,
        "streamlit.runtime.app_session:AppSessionState.SHUTDOWN_REQUESTED": None,
    },
    "send_queue": {
        "streamlit.web.server.starlette.starlette_websocket:WEBSOCKET_MAX_SEND_QUEUE_SIZE": None,
    },
}
"""By repair: names as ``module:name``, each with a digest of its source if the repair replaces it."""

ELSEWHERE: Mapping[str, str | None] = {
    "streamlit.runtime:exists": None,
    "streamlit.runtime:get_instance": None,
    "streamlit.runtime.memory_uploaded_file_manager:MemoryUploadedFileManager": None,
    "streamlit.runtime.uploaded_file_manager:UploadedFileRec": None,
    "streamlit.runtime.uploaded_file_manager:UploadFileUrlInfo": None,
    "streamlit.runtime.websocket_session_manager:WebsocketSessionManager.disconnect_session": "89280f8176239b3c",
    "streamlit.runtime.scriptrunner:get_script_run_ctx": None,
    "streamlit.runtime.scriptrunner_utils.script_run_context:FragmentThreadState.active_script_hash": None,
    "streamlit.runtime.scriptrunner_utils.script_run_context:ThreadState.scoped": None,
    "streamlit.proto.BackMsg_pb2:BackMsg": None,
    "streamlit.delta_generator:DeltaGenerator": None,
    "streamlit.delta_generator_singletons:context_dg_stack": None,
    "streamlit.delta_generator_singletons:get_default_dg_stack_value": None,
}
"""Names that the page uses outside of repairs."""


def unlike(names: Mapping[str, str | None]) -> str | None:
    """Return how Streamlit differs in these names from the tested release, as part of a sentence; None if it does not.

    Examples
    --------
    >>> unlike({"streamlit.runtime:exists": None})
    >>> unlike({"streamlit.runtime:exits": None, "streamlit.runtime:exists": "1"})
    'it lacks streamlit.runtime:exits and has other code in streamlit.runtime:exists'
    """
    lacking = [name for name in names if not _is_there(name)]
    other = [name for name, known in names.items() if known and name not in lacking and digest(name) != known]
    differences = [f"lacks {', '.join(lacking)}"] * bool(lacking) + [f"has other code in {', '.join(other)}"] * bool(
        other
    )
    return f"it {' and '.join(differences)}" if differences else None


def digest(name: str) -> str:
    """Return a digest of the source of a function."""
    return hashlib.sha256(inspect.getsource(_found(name)).encode()).hexdigest()[:16]


def _found(name: str) -> Any:
    module, _, path = name.partition(":")
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found


def _is_there(name: str) -> bool:
    """Whether Streamlit has a name; attributes of objects are searched in the source of their class."""
    try:
        _found(name)
    except ImportError:
        return False
    except AttributeError:
        owner, _, attribute = name.rpartition(".")
        return ":" in owner and _is_there(owner) and f"self.{attribute}" in inspect.getsource(_found(owner))
    return True
