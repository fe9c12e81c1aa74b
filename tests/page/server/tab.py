"""A tab without browser and server: messages to a Streamlit session, as a browser sends them."""

import asyncio
import threading
from pathlib import Path
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner.script_cache import ScriptCache

WAIT_S = 20


class Tab:
    """A page whose controls are used by messages.

    Parameters
    ----------
    script : Path
        Of the page.
    """

    def __init__(self, script: Path) -> None:
        files = MemoryUploadedFileManager("")
        self._session = AppSession(ScriptData(str(script), is_hello=False), files, ScriptCache(), None, {})

    async def press(self, name: str | None = None) -> None:
        """Press a button, or open the page."""
        await self.send(*[WidgetState(id=self.id_of(name), trigger_value=True)] if name is not None else [])

    def id_of(self, key: str) -> str:
        """Return the id of a control that has been drawn."""
        identifier: str = self._session._session_state._key_id_mapper.get_id_from_key(key)
        return identifier

    def value_of(self, key: str) -> Any:
        """Return the server's value of a control that has been drawn."""
        return self._session._session_state[key]

    def fragment_of(self, key: str) -> str:
        """Return the id of the fragment that has drawn a control."""
        fragment = self._session._session_state._new_widget_state.widget_metadata[self.id_of(key)].fragment_id
        assert fragment is not None
        return fragment

    async def send(
        self,
        *states: WidgetState,
        fragment: str = "",
        by_timer: bool = False,
        query: str = "",
        by_history: bool = False,
    ) -> None:
        """Send the address and the states of controls, and request the page, or one fragment of it."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.is_history_navigation = by_history
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = by_timer
        message.rerun_script.widget_states.widgets.extend(states)
        self._session.handle_backmsg(message)
        await asyncio.sleep(0)

    def addresses(self) -> list[str]:
        """Return the queries of the addresses that the server has sent since the last call."""
        messages = self._session._browser_queue.flush()
        return [each.page_info_changed.query_string for each in messages if each.HasField("page_info_changed")]

    async def drawn(self) -> None:
        """Wait until no script runs; its last message goes to the event loop."""
        for thread in threading.enumerate():
            if thread.name == "ScriptRunner.scriptThread":
                await asyncio.to_thread(thread.join, WAIT_S)
        await asyncio.sleep(0)

    async def close(self) -> None:
        """Wait for the script, then leave."""
        await self.drawn()
        self._session.shutdown()
        await asyncio.sleep(0)
