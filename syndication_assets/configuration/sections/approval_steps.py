"""`approval_steps`: the steps of approval workflows, and who decides them."""

from collections.abc import Iterable
from typing import Annotated, Literal

from psycopg.rows import dict_row
from pydantic import AfterValidator, Field

from syndication_assets.configuration.entry import DashedName, Entry, Number, Text
from syndication_assets.configuration.rows import upsert
from syndication_assets.configuration.section import Context, Finding, Section
from syndication_assets.database.connection import Connection, load_sql

Role = Literal["viewer", "member", "editor", "manager", "admin", "owner"]
Hours = Annotated[Number, Field(gt=0, le=10_000, decimal_places=2)]


def _in_order(names: list[str]) -> list[str]:
    return sorted(name.lower() for name in names)


# No row says in which order they were written.
Roles = Annotated[list[Role], AfterValidator(_in_order)]
People = Annotated[list[Text], AfterValidator(_in_order)]
_TABLE = "approval.workflow_steps"


class ApprovalStep(Entry):
    """A step of a workflow. Everybody with one of the roles, and everybody who is named, may decide it."""

    workflow: DashedName
    step: DashedName
    order: Annotated[int, Field(ge=1, le=1000)] = Field(description="Steps are decided in this order.")
    needs: Literal["any", "all"] = Field(
        default="any", description="Whose approval completes it: any approver's, or that of all."
    )
    roles: Roles = Field(default=[], description="Roles whose members decide: exactly these.")
    people: People = Field(default=[], description="Members who decide: addresses or names of service accounts.")
    remind_after_hours: Hours | None = Field(default=None, description="Working hours until people are reminded, once.")
    escalate_after_hours: Hours | None = Field(
        default=None, description="Working hours until those of the escalation may decide, too."
    )
    escalate_to_roles: Roles = Field(default=[], description="Roles of the escalation; one of them is enough.")
    escalate_to: People = Field(default=[], description="Members of the escalation; one of them is enough.")


def _check(context: Context, step: ApprovalStep) -> Iterable[Finding]:
    workflows = context.keys.get("approval_workflows", set())
    if (step.workflow,) not in workflows:
        there_are = ", ".join(sorted(name for (name,) in workflows)) or "none"
        yield Finding(
            "workflow", f"there is no workflow {step.workflow!r}: add it to `approval_workflows`; there are {there_are}"
        )
    if not step.roles and not step.people:
        yield Finding("roles", "nobody may decide the step: name roles or people")
    if (step.escalate_after_hours is None) != (not step.escalate_to_roles and not step.escalate_to):
        yield Finding(
            "escalate_after_hours", "give it with escalate_to_roles or escalate_to: after these hours they may decide"
        )
    for field in ("roles", "people", "escalate_to_roles", "escalate_to"):
        values = getattr(step, field)
        if len(set(values)) < len(values):
            yield Finding(field, "one of them is named twice: remove it")
    for field in ("people", "escalate_to"):
        for name in getattr(step, field):
            if (name,) not in context.keys.get("members", set()) and _user_id(context, name) is None:
                yield Finding(field, f"{name!r} is no member: see `syndication member list`")


def _user_id(context: Context, name: str) -> str | None:
    row = context.connection.execute(
        "select user_id from tenancy.users inner join tenancy.organization_members using (user_id)"
        " where organization_id = %(organization_id)s and (lower(email) = lower(%(name)s) or service_name = %(name)s)",
        {"organization_id": context.organization_id, "name": name},
    ).fetchone()
    return None if row is None else str(row[0])


def _workflow_id(context: Context, name: str) -> str:
    rows = context.connection.execute(
        "select workflow_id from approval.workflows where organization_id = %s and workflow_name = %s",
        [context.organization_id, name],
    )
    return str(rows.fetchall()[0][0])


def _write(context: Context, step: ApprovalStep) -> None:
    key = {"organization_id": context.organization_id, "workflow_id": _workflow_id(context, step.workflow)}
    values = {
        **key,
        "step_name": step.step,
        "step_order": step.order,
        "needs": step.needs,
        "remind_after_hours": step.remind_after_hours,
        "escalate_after_hours": step.escalate_after_hours,
    }
    upsert(context.connection, _TABLE, ("organization_id", "workflow_id", "step_name"), values)
    wanted = {
        *((False, role, None) for role in step.roles),
        *((False, None, _user_id(context, name)) for name in step.people),
        *((True, role, None) for role in step.escalate_to_roles),
        *((True, None, _user_id(context, name)) for name in step.escalate_to),
    }
    present = set(
        context.connection.execute(
            "select is_for_escalation, role, user_id from approval.step_approvers"
            " where organization_id = %s and workflow_id = %s and step_name = %s",
            [*key.values(), step.step],
        ).fetchall()
    )
    for is_for_escalation, role, user_id in present - wanted:
        context.connection.execute(
            "delete from approval.step_approvers where organization_id = %s and workflow_id = %s and step_name = %s"
            " and is_for_escalation = %s and approver = %s",
            [*key.values(), step.step, is_for_escalation, user_id or role],
        )
    for approver in wanted - present:
        context.connection.execute(
            "insert into approval.step_approvers"
            " (organization_id, workflow_id, step_name, is_for_escalation, role, user_id)"
            " values (%s, %s, %s, %s, %s, %s)",
            [*key.values(), step.step, *approver],
        )


def _remove(context: Context, step: ApprovalStep) -> None:
    # A workflow that was removed has taken its steps along.
    context.connection.execute(
        "delete from approval.workflow_steps as s using approval.workflows as w"
        " where (s.organization_id, s.workflow_id) = (w.organization_id, w.workflow_id)"
        " and s.organization_id = %s and w.workflow_name = %s and s.step_name = %s",
        [context.organization_id, step.workflow, step.step],
    )


def _read(connection: Connection, organization_id: str) -> list[ApprovalStep]:
    cursor = connection.cursor(row_factory=dict_row).execute(
        load_sql("approval/steps_as_configured.sql"), {"organization_id": organization_id}
    )
    return [ApprovalStep.model_construct(**row) for row in cursor]


APPROVAL_STEPS = Section(
    name="approval_steps",
    noun="approval step",
    removed="Open rounds keep the step as it was.",
    entry=ApprovalStep,
    permission="workflows.edit",
    key=("workflow", "step"),
    read=_read,
    write=_write,
    remove=_remove,
    check=_check,
)
