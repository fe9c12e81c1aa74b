"""How a visitor of the page is found again."""

import re

import pytest
import streamlit as st

from mlp.page.visitors.session import VANISHED, cookie_name
from tests.page.sight import visitor_of


def test_a_browser_that_has_the_server_s_caches_cleared_takes_nobody_s_run(page):
    visitor = visitor_of(page)
    page.button(key="step").click().run()
    job = visitor.job
    # Streamlit does this for everybody as soon as any browser sends the message "clear_cache".
    st.cache_data.clear()
    st.cache_resource.clear()
    page.run()
    assert visitor_of(page) is visitor
    assert visitor.job is job


def test_the_cookie_holds_the_id_alone_and_is_for_this_site_only(page):
    scripts = [element.proto.body for element in page.main if element.type == "html"]
    cookie, old = (found for body in scripts for found in re.findall(r'document\.cookie = "([^"]*)"', body))
    assert cookie == f"inkling_visitor_8501={visitor_of(page).id}; path=/; max-age=604800"
    assert old == "inkling_visitor=; path=/; max-age=0; SameSite=Strict"


def test_a_visitor_whose_runs_vanished_with_the_disk_is_told(page, open_page, monkeypatch):
    page.button(key="step").click().run()
    scripts = " ".join(element.proto.body for element in page.main if element.type == "html")
    assert 'document.cookie = "inkling_visitor_8501_runs=1; ' in scripts
    gone = {"inkling_visitor_8501": "x" * 32, "inkling_visitor_8501_runs": "1"}
    for cookies, told in ((gone, True), ({"inkling_visitor_8501": "y" * 32}, False)):
        monkeypatch.setattr(type(st.context), "cookies", cookies)
        assert (VANISHED in " ".join(element.value for element in open_page().warning)) == told


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
def test_each_server_of_a_host_has_a_cookie_of_its_own(url, name):
    assert cookie_name(url) == name


def test_two_tabs_of_one_visitor_share_the_run_and_a_stranger_has_none(page, open_page):
    page.button(key="step").click().run()
    other_tab, stranger = open_page(visitor=page), open_page()
    assert visitor_of(other_tab).job is visitor_of(page).job
    assert visitor_of(stranger).job is None
    assert visitor_of(stranger).id != visitor_of(page).id


def test_a_button_drawn_for_another_tabs_last_run_leaves_its_new_one_alone(page, open_page):
    page.button(key="train").click().run()
    other_tab = open_page(visitor=page)
    assert other_tab.button(key="pause").label == "Pause"
    page.button(key="train").click().run()
    other_tab.button(key="pause").click().run()
    assert visitor_of(page).job.playing
    assert other_tab.button(key="pause").label == "Pause"  # now that of the new one
    other_tab.button(key="pause").click().run()
    assert not visitor_of(page).job.playing
