"""A page's elements as a browser keeps them; a message for a missing place is an error."""

from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

ROOTS = 4  # the main part, the sidebar, and two that our page leaves empty


@dataclass
class Node:
    """A container, or an element, which has no children.

    Parameters
    ----------
    kind : str
        Kind of container; empty for an element.
    run : str
        The script that drew it last, or something in it.
    fragment : str
        The fragment that it belongs to; empty for none.
    children : list of Node
    """

    kind: str
    run: str
    fragment: str
    children: list["Node"] = field(default_factory=list)


class Tree:
    """The elements that a browser would show.

    Streamlit 1.67's browser part counts the children of each container, and abandons the page if a message's path leads
    past them.
    """

    def __init__(self) -> None:
        self.roots = [Node("root", "", "") for _ in range(ROOTS)]
        self._run = ""

    def take(self, message: ForwardMsg) -> None:
        """Draw the content of a message.

        Raises
        ------
        LookupError
            If a browser could not.
        """
        kind = message.WhichOneof("type")
        ran = message.metadata.run
        if kind == "new_session":
            self._run = ran.script_run_id
        elif kind == "delta":
            self._draw(list(message.metadata.delta_path), message.delta)
        elif kind == "script_finished":
            if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY and self._run == ran.script_run_id:
                for root in self.roots:
                    root.children = [self._kept(child) for child in root.children if child.run == self._run]
            elif message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
                for root in self.roots:
                    self._tidy(root, ran.script_run_id, set(ran.fragment_ids), within=False)

    def _draw(self, path: list[int], delta: Any) -> None:
        place = self.roots[path[0]]
        place.run = self._run
        for depth, index in enumerate(path[1:], 1):
            last = depth == len(path) - 1
            if index > len(place.children) or (not last and index == len(place.children)):
                raise LookupError(f"nothing at {path[: depth + 1]} of {path}: it has {len(place.children)} children")
            if last:
                self._put(place, index, delta)
                return
            place = place.children[index]
            if not place.kind:
                raise LookupError(f"an element, not a container, at {path[: depth + 1]} of {path}")
            place.run = self._run

    def _put(self, place: Node, index: int, delta: Any) -> None:
        kind = "" if delta.WhichOneof("type") != "add_block" else delta.add_block.WhichOneof("type") or "plain"
        node = Node(kind, self._run, delta.fragment_id)
        if index == len(place.children):
            place.children.append(node)
            return
        if kind and place.children[index].kind == kind:
            node.children = place.children[index].children
        place.children[index] = node

    def _kept(self, node: Node) -> Node:
        node.children = [self._kept(child) for child in node.children if child.run == self._run]
        return node

    def _tidy(self, node: Node, run: str, fragments: set[str], *, within: bool) -> None:
        """Drop the elements of redrawn fragments that were not drawn again."""
        kept = []
        for child in node.children:
            if within and child.run != run and (child.kind or child.fragment):
                continue
            if child.kind:
                begins = child.fragment in fragments and child.run == run
                self._tidy(child, run, fragments, within=within or begins)
            kept.append(child)
        node.children = kept
