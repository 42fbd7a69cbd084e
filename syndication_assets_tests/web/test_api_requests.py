"""Briefs by the API: asked for one by one and in batches, followed, corrected and put away."""

from pathlib import Path

import pytest

from syndication_assets_tests.studio.studio_desk import MESSAGE, StudioDesk, document, plain
from syndication_assets_tests.web.desk import ADDRESS, Desk
from syndication_assets_tests.web.program import Program

pytestmark = pytest.mark.one_server

BRIEF = {"title": "Open day", "brief": MESSAGE, "channels": ["facebook/feed_post"], "template": "Statement"}
BRIEF["facts"] = ["Tweed, woven by hand"]


@pytest.fixture
def studio(desk: Desk, tmp_path: Path) -> StudioDesk:
    return StudioDesk(desk.url, directory=tmp_path)


@pytest.fixture
def program(desk: Desk, studio: StudioDesk) -> Program:
    return Program(desk, studio.organization_id, ["briefs.edit", "brands.edit", "approvals.decide"])


def test_a_brief_is_made_followed_and_shown_with_its_pictures(program: Program, studio: StudioDesk):
    added = program.post("/requests", BRIEF, status=201, key="open-day")
    request_id = added["request_id"]
    assert program.post("/requests", BRIEF, status=201, key="open-day")["request_id"] == request_id
    # The test's client waits for what the server does after its answer.
    progress = program.get(f"/requests/{request_id}/progress")
    assert (progress["state"], progress["is_under_way"], progress["pictures"], progress["texts"]) == (
        *("review", False),
        *(2, 1),
    )
    shown = program.get(f"/requests/{request_id}")
    assert shown["request"]["title"] == "Open day"
    picture = program.client.get(f"/api/v1/pictures/{shown['variants'][0]['picture_id']}?small=true")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    content_id = shown["texts"][0]["content_id"]
    assert program.get("/inbox")["items"][0]["content_id"] == content_id
    assert program.post(f"/texts/{content_id}/approve")["state"] == "approved"
    assert program.get("/inbox")["total"] == 0
    assert program.post(f"/requests/{request_id}/archive")["state"] == "archived"
    assert studio.rows("select distinct requested_by from studio.content_requests") == [(program.user_id,)]


def test_a_brief_that_cannot_be_made_is_refused_with_every_reason(program: Program, studio: StudioDesk):
    answer = program.post("/requests", BRIEF | {"template": "None", "channels": ["facebook/moon"]}, 422)
    assert answer["error"]["code"] == "VALIDATION_ERROR"
    assert "'None'" in answer["error"]["message"]
    assert "facebook/moon" in answer["error"]["message"]
    assert program.post("/requests", BRIEF | {"colour": "red"}, 422)["error"]["code"] == "VALIDATION_ERROR"
    assert studio.value("select count(*) from studio.content_requests") == 0


def test_briefs_are_listed_by_pages_with_filters(program: Program, studio: StudioDesk):
    for title, language in (("Spring", "en"), ("Frühling", "de"), ("Spring again", "en")):
        studio.brief(title=title, language=language)
    page = program.get("/requests?words=SPRING&limit=1")
    assert (page["items"][0]["title"], page["total"], page["filters"]["words"]) == ("Spring again", 2, "SPRING")
    assert program.get("/requests?words=spring&limit=1&offset=1")["items"][0]["title"] == "Spring"
    assert program.get("/requests?language=de")["total"] == 1
    assert program.get("/requests?state=failed") == {
        "items": [],
        "total": 0,
        "filters": program.get("/requests?state=failed")["filters"],
    }
    assert program.code("/requests?state=gone", 422) == "INVALID_STATUS"
    assert program.code("/requests?colour=red", 422) == "INVALID_FILTER"


