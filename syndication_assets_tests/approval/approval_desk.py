"""An organization with people, workflows and texts, whose approvals a test drives."""

from datetime import date
from typing import Any

from syndication_assets.approval.rounds.deciding import Decision, Outcome, decide
from syndication_assets.approval.rounds.inbox import inbox_of
from syndication_assets.approval.rounds.opening import Opened, RoundOpener
from syndication_assets.approval.workflows.matching import Subject
from syndication_assets.database.acting import acting_as
from syndication_assets.database.connection import transaction
from syndication_assets_tests.rows import DatabaseRows


class ApprovalDesk(DatabaseRows):
    """People by first name; `user` has their ids. Subjects are texts that no table has, unless a test adds them."""

    def __init__(self, url: str, **roles: str) -> None:
        self.url = url
        self.organization_id = self.value("select organization_id from tenancy.organizations where slug = 'default'")
        self.user: dict[str, str] = {}
        for name, role in roles.items():
            self.user[name] = str(
                self.value(
                    "insert into tenancy.users (email, display_name) values (%s, %s) returning user_id",
                    [f"{name}@x.example", name.title()],
                )
            )
            self.insert("tenancy.organization_members", "user_id", user_id=self.user[name], role=role)

    def workflow(self, name: str = "flow", **values: Any) -> str:
        return self.insert("approval.workflows", "workflow_id", workflow_name=name, **values)

    def step(self, workflow_id: str, order: int, *approvers: str, escalation: str | None = None, **values: Any) -> None:
        """A step; approvers are names of people or roles."""
        name = f"step {order}"
        self.insert(
            "approval.workflow_steps", "step_name", workflow_id=workflow_id, step_name=name, step_order=order, **values
        )
        for each in [*approvers, *([escalation] if escalation else [])]:
            column = {"user_id": self.user[each]} if each in self.user else {"role": each}
            self.insert(
                "approval.step_approvers", "approver", workflow_id=workflow_id, step_name=name,
                is_for_escalation=each == escalation, **column,
            )  # fmt: skip

    def open(self, subject_id: str = "cnt-00000001", *, replaces: str | None = None, **values: Any) -> Opened:
        subject = Subject(**{"subject_id": subject_id, "noun": "text", "content_hash": b"h", **values})
        with transaction(self.url) as connection:
            return RoundOpener(connection, self.organization_id).open(subject, replaces=replaces)

    def decide(
        self, round_id: str, name: str, decision: Decision = "approved", reason: str | None = None, **options: Any
    ) -> Outcome:
        user = self.user.get(name, name)
        with acting_as(user), transaction(self.url) as connection:
            return decide(connection, self.organization_id, round_id, user, decision, reason, **options)

    def inbox(self, name: str) -> list[str]:
        """The steps that wait, by round and name of the step."""
        with transaction(self.url) as connection:
            steps = inbox_of(connection, self.organization_id, self.user.get(name, name))
        return [f"{step.subject_id} {step.step_name}" for step in steps]

    def delegate(self, delegator: str, to: str, first: date, end: date) -> str:
        return self.insert(
            "approval.delegations", "delegation_id", from_user_id=self.user[delegator], to_user_id=self.user[to],
            reason="holiday", starts_at=first, ends_at=end,
        )  # fmt: skip

    def state(self, round_id: str) -> str:
        return str(self.value("select state::text from approval.rounds where round_id = %s", [round_id]))
