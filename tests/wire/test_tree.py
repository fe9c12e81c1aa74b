"""The tree of a page's elements detects elements that a browser cannot draw."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.wire.tree import Tree


def begun(run: str, *fragments: str) -> ForwardMsg:
    message = ForwardMsg()
    message.new_session.name = "page"
    message.metadata.run.script_run_id = run
    message.metadata.run.fragment_ids.extend(fragments)
    return message


def drawn(*path: int, block: bool = False, fragment: str = "") -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.extend(path)
    message.delta.fragment_id = fragment
    if block:
        message.delta.add_block.allow_empty = True
    else:
        message.delta.new_element.text.body = "text"
    return message


def ended(run: str, *fragments: str) -> ForwardMsg:
    message = ForwardMsg()
    message.script_finished = (
        ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY if fragments else ForwardMsg.FINISHED_SUCCESSFULLY
    )
    message.metadata.run.script_run_id = run
    message.metadata.run.fragment_ids.extend(fragments)
    return message


@pytest.fixture
def tree() -> Tree:
    """A text, and a container with two texts in a fragment."""
    tree = Tree()
    for message in (
        begun("one"),
        drawn(0, 0),
        drawn(0, 1, block=True, fragment="watch"),
        drawn(0, 1, 0, fragment="watch"),
        drawn(0, 1, 1, fragment="watch"),
        ended("one"),
    ):
        tree.take(message)
    return tree


@pytest.mark.parametrize("path", [(0, 3), (0, 1, 3), (0, 2, 0), (0, 0, 0)])
def test_missing_place_is_an_error(tree: Tree, path: tuple[int, ...]):
    with pytest.raises(LookupError, match="at "):
        tree.take(drawn(*path))


def test_elements_not_redrawn_by_a_page_run_disappear(tree: Tree):
    for message in (begun("two"), drawn(0, 0), ended("two")):
        tree.take(message)
    assert len(tree.roots[0].children) == 1


def test_fragment_run_removes_only_its_own_elements(tree: Tree):
    redrawn = drawn(0, 1, block=True, fragment="watch"), drawn(0, 1, 0, fragment="watch")
    for message in (begun("two", "watch"), *redrawn, ended("two", "watch")):
        tree.take(message)
    assert [len(tree.roots[0].children), len(tree.roots[0].children[1].children)] == [2, 1]