def test_each_brief_of_a_batch_is_accepted_or_refused_by_itself(program: Program, studio: StudioDesk):
    briefs = [BRIEF, BRIEF | {"template": "None"}, {"title": "No brief"}, BRIEF | {"title": "Second"}]
    added = program.post("/batches", {"name": "spring", "briefs": briefs}, key="spring-1")
    assert (added["accepted"], added["rejected"]) == (2, 2)
    assert [bool(item["problems"]) for item in added["items"]] == [False, True, True, False]
    assert program.post("/batches", {"name": "spring", "briefs": briefs}, key="spring-1") == added
    batch = program.get("/batches/spring")
    assert batch["states"] == {"review": 2}
    assert {item["title"] for item in batch["items"]} == {"Open day", "Second"}
    assert program.code("/batches/autumn", 404) == "ITEM_NOT_FOUND"
    assert program.post("/batches", {"name": "many", "briefs": [BRIEF] * 101}, 422)["error"]["code"]


def test_a_brief_is_made_again_with_corrections(program: Program, studio: StudioDesk):
    request_id = studio.made(photo=studio.photo(plain("#ffffff"), "a white wall"))
    shown = program.get(f"/requests/{request_id}")
    assert shown["proposed_corrections"]
    correction = shown["proposed_corrections"][0]
    assert program.post(f"/requests/{request_id}/correct", {"corrections": [correction]})["state"] == "pending"
    assert studio.rows("select corrections::text[] from studio.content_requests") == [([correction],)]
    assert program.post(f"/requests/{request_id}/correct", {"corrections": ["repaint"]}, 422)
    assert program.post(f"/requests/{request_id}/retry")["request_id"] == request_id


def test_a_key_without_the_right_asks_for_nothing(desk: Desk, studio: StudioDesk):
    program = Program(desk, studio.organization_id, ["posts.read"])
    request_id = studio.brief()
    for path, body in (
        *(("/requests", BRIEF), ("/batches", {"name": "x", "briefs": [BRIEF]})),
        *((f"/requests/{request_id}/retry", None), (f"/requests/{request_id}/archive", None)),
        (
            "/delegations",
            {"to_user_id": "x", "reason": "y", "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-01-02T00:00:00Z"},
        ),
    ):
        assert program.post(path, body, 403)["error"]["code"] == "PERMISSION_DENIED"
    assert studio.value("select count(*) from studio.content_requests") == 1


def test_brands_and_templates_are_told_and_a_version_is_gone_back_to(program: Program, studio: StudioDesk):
    studio.brand_version(voice="Loud.")
    content = document()
    content["fields"]["headline"]["examples"] = {"en": "Woven by hand"}
    studio.template_version(content)
    (brand,) = program.get("/brands")["items"]
    assert (brand["name"], brand["current"]["voice"], brand["current"]["version"]) == ("Mill", "Loud.", 2)
    brand_id = brand["brand_id"]
    assert program.post(f"/brands/{brand_id}/roll-back", {"version": 9}, 422)["error"]["code"] == "VALIDATION_ERROR"
    shown = program.post(f"/brands/{brand_id}/roll-back", {"version": 1})
    assert [each["version"] for each in shown["versions"]] == [3, 2, 1]
    assert shown["versions"][0]["repeats_version"] == 1
    assert {file["asset_type"] for file in shown["files"]} == {"logo"}
    (template,) = program.get("/templates")["items"]
    assert template["formats"] == ["square", "link"]
    preview = program.client.get(f"/api/v1/templates/{template['template_id']}/preview")
    assert preview.headers["content-type"].startswith("image/"), preview.text


def test_a_page_follows_a_brief_in_its_session(desk: Desk, program: Program, studio: StudioDesk):
    request_id = studio.brief()
    browser = desk.browser()
    browser.sign_in("olga@bakery.example")
    progress = browser.client.get(f"/api/v1/requests/{request_id}/progress").json()
    assert (progress["state"], progress["is_under_way"]) == ("pending", True)
    assert f'data-progress="{request_id}"' in browser.get(f"/requests/{request_id}")
    body, headers = {"corrections": ["dark_text"]}, {"Origin": ADDRESS}
    assert browser.client.post(f"/api/v1/requests/{request_id}/correct", json=body, headers=headers).status_code == 403
