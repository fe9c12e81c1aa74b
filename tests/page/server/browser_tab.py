"""A browser's tab without browser and server: messages to a Streamlit session, as a browser sends them."""

import asyncio
import threading
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner.script_cache import ScriptCache

WAIT_S = 20


class BrowserTab:
    """A page whose controls are used by messages.

    Parameters
    ----------
    script : Path
        The page's script.
    """

    def __init__(self, script: Path) -> None:
        files = MemoryUploadedFileManager("")
        self._session = AppSession(ScriptData(str(script), is_hello=False), files, ScriptCache(), None, {})
        self._drawn: dict[str, tuple[str, str]] = {}  # by key: a control's id, and that of its fragment

    async def press(self, name: str | None = None) -> None:
        """Press a button, or open the page."""
        await self.send(*[WidgetState(id=self.id_of(name), trigger_value=True)] if name is not None else [])

    def id_of(self, key: str) -> str:
        """Return the id of a control that has been drawn."""
        self._take()
        return self._drawn[key][0]

    def fragment_of(self, key: str) -> str:
        """Return the id of the fragment that has drawn a control."""
        self._take()
        return self._drawn[key][1]

    async def send(self, *states: WidgetState, fragment: str = "") -> None:
        """Send the states of controls, and request the page, or one fragment of it."""
        message = BackMsg()
        message.rerun_script.fragment_id = fragment
        message.rerun_script.widget_states.widgets.extend(states)
        self._session.handle_backmsg(message)
        await asyncio.sleep(0)

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

    def _take(self) -> None:
        """Record the controls in received messages, as a browser does."""
        for message in self._session.flush_browser_queue():
            element = message.delta.new_element
            kind = element.WhichOneof("type")
            identifier = getattr(getattr(element, kind), "id", "") if kind is not None else ""
            if identifier.startswith("$$ID-"):
                self._drawn[identifier.split("-", 2)[2]] = identifier, message.delta.fragment_id
