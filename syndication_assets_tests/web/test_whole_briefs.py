"""A brief is decided on as a whole, by page and by API: on what was seen, all of its texts or none."""

import re
from pathlib import Path

import pytest

from syndication_assets.content.review.text_decisions import edit
from syndication_assets_tests.approval.approval_desk import ApprovalDesk
from syndication_assets_tests.studio.studio_desk import FEED, StudioDesk, plain
from syndication_assets_tests.web.desk import Desk
from syndication_assets_tests.web.program import Program

pytestmark = pytest.mark.one_server
STORY = "facebook/story_post"
STATES = "select state::text from content.brief_posts order by channel_type"


@pytest.fixture
def studio(desk: Desk, tmp_path: Path) -> StudioDesk:
    """A studio whose stories have the pictures of its feed."""
    studio = StudioDesk(desk.url, directory=tmp_path)
    studio.execute(
        "insert into channels.picture_formats (platform, channel_type, format_name, width, height, maximum_bytes,"
        " mime_types, priority) select platform, 'story_post', format_name, width, height, maximum_bytes, mime_types,"
        " priority from channels.picture_formats"
    )
    return studio


@pytest.fixture
def program(desk: Desk, studio: StudioDesk) -> Program:
    return Program(desk, studio.organization_id, ["approvals.decide", "texts.edit"])


@pytest.fixture
def request_id(studio: StudioDesk) -> str:
    return studio.made(channels=[FEED, STORY])


def _seen(program: Program, request_id: str) -> dict[str, str]:
    return {"content_hash": program.get(f"/requests/{request_id}")["content_hash"]}


def test_all_texts_are_approved_once(program: Program, studio: StudioDesk, request_id: str):
    seen, path = _seen(program, request_id), f"/requests/{request_id}/approve"
    decided = program.post(path, seen, key="open-day")
    assert (decided["request"]["state"], decided["is_new"]) == ("approved", True)
    assert [(text["channel"], text["state"]) for text in decided["texts"]] == [(FEED, "approved"), (STORY, "approved")]
    assert program.post(path, seen, key="open-day") == decided
    assert program.post(path, seen)["is_new"] is False
    assert studio.rows("select distinct decided_by from content.approvals") == [(program.user_id,)]


def test_all_texts_are_rejected_with_the_reason(program: Program, studio: StudioDesk, request_id: str):
    seen, path = _seen(program, request_id), f"/requests/{request_id}/reject"
    assert program.post(path, seen, 422)["error"]["code"] == "VALIDATION_ERROR"
    decided = program.post(path, {**seen, "reason": "It is on Sunday."})
    assert decided["request"]["state"] == "rejected"
    assert studio.rows("select distinct reason from content.approvals") == [("It is on Sunday.",)]


@pytest.mark.parametrize("what", ["a text", "the picture"])
def test_what_changed_since_it_was_seen_is_not_decided_on(
    program: Program, studio: StudioDesk, request_id: str, what: str
):
    seen = _seen(program, request_id)
    if what == "a text":
        content_id = program.get(f"/requests/{request_id}")["texts"][0]["content_id"]
        edit(studio.url, content_id, "an editor", "Woven by hand, in our mill.")
    else:
        studio.execute(
            "update studio.content_requests set state = 'pending', next_attempt_at = now(), stock_image_id = %s",
            [studio.photo(plain("#335577"))],
        )
        studio.make()
        studio.write()
    for decision, body in (("approve", seen), ("reject", {**seen, "reason": "No."})):
        problem = program.post(f"/requests/{request_id}/{decision}", body, 409)["error"]
        assert problem["code"] == "CONFLICT"
        assert "look at it again" in problem["message"]
    assert {state for (state,) in studio.rows(STATES)} <= {"generated", "needs_review"}
    assert studio.value("select count(*) from content.approvals") == 0
    # The control: what is there now is.
    assert program.post(f"/requests/{request_id}/approve", _seen(program, request_id))["request"]["state"] == "approved"


