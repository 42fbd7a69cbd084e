"""Rounds in the database: who may decide, what a decision leads to, and what the database refuses by itself."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import psycopg
import pytest

from syndication_assets.approval.approval_error import ApprovalError, NoApproversError
from syndication_assets.approval.rounds.deciding import decide
from syndication_assets.approval.rounds.inbox import history_of, inbox_of
from syndication_assets.approval.rounds.opening import supersede
from syndication_assets.approval.workflows.delegations import delegate
from syndication_assets.database.connection import DatabaseError, transaction
from syndication_assets_tests.approval.approval_desk import ApprovalDesk
from syndication_assets_tests.today import today

_KIND = "insert into approval.subject_kinds values ('tst', 'test', 'texts.decide')"


@pytest.fixture
def desk(database_url: str) -> ApprovalDesk:
    """Two editors and two managers; subjects tst-… belong to no room."""
    desk = ApprovalDesk(
        database_url, olga="owner", ann="editor", bob="editor", mia="manager", max="manager", vic="viewer"
    )
    desk.execute(_KIND)
    return desk


def in_days(days: int) -> date:
    return today() + timedelta(days=days)


def refused(desk: ApprovalDesk, match: str, *decision: str, **options: int) -> None:
    with pytest.raises(ApprovalError, match=match):
        desk.decide(*decision, **options)  # type: ignore[arg-type]


@pytest.mark.both_servers
def test_a_round_goes_step_by_step_and_everybody_sees_what_waits_for_them(desk: ApprovalDesk):
    flow = desk.workflow(minimum_score="0.5")
    desk.step(flow, 1, "ann", "bob", needs="all")
    desk.step(flow, 2, "manager", needs="any")
    round_id = desk.open("tst-00000001", score="0.7").round_id
    assert {name: desk.inbox(name) for name in ("ann", "mia", "olga")} == {
        "ann": ["tst-00000001 step 1"], "mia": [], "olga": [],
    }  # fmt: skip
    refused(desk, "You are no approver of the step 'step 1' of tst-00000001: Ann, Bob may decide", round_id, "mia")
    assert desk.decide(round_id, "ann") == ("open", "step 1"), "all of them are needed"
    assert desk.inbox("ann") == []
    refused(desk, "You have decided on the step 'step 1' .* already: it waits for the others", round_id, "ann")
    assert desk.decide(round_id, "bob") == ("open", "step 2")
    refused(desk, "went on to the step 'step 2' meanwhile", round_id, "mia", step_order=1)
    assert desk.inbox("mia") == desk.inbox("max") == ["tst-00000001 step 2"]
    # The workflow changes: the round keeps its steps, and the clock of its step.
    version = desk.value("select version from approval.workflows")
    desk.execute("update approval.workflow_steps set needs = 'all', remind_after_hours = 1")
    assert desk.value("select version from approval.workflows") > version
    assert desk.decide(round_id, "max", step_order=2) == ("approved", None)
    refused(desk, "tst-00000001 is approved already by Max at", round_id, "mia")
    with transaction(desk.url) as connection:
        lines = history_of(connection, desk.organization_id, "tst-00000001")
    assert [(line.step_name, line.decision, line.decided_by) for line in lines] == [
        ("step 1", "approved", "Ann"), ("step 1", "approved", "Bob"), ("step 2", "approved", "Max"),
    ]  # fmt: skip
    audited = desk.rows(
        "select actor, action from tenancy.audit_log where table_name = 'approval.decisions' order by occurred_at"
    )
    assert audited == [(desk.user[name], "insert") for name in ("ann", "bob", "max")]
    # A low score, a rejection, and the end of everything below it.
    low = desk.open("tst-00000002", score="0.4").round_id
    refused(desk, "has a score of 0.4, and the workflow 'flow' approves from 0.5 on", low, "ann")
    refused(desk, "A rejection needs a reason", low, "ann", "rejected", " ")
    assert desk.decide(low, "ann", "rejected", "too cold") == ("rejected", None)
    refused(desk, "is rejected already by Ann", low, "bob")
    states = desk.rows("select state::text from approval.round_steps where round_id = %s order by step_order", [low])
    assert states == [("rejected",), ("skipped",)]


def test_of_two_approvers_at_once_one_decides_the_step(desk: ApprovalDesk):
    flow = desk.workflow()
    desk.step(flow, 1, "ann", "bob")
    desk.step(flow, 2, "bob", "ann")
    round_id = desk.open("tst-00000001").round_id

    def approve(name: str) -> str:
        try:
            return desk.decide(round_id, name, step_order=1).state
        except ApprovalError as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        answers = set(pool.map(approve, ["ann", "bob"]))
    assert answers == {"open", f"{round_id} went on to the step 'step 2' meanwhile: look at it again."}
    assert desk.value("select count(*) from approval.decisions") == 1


def test_delegations_chains_and_escalations_let_others_decide(desk: ApprovalDesk):
    flow = desk.workflow()
    desk.step(flow, 1, "ann", "bob", escalation="owner", needs="all", escalate_after_hours=1, remind_after_hours=1)
    round_id = desk.open("tst-00000001").round_id
    assert desk.inbox("mia") == desk.inbox("olga") == []
    desk.delegate("ann", "max", in_days(-2), in_days(2))
    desk.delegate("max", "mia", in_days(-2), in_days(2))
    desk.delegate("bob", "vic", in_days(-2), in_days(2))
    desk.delegate("bob", "mia", in_days(2), in_days(7))
    assert desk.inbox("mia") == ["tst-00000001 step 1"], "the chain leads to her"
    assert desk.inbox("vic") == [], "a viewer has no right to decide"
    assert desk.decide(round_id, "mia") == ("open", "step 1")
    place = "select approver, decided_by from approval.decisions"
    assert desk.rows(place) == [(desk.user["ann"], desk.user["mia"])]
    refused(desk, "You have decided", round_id, "mia")
    desk.execute("delete from tenancy.organization_members where user_id = %s", [desk.user["max"]])
    of_max = "select count(*) from approval.delegations where from_user_id = %s"
    assert desk.value(of_max, [desk.user["max"]]) == 0, "it went with his membership"
    desk.execute("update approval.round_steps set escalate_at = now()")
    assert desk.inbox("olga") == ["tst-00000001 step 1"]
    assert desk.decide(round_id, "olga") == ("approved", None), "one of the escalation is enough"


def test_a_delegation_has_no_twin_in_its_period_and_leads_nowhere_back(desk: ApprovalDesk):
    desk.delegate("ann", "bob", today(), in_days(2))
    desk.delegate("ann", "mia", in_days(2), in_days(3))
    for delegator, to, message in (
        ("ann", "max", "they delegate to somebody in a part of this period already"),
        ("bob", "ann", "it leads back to whom it comes from"),
    ):
        with pytest.raises(psycopg.errors.ExclusionViolation, match=message):
            desk.delegate(delegator, to, in_days(-2), in_days(2))
    desk.delegate("bob", "max", in_days(-2), in_days(2))
    with pytest.raises(psycopg.errors.ExclusionViolation, match="leads back"):
        desk.delegate("max", "ann", today(), in_days(2))
    desk.delegate("max", "ann", in_days(5), in_days(6))
    with pytest.raises(ApprovalError, match=r"Vic is no active member with the right"), transaction(desk.url) as c:
        delegate(c, desk.organization_id, desk.user["mia"], desk.user["vic"], "x", *_moments(desk))


def _moments(desk: ApprovalDesk) -> tuple[object, object]:
    return desk.rows("select now(), now() + interval '1 day'")[0]  # type: ignore[return-value]


def test_nobody_decides_on_their_own_where_the_workflow_says_so(desk: ApprovalDesk):
    flow = desk.workflow(forbids_own=True)
    desk.step(flow, 1, "editor")
    round_id = desk.open("tst-00000001", authors=(desk.user["ann"],)).round_id
    assert desk.inbox("ann") == []
    assert desk.inbox("bob") == ["tst-00000001 step 1"]
    refused(desk, "You wrote or edited tst-00000001", round_id, "ann")
    desk.delegate("bob", "ann", in_days(-2), in_days(2))
    refused(desk, "You wrote or edited tst-00000001", round_id, "ann")
    with pytest.raises(NoApproversError, match="all of its approvers wrote or edited it"):
        desk.open("tst-00000002", authors=(desk.user["ann"], desk.user["bob"]))
    assert desk.value("select count(*) from approval.rounds") == 1, "nothing was written"
    desk.execute("update approval.workflows set forbids_own = false")
    desk.decide(desk.open("tst-00000003", authors=(desk.user["bob"],)).round_id, "bob")


@pytest.mark.both_servers
def test_an_edit_begins_a_new_round_and_the_database_keeps_what_rounds_promise(desk: ApprovalDesk):
    flow = desk.workflow()
    desk.step(flow, 1, "ann", remind_after_hours=2)
    desk.step(flow, 2, "mia")
    first = desk.open("tst-00000001").round_id
    desk.decide(first, "ann")
    with transaction(desk.url) as connection:
        assert supersede(connection, desk.organization_id, "tst-00000001") == first
    second = desk.open("tst-00000001", content_hash=b"i", replaces=first).round_id
    assert (desk.state(first), desk.state(second)) == ("superseded", "open")
    refused(desk, "tst-00000001 was edited meanwhile: decide on its newest version", first, "mia")
    assert desk.inbox("ann") == ["tst-00000001 step 1"]
    assert desk.inbox("mia") == []
    for statement, message in (
        ("update approval.rounds set content_hash = '\\x00'", "a round is about one subject at one hash"),
        (f"update approval.rounds set state = 'open', ended_at = null where round_id = '{first}'", "does not become"),
        ("update approval.round_steps set step_entered_at = now()", "the clock of a step does not begin again"),
        ("update approval.decisions set reason = 'other'", "a decision never changes"),
    ):
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match=message):
            desk.execute(statement)
    with pytest.raises(DatabaseError, match="rounds_open"):
        desk.open("tst-00000001")


@pytest.mark.both_servers
def test_a_reader_sees_the_approvals_of_one_organization_only(desk: ApprovalDesk):
    desk.step(desk.workflow(), 1, "ann")
    desk.open("tst-00000001")
    other = desk.value("insert into tenancy.organizations (slug, name) values ('b', 'B') returning organization_id")
    with psycopg.connect(desk.url) as connection:
        connection.execute("set role syndication_reader")
        seen = []
        for organization_id in (desk.organization_id, other):
            connection.execute("select set_config('app.organization_id', %s, false)", [organization_id])
            seen.append(connection.execute("select count(*) from approval.rounds").fetchall()[0][0])
            inbox = inbox_of(connection, organization_id, desk.user["ann"])
            assert len(inbox) == seen[-1], "a page reads the inbox as a reader"
    assert seen == [1, 0]
    with transaction(desk.url) as connection:
        assert inbox_of(connection, other, desk.user["ann"]) == []
        round_id = desk.value("select round_id from approval.rounds")
        with pytest.raises(ApprovalError, match="There is no round"):
            decide(connection, other, round_id, desk.user["ann"], "approved")
