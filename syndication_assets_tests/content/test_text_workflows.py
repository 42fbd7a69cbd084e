"""Texts that follow a workflow: rounds instead of one decision, until the last step writes the approval."""

from datetime import timedelta

import pytest

from syndication_assets.approval.approval_error import ApprovalError
from syndication_assets.approval.rounds.inbox import history_of, inbox_of
from syndication_assets.content.review.text_decisions import approve, edit, reject
from syndication_assets.content.rounds.text_rounds import RuleDecisions, decide_by_rule
from syndication_assets.database.connection import transaction
from syndication_assets_tests.approval.approval_desk import ApprovalDesk
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY, Shop


@pytest.fixture
def desk(shop: Shop) -> ApprovalDesk:
    """One undecided text that an approval rule covers, and people."""
    shop.channel()
    shop.product("kilt", shop.category("Kilts"))
    shop.approve_by_rule()
    shop.select()
    shop.write()
    return ApprovalDesk(shop.url, olga="owner", ann="editor", bob="editor", mia="manager")


def by_rule(desk: ApprovalDesk) -> RuleDecisions:
    with transaction(desk.url) as connection:
        return decide_by_rule(connection, FIRST_DAY, FIRST_DAY + timedelta(1))


def texts(desk: ApprovalDesk) -> list[tuple[str, str]]:
    return desk.rows("select content_id, state::text from content.posts_content order by version")


def approvals(desk: ApprovalDesk) -> list[tuple[str, str, bool]]:
    return desk.rows(
        "select a.decision::text, a.decided_by, a.content_hash = c.content_hash from content.approvals as a"
        " inner join content.posts_content as c using (organization_id, content_id) order by a.decided_at"
    )


@pytest.mark.both_servers
def test_a_workflow_comes_before_the_rule_of_the_channel_and_its_last_step_writes_the_approval(desk: ApprovalDesk):
    flow = desk.workflow(platforms=["facebook"], content_types=["product"])
    desk.step(flow, 1, "editor")
    desk.step(flow, 2, "manager")
    counts = {"rows_written": 0, "texts_left_for_review": 1, "rounds_by_workflow": 1, "rounds_without_approvers": 0}
    assert by_rule(desk) == (counts, {})
    assert by_rule(desk).counts == dict.fromkeys(counts, 0), "a second run changes nothing"
    ((content_id, state),) = texts(desk)
    assert (state, desk.inbox("ann")) == ("needs_review", [f"{content_id} step 1"])
    with pytest.raises(ApprovalError, match="You are no approver of the step 'step 1'"):
        approve(desk.url, content_id, desk.user["mia"])
    assert approve(desk.url, content_id, desk.user["ann"])
    assert (texts(desk), approvals(desk)) == ([(content_id, "needs_review")], []), "another step waits"
    assert approve(desk.url, content_id, desk.user["mia"])
    assert not approve(desk.url, content_id, desk.user["mia"])
    assert (texts(desk), approvals(desk)) == ([(content_id, "approved")], [("approved", desk.user["mia"], True)])
    # Withdrawn before publication: the round says so, too.
    assert reject(desk.url, content_id, desk.user["olga"], "the tone is wrong")
    assert (texts(desk), approvals(desk)) == ([(content_id, "rejected")], [("rejected", desk.user["olga"], True)])
    assert desk.rows("select state::text from approval.rounds") == [("rejected",)]


def test_an_edit_in_the_middle_begins_a_round_of_the_new_version_and_its_editor_is_an_author(desk: ApprovalDesk):
    flow = desk.workflow(forbids_own=True)
    desk.step(flow, 1, "ann", "bob")
    desk.step(flow, 2, "mia", "ann")
    by_rule(desk)
    ((old, _),) = texts(desk)
    approve(desk.url, old, desk.user["ann"])
    text = desk.value("select text_content from content.posts_content")
    new, _ = edit(desk.url, old, desk.user["bob"], text.replace("kilt", "warm kilt", 1))
    assert texts(desk) == [(old, "superseded"), (new, "needs_review")]
    assert (desk.inbox("mia"), desk.inbox("bob"), desk.inbox("ann")) == ([], [], [f"{new} step 1"])
    with pytest.raises(ApprovalError, match=f"You wrote or edited {new}"):
        approve(desk.url, new, desk.user["bob"])
    approve(desk.url, new, desk.user["ann"])
    approve(desk.url, new, desk.user["mia"])
    assert texts(desk)[1] == (new, "approved")
    with transaction(desk.url) as connection:
        lines = history_of(connection, desk.organization_id, new)
    assert [(line.subject_id, line.state, line.decided_by) for line in lines] == [
        (old, "superseded", "Ann"), (old, "superseded", None), (new, "approved", "Ann"), (new, "approved", "Mia"),
    ]  # fmt: skip


