"""A returning visitor is recognized by a cookie."""

import re

import pytest
import streamlit as st

from mlp.page.visitors.persistence import DiskError
from mlp.page.visitors.registry import Visitors
from mlp.page.visitors.session import NOT_NOW, cookie_name
from tests.page.sight import text, visitor_of


def test_cookie_holds_only_the_id_and_follows_only_a_valid_one(open_page, monkeypatch):
    for opened, known in (("xxxx-xxxx-xxxx-xxxx", "xxxx-xxxx-xxxx-xxxx"), ('"); alert(1); ("', "")):
        monkeypatch.setattr(type(st.context), "cookies", {"inkling_visitor_8501": opened})
        page = open_page()
        assert call_of(page, "keepCookie") == f'("inkling_visitor_8501={visitor_of(page).id}", "{known}")'


def call_of(page, function):
    """Return the arguments of a call of a function of `cookie.js`."""
    scripts = " ".join(element.proto.body for element in page.main if element.type == "html")
    (arguments,) = re.findall(rf"<script>inkling\.{function}(.*?);</script>", scripts)
    return arguments


def test_visitor_is_told_if_work_is_kept_in_memory_only_without_an_address(page, monkeypatch):
    monkeypatch.setattr(Visitors, "has_disk", False)
    page.button(key="step").click().run()
    assert "kept only in this server’s memory. Download what you want to keep." in text(page)


def test_tab_opens_again_as_another_visitor_who_is_chosen_or_new(page, open_page):
    page.button(key="step").click().run()
    left, other_tab = visitor_of(page), open_page(visitor=page, epochs="3")
    page.button(key="put_work_away").click().run()
    newcomer = visitor_of(page)
    assert newcomer.id != left.id
    assert call_of(page, "openAs") == f'("inkling_visitor_8501={newcomer.id}", "?")'
    assert visitor_of(other_tab).job is left.job  # until its browser follows the cookie
    other_tab.checkbox(key="remove_sure").check().run()
    other_tab.button(key="remove_all").click().run()
    assert visitor_of(other_tab).id not in (left.id, newcomer.id)
    assert call_of(other_tab, "openAs").endswith('"?epochs=3")')
    back = open_page()
    back.text_input(key="code").input(newcomer.id)
    back.button(key="come_back").click().run()
    assert call_of(back, "openAs") == f'("inkling_visitor_8501={newcomer.id}", "?")'


def test_visitor_whose_work_cannot_be_read_at_present_is_sent_away(page, monkeypatch):
    def fails(self, visitor_id, session_id):
        raise DiskError

    monkeypatch.setattr(Visitors, "get", fails)
    page.run()
    assert [element.value for element in page.warning] == [NOT_NOW]
    assert not page.button


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://localhost:8501/", "inkling_visitor_8501"),
        ("http://localhost:8501/class-a", "inkling_visitor_8501_class-a"),
        ("https://school.example", "inkling_visitor_443"),
        ("http://school.example/ä;=\r\n", "inkling_visitor_80"),
        ("http://school.example:99999/", "inkling_visitor_8501"),
        ("file:///etc", "inkling_visitor_8501"),
        (None, "inkling_visitor_8501"),
    ],
)
def test_each_server_of_a_host_has_its_own_cookie(url, name):
    assert cookie_name(url) == name


def test_outdated_button_leaves_the_new_run_alone(page, open_page):
    page.button(key="train").click().run()
    other_tab = open_page(visitor=page)
    assert other_tab.button(key="pause").label == "Pause"
    page.button(key="train").click().run()
    other_tab.button(key="pause").click().run()
    assert visitor_of(page).job.playing
    assert other_tab.button(key="pause").label == "Pause"  # now that of the new one
    other_tab.button(key="pause").click().run()
    assert not visitor_of(page).job.playing