def test_a_text_that_breaks_a_rule_keeps_all_from_being_approved(program: Program, studio: StudioDesk, request_id: str):
    story = program.get(f"/requests/{request_id}")["texts"][1]["content_id"]
    edit(studio.url, story, "an editor", "Woven of silk, for £5.")
    problem = program.post(f"/requests/{request_id}/approve", _seen(program, request_id), 409)["error"]
    assert f"{STORY}: " in problem["message"]
    assert studio.rows(STATES) == [("needs_review",), ("needs_review",)]
    assert studio.value("select count(*) from content.approvals") == 0


def test_others_decide_where_a_workflow_says_so(desk: Desk, program: Program, studio: StudioDesk):
    approvals = ApprovalDesk(desk.url)
    approvals.user["olga"], approvals.user["mia"] = (
        program.user_id,
        desk.person("mia@bakery.example", "manager", studio.organization_id),
    )
    workflow = approvals.workflow()
    approvals.step(workflow, 1, "olga")
    approvals.step(workflow, 2, "mia")
    request_id = studio.made(channels=[FEED, STORY])
    seen = _seen(program, request_id)
    first = program.post(f"/requests/{request_id}/approve", seen)
    assert (first["request"]["state"], first["is_new"]) == ("review", True)
    refused = program.post(f"/requests/{request_id}/approve", seen, 409)["error"]
    assert (refused["code"], "Mia" in refused["message"] or "mia@" in refused["message"]) == ("CONFLICT", True)
    browser = desk.browser()
    browser.sign_in("mia@bakery.example")
    page = browser.get(f"/requests/{request_id}")
    browser.post(f"/requests/{request_id}/approve", content_hash=seen["content_hash"])
    assert ("Approve all texts" in page, studio.state(request_id)[0]) == (True, "approved")


def test_a_key_without_the_right_decides_nothing(desk: Desk, studio: StudioDesk, request_id: str):
    program = Program(desk, studio.organization_id, ["briefs.edit"])
    seen = _seen(program, request_id)
    for decision, body in (("approve", seen), ("reject", {**seen, "reason": "No."})):
        problem = program.post(f"/requests/{request_id}/{decision}", body, 403)["error"]
        assert problem["code"] == "PERMISSION_DENIED"
    assert studio.value("select count(*) from content.approvals") == 0


def test_the_page_decides_on_what_it_showed(desk: Desk, studio: StudioDesk, request_id: str):
    browser = desk.browser()
    browser.open_link(desk.link())
    shown = re.search('name="content_hash" value="([0-9a-f]{64})"', browser.get(f"/requests/{request_id}"))
    assert shown is not None
    assert "has changed" in browser.post(f"/requests/{request_id}/approve", content_hash="0" * 64, status=409)
    page = browser.post(f"/requests/{request_id}/reject", content_hash=shown[1], reason="It is on Sunday.")
    assert "All texts of the request are rejected." in page
    assert "Reject all texts" not in page
    assert studio.state(request_id)[0] == "rejected"


def test_rules_are_told_with_their_evidence_and_versions_with_their_changes(
    program: Program, studio: StudioDesk, request_id: str
):
    shown = program.get(f"/requests/{request_id}")
    variant = program.get(f"/variants/{shown['variants'][0]['variant_id']}")
    rules = {rule["rule"]: rule for rule in variant["rules"]}
    assert len(rules) == studio.value("select count(*) from studio.compliance_rules where is_active")
    contrast = rules["contrast_large"]
    assert (contrast["version"], contrast["threshold"], contrast["is_passed"]) == (1, 3, True)
    assert contrast["evidence"]["box"]
    path = f"/api/v1/variants/{variant['variant_id']}/evidence"
    picture = program.client.get(f"{path}/contrast_large")
    assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    assert program.client.get(f"{path}/alt_text").status_code == 404
    assert variant["former_picture_id"] is None
    text = program.get(f"/texts/{shown['texts'][0]['content_id']}")
    assert (text["changes"], [version["version"] for version in text["versions"]]) == (None, [1])
    edited = program.post(f"/texts/{text['content_id']}/edit", {"text": f"{text['text']} Today."})
    assert edited["changes"][-1] == {"kind": "insert", "words": " Today."}
    assert "".join(part["words"] for part in edited["changes"] if part["kind"] != "insert") == text["text"]
    assert [version["version"] for version in edited["versions"]] == [2, 1]
