"""A returning visitor is recognized by a cookie."""

import re

import pytest
import streamlit as st

from mlp.page.visitors.persistence import DiskError
from mlp.page.visitors.registry import Visitors
from mlp.page.visitors.session import GONE, NOT_NOW, cookie_name
from tests.page.sight import visitor_of


def test_clearing_the_servers_caches_loses_no_run(page):
    visitor = visitor_of(page)
    page.button(key="step").click().run()
    job = visitor.job
    # Streamlit does this for everybody as soon as any browser sends the message "clear_cache".
    st.cache_data.clear()
    st.cache_resource.clear()
    page.run()
    assert visitor_of(page) is visitor
    assert visitor.job is job


def test_cookie_holds_only_the_id_and_only_for_this_site(page):
    scripts = [element.proto.body for element in page.main if element.type == "html"]
    (cookie,) = (found for body in scripts for found in re.findall(r'document\.cookie = "([^"]*)"', body))
    assert cookie == f"inkling_visitor_8501={visitor_of(page).id}; path=/; max-age=34560000"


def test_visitor_is_told_that_work_is_gone(page, open_page, monkeypatch):
    page.button(key="step").click().run()
    scripts = " ".join(element.proto.body for element in page.main if element.type == "html")
    assert 'document.cookie = "inkling_visitor_8501_runs=1; ' in scripts
    id_only = {"inkling_visitor_8501": "xxxx-xxxx-xxxx-xxxx"}
    for cookies, message in ((id_only | {"inkling_visitor_8501_runs": "1"}, GONE.format(30)), (id_only, "")):
        monkeypatch.setattr(type(st.context), "cookies", cookies)
        assert " ".join(element.value for element in open_page().warning) == message


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


def test_tabs_of_one_visitor_share_the_run_and_strangers_do_not(page, open_page):
    page.button(key="step").click().run()
    other_tab, stranger = open_page(visitor=page), open_page()
    assert visitor_of(other_tab).job is visitor_of(page).job
    assert visitor_of(stranger).job is None
    assert visitor_of(stranger).id != visitor_of(page).id


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
