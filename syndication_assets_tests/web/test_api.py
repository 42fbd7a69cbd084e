"""The API: what a program may ask with a key, the codes of errors, and requests that are sent twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from syndication_assets.database.connection import transaction
from syndication_assets.tenancy.api_keys import list_keys, revoke_key
from syndication_assets.web.api import caller
from syndication_assets.web.rate_limits import PerMinute
from syndication_assets_tests.content.shop_in_tables import Shop
from syndication_assets_tests.curation.curated_posts import CuratedPosts
from syndication_assets_tests.given_settings import give_setting
from syndication_assets_tests.publishing.publishing_queue import DAY, PublishingQueue
from syndication_assets_tests.web.desk import ADDRESS, Desk
from syndication_assets_tests.web.program import Program

pytestmark = pytest.mark.one_server

RIGHTS = ["texts.decide", "texts.edit", "posts.read"]


@pytest.fixture
def program(desk: Desk, shop: Shop) -> Program:
    return Program(desk, shop.organization_id, RIGHTS)


def test_a_program_decides_as_the_member_of_its_key(program: Program, shop: Shop):
    listed = program.get("/texts")
    assert listed["total"] == 3
    first, second, third = (item["content_id"] for item in listed["items"])
    assert program.get(f"/texts/{first}")["text"] == shop.texts()[0]["text_content"]
    assert program.post(f"/texts/{first}/approve") == {"content_id": first, "state": "approved", "is_new": True}
    assert program.post(f"/texts/{first}/approve")["is_new"] is False
    assert program.post(f"/texts/{second}/reject", {"reason": "Not ours."})["state"] == "rejected"
    edited = program.post(f"/texts/{third}/edit", {"text": "A cap, made by hand."})
    assert (edited["version"], edited["state"], edited["text"]) == (2, "needs_review", "A cap, made by hand.")
    assert shop.rows("select distinct decided_by from content.approvals") == [(program.user_id,)]
    assert program.get("/texts")["total"] == 1


def test_errors_have_codes(program: Program, desk: Desk, shop: Shop):
    assert program.code("/texts/cnt-00000000", 404) == "ITEM_NOT_FOUND"
    assert program.code("/texts/kilt", 422) == "VALIDATION_ERROR"
    assert program.code("/queue?state=gone", 422) == "INVALID_STATUS"
    assert program.code("/queue?kind=poem", 422) == "INVALID_CONTENT_TYPE"
    assert program.code("/queue?platform=myspace", 422) == "INVALID_PLATFORM"
    assert program.code("/queue?colour=red", 422) == "INVALID_FILTER"
    assert program.code("/queue?limit=0", 422) == "INVALID_FILTER"
    assert program.code("/posts?tag=nothing", 422) == "INVALID_FILTER"
    content_id = program.get("/texts")["items"][0]["content_id"]
    problem = program.post(f"/texts/{content_id}/reject", {"reason": ""}, 422)["error"]
    assert problem["code"] == "VALIDATION_ERROR"
    assert problem["message"].startswith("reason: ")
    program.post(f"/texts/{content_id}/reject", {"reason": "No."})
    assert program.post(f"/texts/{content_id}/approve", status=409)["error"]["code"] == "CONFLICT"
    assert program.post("/queue/tgt-00000000/cancel", status=403)["error"]["code"] == "PERMISSION_DENIED"


def test_without_a_valid_key_nothing_is_told(program: Program, desk: Desk):
    client = TestClient(desk.application, base_url=ADDRESS)
    for header in (None, "Basic b2xnYTp4", "Bearer key_unknown", "Bearer "):
        headers = {} if header is None else {"Authorization": header}
        response = client.get("/api/v1/texts", headers=headers)
        assert (response.status_code, response.json()["error"]["code"]) == (401, "NOT_SIGNED_IN")
    with transaction(desk.url) as connection:
        revoke_key(connection, program.key_id)
    assert program.code("/texts", 401) == "NOT_SIGNED_IN"


def test_another_organization_s_rows_are_as_unknown_as_none(program: Program, desk: Desk, shop: Shop):
    other = shop.value("insert into tenancy.organizations (slug, name) values ('other', 'O') returning organization_id")
    content_id = program.get("/texts")["items"][0]["content_id"]
    desk.person("vera@other.example", "owner", str(other))
    browser = desk.browser()
    browser.sign_in("vera@other.example")
    response = browser.client.get(f"/api/v1/texts/{content_id}")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "ITEM_NOT_FOUND")
    assert browser.client.get("/api/v1/texts").json()["total"] == 0


def test_a_page_asks_in_its_session_with_the_token_of_its_forms(program: Program, desk: Desk):
    browser = desk.browser()
    browser.sign_in("olga@bakery.example")
    content_id = browser.client.get("/api/v1/texts").json()["items"][0]["content_id"]
    path = f"/api/v1/texts/{content_id}/approve"
    assert browser.client.post(path).status_code == 403
    assert browser.client.post(path, headers={"Origin": ADDRESS}).json()["error"]["code"] == "PERMISSION_DENIED"
    headers = {"Origin": ADDRESS, "X-Form-Token": browser.form_token()}
    assert browser.client.post(path, headers=headers).json()["state"] == "approved"


def test_a_request_that_is_sent_twice_is_done_once(program: Program, shop: Shop):
    content_id = program.get("/texts")["items"][0]["content_id"]
    path, body = f"/texts/{content_id}/edit", {"text": "A kilt of wool."}
    first = program.post(path, body, key="job-1")
    assert program.post(path, body, key="job-1") == first
    assert len(shop.texts()) == 4
    again = program.post(path, {"text": "Another kilt."}, 422, key="job-1")
    assert "another request" in again["error"]["message"]
    assert program.post(path, body, 409, key="job-2")["error"]["code"] == "CONFLICT"  # it is replaced by now
    shop.execute("update tenancy.api_requests set requested_at = requested_at - interval '25 hours'")
    assert program.post(path, body, 409, key="job-1")["error"]["code"] == "CONFLICT"


def test_a_refusal_is_kept_for_its_key_too(program: Program, shop: Shop):
    content_id = program.get("/texts")["items"][0]["content_id"]
    path = f"/texts/{content_id}/reject"
    first = program.post(path, {"reason": ""}, 422, key="job-1")
    assert program.post(path, {"reason": ""}, 422, key="job-1") == first
    program.post(path, {"reason": "No."})
    first = program.post(f"/texts/{content_id}/approve", None, 409, key="job-2")
    assert "no more" in first["error"]["message"] or "reject" in first["error"]["message"]
    assert program.post(f"/texts/{content_id}/approve", None, 409, key="job-2") == first


def test_a_key_and_an_address_without_one_ask_no_more_often_than_a_minute_allows(
    program: Program, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(caller, "KEYS", PerMinute(2))
    monkeypatch.setattr(caller, "WRONG_KEYS", PerMinute(2))
    assert [program.client.get("/api/v1/texts").status_code for _ in range(3)] == [200, 200, 429]
    answer = program.client.get("/api/v1/texts")
    assert (answer.json()["error"]["code"], answer.headers["retry-after"]) == ("QUOTA_USED_UP", "60")
    wrong = {"Authorization": "Bearer key_unknown"}
    client = TestClient(desk.application, base_url=ADDRESS)
    assert [client.get("/api/v1/texts", headers=wrong).status_code for _ in range(3)] == [401, 401, 429]


def test_the_same_request_at_once_is_done_once(program: Program, shop: Shop):
    content_id = program.get("/texts")["items"][0]["content_id"]

    def send(_: int) -> int:
        headers = {"Idempotency-Key": "at-once"}
        path = f"/api/v1/texts/{content_id}/edit"
        return int(program.client.post(path, json={"text": "At once."}, headers=headers).status_code)

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(send, range(4)))
    assert statuses[0] == 200
    assert set(statuses) <= {200, 409}
    assert len(shop.texts()) == 4


def test_a_key_has_a_quota_also_for_requests_at_the_same_time(desk: Desk, shop: Shop):
    program = Program(desk, shop.organization_id, RIGHTS, requests_per_day=5)
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: program.client.get("/api/v1/texts").status_code, range(8)))
    assert sorted(statuses) == [200] * 5 + [429] * 3
    answer = program.client.get("/api/v1/texts")
    assert answer.json()["error"]["code"] == "QUOTA_USED_UP"
    assert 0 < int(answer.headers["retry-after"]) <= 86_400


def test_the_queue_is_listed_by_pages_with_its_filters(desk: Desk):
    queue = PublishingQueue(desk.url)
    queue.due(queue.page(), count=3)
    program = Program(desk, queue.organization_id, ["targets.decide"])
    page = program.get(f"/queue?state=scheduled&limit=2&since={DAY}")
    assert (len(page["items"]), page["total"]) == (2, 3)
    assert page["filters"]["state"] == "scheduled"
    assert page["filters"]["limit"] == 2
    assert len(program.get("/queue?limit=2&offset=2")["items"]) == 1
    behind = program.get("/queue?offset=10")
    assert (behind["items"], behind["total"]) == ([], 3)
    target_id = page["items"][0]["target_id"]
    assert program.post(f"/queue/{target_id}/cancel")["state"] == "cancelled"
    assert program.get("/queue?state=cancelled")["total"] == 1


def test_posts_are_found_and_marked_for_the_caller_alone(desk: Desk):
    curated = CuratedPosts(desk.url)
    post_id = curated.written("Bread and butter")
    curated.run(1)
    program = Program(desk, curated.organization_id, ["posts.read"])
    found = program.get("/posts?text=bread")
    assert [item["post_id"] for item in found["items"]] == [post_id]
    assert found["items"][0]["shares"] is None
    assert program.post(f"/posts/{post_id}/flags", {"is_marked": True})["post"]["is_marked"]
    assert program.get(f"/posts/{post_id}")["measurements"][0]["engagement"] == 10
    assert program.get("/posts?marked=true")["items"][0]["post_id"] == post_id
    assert curated.rows("select person from curation.post_user_state") == [(program.user_id,)]


def test_a_key_without_a_quota_has_that_of_its_organization(desk: Desk, shop: Shop):
    give_setting(desk.url, "api.requests_per_day", 9)
    give_setting(desk.url, "api.requests_per_day", 2, "default")
    program = Program(desk, shop.organization_id, RIGHTS)
    statuses = [program.client.get("/api/v1/texts").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    with transaction(desk.url) as connection:
        (listed,) = list_keys(connection)
    assert (listed.requests_per_day, listed.requests_today) == (2, 2)
    shop.execute("update tenancy.api_keys set requests_per_day = 4")
    assert program.client.get("/api/v1/texts").status_code == 200, "its own quota outranks it"
