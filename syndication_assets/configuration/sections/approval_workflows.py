"""`approval_workflows`: what has to be approved in several steps, or by named people."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from syndication_assets.configuration.entry import ACTIVE, DashedName, Entry, Name, Number
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section, platform_findings

Score = Annotated[Number, Field(ge=0, le=1, decimal_places=6)]


class ApprovalWorkflow(Entry):
    """A workflow: what it is for, and what its automatic rule covers. Its steps are in `approval_steps`."""

    name: DashedName
    priority: Annotated[int, Field(ge=-1000, le=1000)] = Field(
        default=0, description="Of several workflows that fit, the highest decides."
    )
    subjects: list[Name] = Field(default=[], description="What it is for, such as text; none is for everything.")
    content_types: list[Name] = Field(
        default=[],
        description="Types that it is for, such as product, blog_post, announcement or event; none is for all.",
    )
    platforms: list[Name] = Field(default=[], description="Platforms that it is for; none is for all.")
    channels: list[Name] = Field(
        default=[], description="Kinds of publication that it is for, such as feed_post; none is for all."
    )
    minimum_score: Score | None = Field(
        default=None, description="What is known to have a lower score, from 0 to 1, is not approved."
    )
    automatic_generators: list[Literal["template", "llm", "person"]] = Field(
        default=[],
        description="Whose work skips all steps but the last, if it breaks no rule; without steps, it is approved.",
    )
    automatic_minimum_score: Score = Field(
        default=Decimal(0), description="Lowest score, from 0 to 1, that skips steps; an unknown score counts as 0."
    )
    forbids_own: bool = Field(
        default=False, description="true: nobody decides on what they wrote or edited themselves."
    )
    is_active: bool = ACTIVE


def _check(context: Context, workflow: ApprovalWorkflow) -> Iterable[Finding]:
    for field in ("subjects", "content_types", "platforms", "channels", "automatic_generators"):
        values = getattr(workflow, field)
        if len(set(values)) < len(values):
            yield Finding(field, "one of them is named twice: remove it")
    nouns = [noun for (noun,) in context.connection.execute("select noun from approval.subject_kinds order by noun")]
    for noun in workflow.subjects:
        if noun not in nouns:
            yield Finding("subjects", f"{noun!r} is nothing that is approved: choose from {', '.join(nouns)}")
    for platform in workflow.platforms:
        for finding in platform_findings(context, platform):
            yield Finding("platforms", finding.message)
    steps = [step for of_workflow, step in context.keys.get("approval_steps", set()) if of_workflow == workflow.name]
    if workflow.automatic_generators and len(steps) == 1:
        yield Finding(
            "automatic_generators",
            "people always decide the last step, and the workflow has only one: add a step before it, or leave it out",
        )


def _write(context: Context, workflow: ApprovalWorkflow) -> None:
    values = workflow.model_dump()
    values = {
        "organization_id": context.organization_id,
        "workflow_name": values.pop("name"),
        "channel_types": values.pop("channels"),
        **values,
    }
    upsert(context.connection, "approval.workflows", ("organization_id", "workflow_name"), values)


def _remove(context: Context, workflow: ApprovalWorkflow) -> None:
    key = {"organization_id": context.organization_id, "workflow_name": workflow.name}
    delete(context.connection, "approval.workflows", key)


APPROVAL_WORKFLOWS = Section(
    name="approval_workflows",
    noun="approval workflow",
    paused="new rounds follow another workflow or none, and open ones go on",
    removed="Its steps go with it; open rounds go on, and decisions stay.",
    entry=ApprovalWorkflow,
    permission="workflows.edit",
    key=("name",),
    read=reader(
        ApprovalWorkflow,
        "select workflow_name as name, priority, subjects, content_types, platforms, channel_types as channels,"
        " minimum_score, automatic_generators, automatic_minimum_score, forbids_own, is_active"
        " from approval.workflows where organization_id = %(organization_id)s order by workflow_name",
    ),
    write=_write,
    remove=_remove,
    check=_check,
)
