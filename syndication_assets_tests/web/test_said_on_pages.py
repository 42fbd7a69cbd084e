"""What pages say beside their rows: names, facts, what was asked for, and what became of a session."""

from pathlib import Path

import pytest

from syndication_assets.web.channel_names import ChannelNames
from syndication_assets.web.languages import language
from syndication_assets_tests.content.shop_in_tables import Shop
from syndication_assets_tests.studio.studio_desk import StudioDesk
from syndication_assets_tests.web.desk import Browser, Desk

pytestmark = pytest.mark.one_server


@pytest.fixture
def browser(desk: Desk) -> Browser:
    """Of whoever runs the server."""
    browser = desk.browser()
    browser.open_link(desk.link())
    return browser


@pytest.fixture
def studio(desk: Desk, tmp_path: Path) -> StudioDesk:
    return StudioDesk(desk.url, directory=tmp_path)


def test_who_had_a_session_is_told_that_it_ended_and_led_on_with_the_filters(browser: Browser, desk: Desk, shop: Shop):
    token = browser.form_token()
    shop.execute("update tenancy.web_sessions set ended_at = now() where not is_link")
    assert "Your session has ended: sign in again." in browser.get("/requests?words=kilt&state=review&done=moved")
    response = browser.client.get("/requests?words=kilt&state=review&done=moved", follow_redirects=False)
    assert response.headers["location"] == ("/sign-in?to=/requests%3Fwords%3Dkilt%26state%3Dreview&done=session_ended")
    page = browser.post(f"/texts/{shop.texts()[0]['content_id']}/approve", form_token=token)
    assert "what you sent was not stored" in page
    # The control: a browser that had none.
    assert "session has ended" not in desk.browser().get("/requests")


def test_a_change_of_the_language_leaves_the_page_as_it_is(browser: Browser, shop: Shop):
    page = browser.get("/calendar?week=2025-11-03&done=moved")
    assert 'name="to" value="/calendar?week=2025-11-03"' in page
    assert "Kalender" in browser.post("/language", language="de", to="/calendar?week=2025-11-03")
    missing = browser.post("/texts/cnt-00000000/approve", status=404)
    assert 'name="to" value="/"' in missing


def test_platforms_and_channels_have_the_names_of_their_rows_in_the_language_of_the_page(browser: Browser, shop: Shop):
    platform, channel_type = shop.rows("select distinct platform, channel_type from content.posts_core")[0]
    shop.execute("update channels.platforms set display_name = 'The blue one' where platform = %s", [platform])
    shop.execute("update channels.channel_types set display_name = 'Feed post' where channel_type = %s", [channel_type])
    assert "The blue one · Feed post" in browser.get("/inbox")
    assert "The blue one · Feed-Beitrag" in browser.post("/language", language="de", to="/inbox")
    names = ChannelNames(shop.url)
    assert names.channel(f"{platform} {channel_type}", language("de")) == "The blue one · Feed-Beitrag"
    assert names.channel("elsewhere/telegram", language("de")) == "elsewhere · telegram"
    shop.execute("update channels.platforms set display_name = 'The red one' where platform = %s", [platform])
    assert names.platform(platform) == "The blue one"  # for a minute
    assert ChannelNames(shop.url).platform(platform) == "The red one"


def test_a_text_about_a_product_is_shown_beside_the_facts_of_the_catalogue(browser: Browser, shop: Shop):
    page = browser.get(f"/texts/{shop.texts()[0]['content_id']}")
    beside = page.split("What it may claim")[1].split("Rules")[0]
    names = [str(row[0]) for row in shop.rows("select name from catalogue.products")]
    assert [name for name in names if name in beside] != []


def test_a_request_shows_what_was_asked_for_and_its_texts_what_they_may_claim(browser: Browser, studio: StudioDesk):
    request_id = studio.made(facts=["Tweed <b>, woven by hand"], audience="people who sew")
    page = browser.get(f"/requests/{request_id}")
    assert "Tweed &lt;b&gt;, woven by hand" in page
    assert "people who sew" in page
    content_id = str(studio.value("select content_id from content.posts_content"))
    text = browser.get(f"/texts/{content_id}")
    assert "Tweed &lt;b&gt;, woven by hand" in text.split("What it may claim")[1]
    assert "lowest score" in browser.get("/inbox")
    form = browser.get(f"/requests/new?like={request_id}")
    assert "people who sew" in form
    assert 'name="channel facebook/feed_post" checked' in form
    assert "people who sew" not in browser.get("/requests/new?like=req-00000000")


def test_the_request_of_another_organization_fills_no_form(desk: Desk, browser: Browser, studio: StudioDesk):
    request_id = studio.brief(audience="people who sew")
    other = studio.value(
        "insert into tenancy.organizations (slug, name) values ('other', 'O') returning organization_id"
    )
    desk.person("vera@other.example", "owner", str(other))
    stranger = desk.browser()
    stranger.sign_in("vera@other.example")
    assert "people who sew" not in stranger.get(f"/requests/new?like={request_id}")
    assert "people who sew" in browser.get(f"/requests/new?like={request_id}")  # the control


def test_a_request_that_waits_for_a_person_goes_on_from_its_page(browser: Browser, studio: StudioDesk):
    request_id = studio.brief(stop_before=["pictures"])
    studio.make()
    page = browser.get(f"/requests/{request_id}")
    assert "It waits for a person before this step:" in page
    assert "data-progress" not in page
    browser.post(f"/requests/{request_id}", what="resume")
    assert studio.state(request_id)[0] == "review"
    assert "waits for a person" not in browser.get(f"/requests/{request_id}")
    assert "does not wait" in browser.post(f"/requests/{request_id}", what="resume", status=409)
