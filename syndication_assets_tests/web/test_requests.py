"""Briefs by page: asked for, made while the page waits, shown with their pictures, corrected and put away."""

import re
from pathlib import Path

import pytest

from syndication_assets.web.pages import requests
from syndication_assets_tests.studio.studio_desk import StudioDesk, document, plain
from syndication_assets_tests.web.desk import Browser, Desk

pytestmark = pytest.mark.one_server


@pytest.fixture
def studio(desk: Desk, tmp_path: Path) -> StudioDesk:
    """A studio with a brand, a template and a page; its pictures are where the pages look for them."""
    return StudioDesk(desk.url, directory=tmp_path)


@pytest.fixture
def browser(desk: Desk, studio: StudioDesk) -> Browser:
    """Of whoever runs the server."""
    browser = desk.browser()
    browser.open_link(desk.link())
    return browser


def test_a_brief_is_made_while_its_page_waits_and_its_pictures_are_shown(browser: Browser, studio: StudioDesk):
    page = browser.get("/requests/new")
    channel = "facebook/feed_post"
    assert channel in page
    fields = {"title": "Open <b>day</b>", "brief": "Come and see.", "template": "Statement", "language": "en"}
    assert "channels" in browser.post("/requests", status=422, **fields)
    page = browser.post("/requests", **fields, **{f"channel {channel}": "on"})
    request_id = str(studio.value("select request_id from studio.content_requests"))
    # The test's client waits for what the server does after its answer.
    page = browser.get(f"/requests/{request_id}")
    assert "Open &lt;b&gt;day&lt;/b&gt;" in page
    assert studio.state(request_id)[0] == "review"
    media_file_id = str(studio.value("select media_file_id from studio.asset_variants limit 1"))
    response = browser.client.get(f"/pictures/{media_file_id}")
    assert (response.status_code, response.headers["content-type"]) == (200, "image/png")
    assert "sandbox" in response.headers["content-security-policy"]
    assert f"/pictures/{media_file_id}" in browser.get("/requests")
    content_id = str(studio.value("select content_id from content.posts_content"))
    assert "/pictures/" in browser.get(f"/texts/{content_id}")
    browser.post(f"/requests/{request_id}", what="cancel")
    assert studio.state(request_id)[0] == "archived"
    browser.post(f"/requests/{request_id}", what="fly", status=404)


def test_what_a_rule_found_is_shown_in_the_picture_to_its_organization_only(
    desk: Desk, browser: Browser, studio: StudioDesk
):
    request_id = studio.made(photo=studio.photo(plain("#ffffff"), "a white wall"))
    page = browser.get(f"/requests/{request_id}")
    path = re.search(r'href="(/variants/var-[0-9a-f]{8}/evidence/[a-z_]+)"', page)
    assert path is not None
    response = browser.client.get(path[1])
    assert (response.status_code, response.headers["content-type"]) == (200, "image/png")
    assert response.content.startswith(b"\x89PNG")
    browser.get(path[1].rpartition("/")[0] + "/alt_text", status=404)
    other = studio.value(
        "insert into tenancy.organizations (slug, name) values ('other', 'O') returning organization_id"
    )
    desk.person("vera@other.example", "owner", str(other))
    stranger = desk.browser()
    stranger.sign_in("vera@other.example")
    stranger.get(path[1], status=404)


def test_requests_are_filtered_and_turned_over_by_pages(
    browser: Browser, studio: StudioDesk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(requests, "_SHOWN", 2)
    for title, language in (("Spring one", "en"), ("Spring two", "en"), ("Spring three", "en"), ("Herbst", "de")):
        studio.brief(title=title, language=language)
    first = browser.get("/requests?words=spring")
    assert [title in first for title in ("Spring one", "Spring two", "Spring three", "Herbst")] == [
        *(False, True, True, False),
    ]
    assert "words=spring&amp;page=2" in first
    second = browser.get("/requests?words=spring&page=2")
    assert ("Spring one" in second, "Spring two" in second, "page=3" in second) == (True, False, False)
    assert "Herbst" in browser.get("/requests?language=de")
    assert "No request was found." in browser.get("/requests?state=failed")
    # What is no filter counts for nothing, and stays words.
    page = browser.get("/requests?state=gone&language=xx&page=-1&words=%3Cscript%3E")
    assert "<script>" not in page.replace('<script src="/static/pages.js" defer></script>', "")


def test_pictures_and_briefs_of_another_organization_are_as_unknown_as_none(
    desk: Desk, browser: Browser, studio: StudioDesk
):
    request_id = studio.made()
    media_file_id = str(studio.value("select media_file_id from studio.asset_variants limit 1"))
    other = studio.value(
        "insert into tenancy.organizations (slug, name) values ('other', 'O') returning organization_id"
    )
    desk.person("vera@other.example", "owner", str(other))
    stranger = desk.browser()
    stranger.sign_in("vera@other.example")
    for path in (f"/pictures/{media_file_id}", f"/requests/{request_id}"):
        assert browser.client.get(path).status_code == 200
        stranger.get(path, status=404)
    stranger.post(f"/requests/{request_id}", what="cancel", status=404)
    assert studio.state(request_id)[0] == "review"


def test_the_brand_page_shows_versions_and_previews_and_goes_back(browser: Browser, studio: StudioDesk):
    page = browser.get("/brand")
    assert "<svg" in page
    content = document()
    content["fields"]["headline"]["examples"] = {"en": "Woven by hand"}
    studio.template_version(content)
    template_id = str(studio.value("select template_id from brand.visual_templates"))
    response = browser.client.get(f"/brand/templates/{template_id}")
    assert response.headers["content-type"].startswith("image/"), response.text
    brand_id = str(studio.value("select brand_id from brand.brand_profiles"))
    studio.brand_version(voice="Loud.")
    assert "Loud." in browser.get("/brand")
    assert "as in the earlier version" in browser.post(f"/brand/{brand_id}/roll-back", version="1")
    assert "Loud." not in browser.get("/brand").split("<details>")[0]
    browser.post("/brand/brd-00000000/roll-back", version="1", status=404)
    browser.get("/brand/templates/vtp-00000000", status=404)
