"""Reminders, escalations and the checks of the room find what they are for, and nothing in intact rows."""

from datetime import UTC, datetime, timedelta

import pytest

from syndication_assets.approval.checks import CHECKS
from syndication_assets.database.connection import transaction
from syndication_assets.operations.alerts.alert_recording import LOCK, record
from syndication_assets.operations.alerts.alert_routes import Route, add_route
from syndication_assets.operations.conditions import find_conditions
from syndication_assets.operations.metrics import read_metrics
from syndication_assets.sql_assets.checks import SqlCheck, find_offenders
from syndication_assets_tests.approval.approval_desk import ApprovalDesk
from syndication_assets_tests.today import today

DAMAGES = {
    "steps_have_approvers": "update tenancy.organization_members set status = 'inactive' where role = 'manager'",
    "open_steps_have_approvers": "update tenancy.users set is_active = false where email like 'ann@%'",
    "ended_rounds_were_decided": "delete from approval.decisions",
}
KINDS = ("approval_waits", "approval_escalated")


@pytest.fixture
def desk(database_url: str) -> ApprovalDesk:
    """A round that ended, and one whose first step waits for ann."""
    desk = ApprovalDesk(database_url, olga="owner", ann="editor", mia="manager")
    desk.execute("insert into approval.subject_kinds values ('tst', 'test', 'texts.decide')")
    flow = desk.workflow()
    desk.step(flow, 1, "editor", escalation="owner", remind_after_hours=4, escalate_after_hours=8)
    desk.step(flow, 2, "manager")
    ended = desk.open("tst-00000001").round_id
    desk.decide(ended, "ann")
    desk.decide(ended, "mia")
    desk.open("tst-00000002")
    return desk


@pytest.mark.both_servers
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_finds_its_damage_and_nothing_else(check: SqlCheck, desk: ApprovalDesk):
    def offenders() -> int:
        with transaction(desk.url) as connection:
            return find_offenders(connection, "approval", check, (today(), today() + timedelta(days=1))).count

    assert offenders() == 0
    desk.execute(DAMAGES[check.name])
    assert offenders() == 1


def test_every_check_has_its_damage():
    assert {check.name for check in CHECKS} == DAMAGES.keys()


def test_people_are_reminded_once_and_an_escalation_is_told_once(desk: ApprovalDesk):
    with transaction(desk.url) as connection:
        add_route(connection, Route("default", "ops", "mail", "ops@acme.example"))
        (metric,) = [each for each in read_metrics(connection) if each.name == "syndication_approval_open_rounds"]
    labels = {"organization": "default", "workflow": "flow", "step": "step 1"}
    assert [(sample.labels, sample.value) for sample in metric.samples] == [(labels, 1)]

    def told(moment: datetime) -> list[tuple[str, str]]:
        with transaction(desk.url, lock=LOCK) as connection:
            record(connection, find_conditions(connection, {}), moment)
        return desk.rows(
            "select a.kind, d.event from operations.alert_deliveries as d inner join operations.alerts as a"
            " using (organization_id, alert_id) where a.kind = any(%s) order by d.event_at, a.kind desc",
            [list(KINDS)],
        )

    now = datetime.now(UTC)
    assert told(now) == []
    desk.execute("update approval.round_steps set remind_at = now() - interval '1 hour' where state = 'open'")
    assert told(now) == told(now + timedelta(days=200)) == [("approval_waits", "opened")]
    desk.execute("update approval.round_steps set escalate_at = now() where state = 'open'")
    once_each = [("approval_waits", "opened"), ("approval_escalated", "opened")]
    assert told(now + timedelta(days=201)) == told(now + timedelta(days=300)) == once_each
    message = desk.value("select message from operations.alerts where kind = 'approval_waits'")
    assert "tst-00000002 waits for a decision since" in message
    assert "one approver has to decide the step step 1 of the workflow flow" in message
    desk.decide(desk.value("select round_id from approval.rounds where state = 'open'"), "ann")
    told(now + timedelta(days=301))
    closed = "select kind from operations.alerts where kind = any(%s) and closed_at is not null order by kind"
    assert desk.rows(closed, [list(KINDS)]) == [("approval_escalated",), ("approval_waits",)]
