"""How a visitor of the page is found again."""

import re

import streamlit as st

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
    (cookie,) = [found[1] for body in scripts if (found := re.search(r'document\.cookie = "([^"]*)"', body))]
    assert cookie == f"inkling_visitor={visitor_of(page).id}; path=/; max-age=604800; SameSite=Strict"


def test_two_tabs_of_one_visitor_share_the_run_and_a_stranger_has_none(page, open_page):
    page.button(key="step").click().run()
    other_tab, stranger = open_page(visitor=page), open_page()
    assert visitor_of(other_tab).job is visitor_of(page).job
    assert visitor_of(stranger).job is None
    assert visitor_of(stranger).id != visitor_of(page).id