def test_an_automatic_rule_skips_all_steps_but_the_last(desk: ApprovalDesk):
    flow = desk.workflow(automatic_generators=["template"])
    desk.step(flow, 1, "editor")
    desk.step(flow, 2, "manager")
    by_rule(desk)
    ((content_id, _),) = texts(desk)
    assert (desk.inbox("ann"), desk.inbox("mia")) == ([], [f"{content_id} step 2"])
    skipped = desk.rows("select step_order, decided_by, is_by_rule from approval.decisions")
    assert skipped == [(1, "flow", True)]


def test_a_workflow_without_steps_approves_what_it_covers_and_leaves_the_rest_to_one_person(desk: ApprovalDesk):
    desk.workflow(automatic_generators=["template"], automatic_minimum_score="0.9")
    desk.execute("update content.product_selections set score = 0.8")
    assert by_rule(desk).counts["texts_left_for_review"] == 1
    ((content_id, _),) = texts(desk)
    assert desk.inbox("ann") == desk.inbox("olga") == [f"{content_id} decision"], "whoever has the right"
    desk.execute("delete from approval.rounds; update content.posts_content set state = 'generated'")
    desk.execute("update content.product_selections set score = 0.9")
    assert by_rule(desk).counts["rows_written"] == 1
    assert (texts(desk), approvals(desk)) == ([(content_id, "approved")], [("approved", "flow", True)])


def test_a_text_whose_workflow_has_nobody_to_decide_waits_and_its_round_begins_once_there_is_somebody(
    desk: ApprovalDesk,
):
    desk.step(desk.workflow(), 1, "admin")
    ((content_id, _),) = texts(desk)
    refused = by_rule(desk).refused
    assert refused.keys() == {content_id}
    assert "names the role admin, and no active member with the right approvals.decide" in refused[content_id]
    assert texts(desk) == [(content_id, "needs_review")], "no rule approves it meanwhile"
    with pytest.raises(ApprovalError, match="syndication approval step edit"):
        approve(desk.url, content_id, desk.user["olga"])
    desk.execute("update tenancy.organization_members set role = 'admin' where role = 'manager'")
    assert by_rule(desk).counts["rounds_by_workflow"] == 1
    assert desk.inbox("mia") == [f"{content_id} step 1"]


@pytest.mark.both_servers
def test_the_database_refuses_the_approval_of_a_text_that_breaks_a_hard_rule(desk: ApprovalDesk):
    desk.step(desk.workflow(), 1, "ann")
    by_rule(desk)
    round_id = desk.value("select round_id from approval.rounds")
    desk.execute(
        "update content.compliance_checks set is_passed = false, reason = 'too long' where rule_name = 'text_length'"
    )
    with pytest.raises(ApprovalError, match=r"breaks hard rules: text_length: too long\. Edit it first"):
        desk.decide(round_id, "ann")
    assert (desk.state(round_id), approvals(desk)) == ("open", [])
    assert desk.decide(round_id, "ann", "rejected", "too long").state == "rejected"
    assert approvals(desk) == [("rejected", desk.user["ann"], True)]


def test_without_a_workflow_a_text_waits_for_whoever_has_the_right(desk: ApprovalDesk):
    desk.execute("delete from content.approval_rules")
    by_rule(desk)
    ((content_id, _),) = texts(desk)
    desk.execute("update tenancy.organization_members set role = 'member' where role = 'manager'")
    assert (desk.inbox("ann"), desk.inbox("mia")) == ([f"{content_id} decision"], [])
    with pytest.raises(ApprovalError, match=r"whoever has the right texts\.decide may decide"):
        approve(desk.url, content_id, desk.user["mia"])
    approve(desk.url, content_id, desk.user["ann"])
    assert approvals(desk) == [("approved", desk.user["ann"], True)]
    with transaction(desk.url) as connection:
        assert inbox_of(connection, desk.organization_id, desk.user["ann"]) == []
