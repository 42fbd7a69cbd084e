"""The inbox: decisions by page are those of the command line, and only of people who may."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndication_assets.web.text_changes import difference
from syndication_assets_tests.approval.approval_desk import ApprovalDesk
from syndication_assets_tests.content.shop_in_tables import Shop
from syndication_assets_tests.web.desk import ADDRESS, Browser, Desk

EDITOR, VIEWER = "edi@bakery.example", "vera@bakery.example"

pytestmark = pytest.mark.one_server


@pytest.fixture
def editor(desk: Desk, shop: Shop) -> Browser:
    desk.person(EDITOR, "owner", shop.organization_id)
    browser = desk.browser()
    browser.sign_in(EDITOR)
    return browser


@pytest.fixture
def content_id(shop: Shop) -> str:
    return str(shop.texts()[0]["content_id"])


def _states(shop: Shop) -> list[str]:
    return [str(text["state"]) for text in shop.texts()]


def test_the_inbox_lists_what_waits_with_its_words(editor: Browser, shop: Shop):
    page = editor.get("/inbox")
    for text in shop.texts():
        assert f"/texts/{text['content_id']}" in page
        assert str(text["text_content"])[:20] in page


def test_an_approval_by_page_is_the_user_s_and_leads_to_the_next_text(editor: Browser, shop: Shop, content_id: str):
    second = str(shop.texts()[1]["content_id"])
    page = editor.post(f"/texts/{content_id}/approve")
    assert "The text is approved." in page
    assert f"/texts/{second}/approve" in page
    user_id = shop.value("select user_id from tenancy.users")
    assert shop.rows("select content_id, decision::text, decided_by from content.approvals") == [
        (content_id, "approved", user_id)
    ]
    assert shop.rows("select distinct actor from tenancy.audit_log where table_name = 'content.approvals'") == [
        (user_id,)
    ]


def test_a_rejection_needs_a_reason_and_an_edit_is_a_new_version(editor: Browser, shop: Shop, content_id: str):
    assert "needs a reason" in editor.post(f"/texts/{content_id}/reject", reason=" ", status=409)
    page = editor.post(f"/texts/{content_id}/edit", text="A kilt of wool, made by hand.")
    assert "waits for a decision" in page
    assert "<ins>" in page
    assert "<del>" in page
    newest = shop.texts()[1]
    assert (newest["version"], newest["generator"]) == (2, "person")
    editor.post(f"/texts/{newest['content_id']}/reject", reason="Not ours.")
    assert _states(shop)[:2] == ["superseded", "rejected"]


def test_a_viewer_reads_and_decides_nothing(desk: Desk, editor: Browser, shop: Shop, content_id: str):
    desk.person(VIEWER, "viewer", shop.organization_id)
    browser = desk.browser()
    browser.sign_in(VIEWER)
    page = browser.get(f"/texts/{content_id}")
    assert "/approve" not in page
    assert "approvals.decide" in browser.post(f"/texts/{content_id}/approve", status=403)
    browser.post(f"/texts/{content_id}/edit", text="Mine.", status=403)
    assert set(_states(shop)) == {"needs_review"}


def test_a_form_of_another_site_or_session_changes_nothing(editor: Browser, shop: Shop, content_id: str):
    path = f"/texts/{content_id}/approve"
    token = editor.form_token()
    for origin in ("https://elsewhere.example", "null", "http://127.0.0.1:81"):
        response = editor.client.post(path, data={"form_token": token}, headers={"Origin": origin})
        assert response.status_code == 403
    assert editor.client.post(path, data={"form_token": token}).status_code == 403
    assert "another session" in editor.post(path, form_token="0" * 64, status=403)
    assert editor.client.get(path).status_code == 405
    assert set(_states(shop)) == {"needs_review"}
    editor.post(path)  # the control: the same form from this site, of this session
    assert "approved" in _states(shop)


def test_the_text_of_another_organization_is_as_unknown_as_none(desk: Desk, shop: Shop, content_id: str):
    other_id = str(
        shop.value("insert into tenancy.organizations (slug, name) values ('other', 'O') returning organization_id")
    )
    desk.person("olga@other.example", "owner", other_id)
    browser = desk.browser()
    browser.sign_in("olga@other.example")
    unknown = browser.get("/texts/cnt-00000000", status=404)
    assert browser.get(f"/texts/{content_id}", status=404).replace(content_id, "cnt-00000000") == unknown
    for action, fields in (("approve", {}), ("reject", {"reason": "no"}), ("edit", {"text": "no"})):
        browser.post(f"/texts/{content_id}/{action}", status=404, **fields)
    assert content_id not in browser.get("/inbox")
    assert set(_states(shop)) == {"needs_review"}
    browser.post("/organization", organization=shop.organization_id, status=404)


def test_words_of_a_text_stay_words(editor: Browser, shop: Shop, content_id: str):
    attack = "<script>alert(1)</script> <img src=x onerror=alert(1)>"
    editor.post(f"/texts/{content_id}/edit", text=attack)
    newest = str(shop.texts()[1]["content_id"])
    for page in (editor.get("/inbox"), editor.get(f"/texts/{newest}")):
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "x"])
def test_signing_in_leads_to_no_other_site(desk: Desk, editor: Browser, target: str):
    fields = {"email": EDITOR, "password": "shortbread and tea", "to": target}
    response = desk.browser().client.post("/sign-in", data=fields, headers={"Origin": ADDRESS}, follow_redirects=False)
    assert response.headers["location"] == "/"


_words = st.text(alphabet="ab \n", max_size=30)


@given(_words, _words)
def test_a_difference_has_both_versions(before: str, after: str):
    parts = list(difference(before, after))
    assert "".join(part.words for part in parts if part.kind != "insert") == before
    assert "".join(part.words for part in parts if part.kind != "delete") == after


def test_a_step_of_a_workflow_is_decided_by_its_approver_and_then_waits_for_the_next(desk: Desk, shop: Shop):
    people = ApprovalDesk(shop.url, olga="owner", ann="editor", mia="manager")
    flow = people.workflow()
    people.step(flow, 1, "ann")
    people.step(flow, 2, "mia")
    content_id = str(shop.texts()[0]["content_id"])
    browsers = {}
    for name in ("ann", "mia"):
        browsers[name] = desk.browser()
        browsers[name].open_link(desk.link(people.user[name]))
    ann, mia = browsers["ann"], browsers["mia"]
    # A round that began before the workflow is decided as it began; an edit begins one by the workflow.
    words = str(shop.texts()[0]["text_content"])
    ann.post(f"/texts/{content_id}/edit", text=words.replace(".", ", as ever.", 1))
    content_id = str(shop.texts()[1]["content_id"])
    assert "waits for you" in ann.get("/inbox")
    assert "/approve" not in mia.get(f"/texts/{content_id}")
    assert "no approver" in mia.post(f"/texts/{content_id}/approve", status=409)
    assert "waits for others" in ann.post(f"/texts/{content_id}/approve")
    assert "/approve" not in ann.get(f"/texts/{content_id}")
    assert f"/texts/{content_id}/approve" in mia.get(f"/texts/{content_id}")
    assert "The text is approved." in mia.post(f"/texts/{content_id}/approve")


def test_somebody_decides_for_another_person_while_they_are_away(desk: Desk, shop: Shop):
    people = ApprovalDesk(shop.url, olga="owner", ann="editor", mia="member")
    ann, mia = desk.browser(), desk.browser()
    ann.open_link(desk.link(people.user["ann"]))
    mia.open_link(desk.link(people.user["mia"]))
    today = datetime.now(UTC).date()
    fields = {"to": people.user["mia"], "first": str(today), "last": str(today), "reason": "on holiday"}
    assert "The delegation is stored." in ann.post("/delegations", **fields)
    assert "Mia decides for Ann" in mia.get("/delegations")
    ann.post("/delegations", status=409, **fields)  # the same days twice
    ann.post("/delegations", status=409, **fields | {"to": people.user["ann"]})
    ann.post("/delegations", status=404, **fields | {"first": "soon"})
    delegation_id = str(shop.value("select delegation_id from approval.delegations"))
    mia.post(f"/delegations/{delegation_id}/end", status=404)
    assert "has ended" in ann.post(f"/delegations/{delegation_id}/end")
    assert shop.rows("select delegation_id from approval.delegations") == []
