"""Signing in and out: what begins a session, what ends it, and what one session cannot do."""

from datetime import timedelta
from time import time

import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.tenancy.people.sign_in import begin_reset, set_password
from syndication_assets_tests.content.shop_in_tables import Shop
from syndication_assets_tests.given_settings import give_setting
from syndication_assets_tests.rows import DatabaseRows
from syndication_assets_tests.web.desk import ADDRESS, PASSWORD, Desk

EMAIL = "isla@bakery.example"

pytestmark = pytest.mark.one_server


class Tables(DatabaseRows):
    def __init__(self, url: str) -> None:
        self.url = url
        self.organization_id = str(self.value("select organization_id from tenancy.organizations limit 1"))


@pytest.fixture
def tables(desk: Desk) -> Tables:
    return Tables(desk.url)


@pytest.fixture
def isla(desk: Desk, tables: Tables) -> str:
    """A member with a password, and an owner beside her."""
    desk.person("olga@bakery.example", "owner", tables.organization_id)
    return desk.person(EMAIL, "editor", tables.organization_id)


def test_without_a_session_every_page_leads_to_signing_in_and_back(desk: Desk, isla: str):
    browser = desk.browser()
    response = browser.client.get("/calendar", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in?to=/calendar")
    assert "Calendar" in browser.sign_in(EMAIL, to="/calendar")
    assert browser.path == "/inbox"


def test_a_wrong_password_says_no_more_than_an_unknown_address_or_a_locked_account(desk: Desk, isla: str):
    browser = desk.browser()
    pages = {browser.sign_in(email, "wrong words here", status=403) for email in (EMAIL, "nobody@bakery.example")}
    pages |= {browser.sign_in(EMAIL, "wrong words here", status=403) for _ in range(4)}
    pages.add(browser.sign_in(EMAIL, PASSWORD, status=403))
    assert len(pages) == 1


def test_one_address_may_not_try_for_ever(desk: Desk, isla: str):
    browser = desk.browser()
    for number in range(10):
        browser.sign_in(f"guess-{number}@bakery.example", status=403)
    assert "wait a minute" in browser.sign_in(EMAIL, status=429)


def test_each_signing_in_begins_a_session_of_its_own_and_ends_the_one_before(desk: Desk, isla: str, tables: Tables):
    browser = desk.browser()
    browser.client.cookies.set("session", "ses_planted")
    browser.sign_in(EMAIL)
    first = browser.client.cookies.get("session", domain="127.0.0.1")
    assert first not in (None, "ses_planted")
    browser.sign_in(EMAIL)
    assert browser.client.cookies.get("session", domain="127.0.0.1") != first
    assert tables.rows("select ended_at is null from tenancy.web_sessions order by started_at") == [(False,), (True,)]
    other = desk.browser()
    other.client.cookies.set("session", str(first))
    assert other.path == "/sign-in"


def test_a_wrong_password_leaves_the_session_that_the_browser_has(desk: Desk, isla: str):
    browser = desk.browser()
    browser.sign_in(EMAIL)
    browser.sign_in(EMAIL, "wrong words here", status=403)
    assert browser.path == "/inbox"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(desk: Desk, isla: str):
    browser = desk.browser()
    fields = {"email": EMAIL, "password": PASSWORD, "to": "/"}
    response = browser.client.post("/sign-in", data=fields, headers={"Origin": ADDRESS}, follow_redirects=False)
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


@pytest.mark.parametrize(
    "ending",
    [
        "update tenancy.web_sessions set expires_at = now(), started_at = now() - interval '1 day'",
        "update tenancy.web_sessions set last_used_at = now() - interval '3 hours'",
        "update tenancy.users set is_active = false where email = 'isla@bakery.example'",
    ],
)
def test_a_session_ends_by_its_age_by_not_being_used_and_with_its_user(
    desk: Desk, isla: str, tables: Tables, ending: str
):
    browser = desk.browser()
    browser.sign_in(EMAIL)
    assert browser.path == "/inbox"
    tables.execute(ending)
    assert browser.path == "/sign-in"


def test_signing_out_ends_the_session_on_the_server(desk: Desk, isla: str):
    browser = desk.browser()
    browser.sign_in(EMAIL)
    token = str(browser.client.cookies.get("session", domain="127.0.0.1"))
    browser.post("/sign-out")
    assert browser.path == "/sign-in"
    browser.client.cookies.set("session", token)
    assert browser.path == "/sign-in"


def test_a_new_password_ends_the_sessions_of_the_user(desk: Desk, isla: str):
    browser = desk.browser()
    browser.sign_in(EMAIL)
    with transaction(desk.url) as connection:
        set_password(connection, begin_reset(connection, isla), "another long password")
    assert browser.path == "/sign-in"


def test_a_page_of_another_site_signs_nobody_in(desk: Desk, isla: str):
    """Whoever is signed in to somebody else's account unknowingly tells it what they write."""
    fields = {"email": EMAIL, "password": PASSWORD, "to": "/"}
    token = desk.link(isla)
    for origin in ("https://elsewhere.example", "null", None):
        headers = {} if origin is None else {"Origin": origin}
        for path in ("/sign-in", f"/sign-in/{token}", "/sign-out"):
            browser = desk.browser()
            response = browser.client.post(path, data=fields, headers=headers)
            assert (response.status_code, "set-cookie" in response.headers) == (403, False)
    browser = desk.browser()
    browser.open_link(token)  # the control: none of them has used it up
    assert browser.path == "/inbox"


def test_a_link_signs_in_once_and_not_by_being_looked_at(desk: Desk, isla: str, tables: Tables):
    token = desk.link(isla)
    browser, other = desk.browser(), desk.browser()
    browser.get(f"/sign-in/{token}")
    browser.open_link(token)
    assert browser.path == "/inbox"
    other.open_link(token, status=403)
    late = desk.link(isla)
    tables.execute("update tenancy.web_sessions set expires_at = now(), started_at = now() - interval '1 hour'")
    other.open_link(late, status=403)
    # The token of a link is no cookie.
    unused = desk.link(isla)
    other.client.cookies.set("session", unused)
    assert other.path == "/sign-in"


def test_whoever_runs_the_server_sees_the_organizations_without_members_only(desk: Desk, tables: Tables):
    browser = desk.browser()
    browser.open_link(desk.link())
    assert "Default organization" in browser.get("/inbox")
    desk.person(EMAIL, "owner", tables.organization_id)
    assert "member of no organization" in browser.get("/inbox", status=404)


def test_sample_data_with_members_stays_open_to_whoever_runs_the_server_who_decides_there(desk: Desk, shop: Shop):
    desk.person("ada@x.example", "owner", shop.organization_id)
    content_id = shop.texts()[0]["content_id"]
    browser = desk.browser()
    browser.open_link(desk.link(), status=404)
    shop.execute("update tenancy.organizations set settings = '{\"is_sample\": true}'")
    page = browser.get(f"/texts/{content_id}")
    browser.post(f"/texts/{content_id}/approve")
    assert ("Approve" in page, shop.rows("select decided_by from content.approvals")) == (True, [("fiona",)])


def test_no_token_is_stored(desk: Desk, isla: str, tables: Tables):
    browser = desk.browser()
    browser.sign_in(EMAIL)
    token = str(browser.client.cookies.get("session", domain="127.0.0.1"))
    stored = str(tables.rows("select s::text from tenancy.web_sessions as s"))
    assert token not in stored
    assert browser.form_token() not in stored


def test_the_language_is_kept_for_the_next_session(desk: Desk, isla: str):
    browser = desk.browser()
    browser.sign_in(EMAIL)
    browser.post("/language", language="ar", to="/inbox")
    assert '<html lang="ar" dir="rtl">' in browser.get("/inbox")
    later = desk.browser()
    later.sign_in(EMAIL)
    assert '<html lang="ar" dir="rtl">' in later.get("/inbox")
    browser.post("/language", language="xx", to="/inbox", status=404)


def test_the_use_of_a_session_is_noted_by_the_minute(desk: Desk, isla: str, tables: Tables):
    browser = desk.browser()
    browser.sign_in(EMAIL)
    tables.execute("update tenancy.web_sessions set last_used_at = last_used_at - interval '2 minutes'")
    before = tables.value("select last_used_at from tenancy.web_sessions")
    browser.get("/inbox")
    after = tables.value("select last_used_at from tenancy.web_sessions")
    assert after - before >= timedelta(minutes=2)
    browser.get("/inbox")
    assert tables.value("select last_used_at from tenancy.web_sessions") == after


def test_how_long_a_session_lasts_is_a_setting(desk: Desk, isla: str, tables: Tables):
    give_setting(desk.url, "people.session_hours", 1)
    give_setting(desk.url, "people.session_unused_minutes", 5)
    browser = desk.browser()
    browser.sign_in(EMAIL)
    assert tables.value("select expires_at - started_at from tenancy.web_sessions") == timedelta(hours=1)
    (cookie,) = browser.client.cookies.jar
    assert cookie.expires is not None
    assert cookie.expires - time() == pytest.approx(3600, abs=60)
    tables.execute("update tenancy.web_sessions set last_used_at = now() - interval '6 minutes'")
    assert "Password" in browser.get("/inbox")
    give_setting(desk.url, "people.session_unused_minutes", 10)
    assert "Password" not in browser.get("/inbox")


def test_pages_speak_the_language_of_the_organization_until_a_person_chooses(desk: Desk, isla: str):
    give_setting(desk.url, "web.language", "ar")
    give_setting(desk.url, "web.language", "de", "default")
    browser = desk.browser()
    browser.sign_in(EMAIL)
    assert '<html lang="de"' in browser.get("/inbox")
    browser.post("/language", language="en", to="/inbox")
    assert '<html lang="en"' in browser.get("/inbox")
