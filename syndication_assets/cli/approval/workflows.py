"""`syndication approval workflow`, `step` and `hours`: who has to approve what, and when people work."""

from collections.abc import Sequence

import click

from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.entries.entry_commands import add_entry_commands, entry_group
from syndication_assets.cli.listing import printable
from syndication_assets.configuration.entries import list_entries
from syndication_assets.configuration.sections.approval_steps import APPROVAL_STEPS, ApprovalStep
from syndication_assets.configuration.sections.approval_workflows import APPROVAL_WORKFLOWS, ApprovalWorkflow
from syndication_assets.configuration.sections.working_hours import WORKING_HOURS
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings

workflow = entry_group(APPROVAL_WORKFLOWS, "workflow", "Manages workflows: what is approved in which way.")
step = entry_group(APPROVAL_STEPS, "step", "Manages the steps of workflows, and who decides them.")
hours = click.Group("hours", help="Says when people work: reminders and escalations count only these hours.")
add_entry_commands(hours, WORKING_HOURS, "add", "list", "edit", "remove")


@workflow.command()
@click.argument("name")
@organization_option
@command
def show(name: str, organization: str) -> None:
    """Shows the workflow NAME with its steps in order."""
    url = migrated_database_url(Settings.from_environment())
    found = [
        each.entry
        for each in list_entries(url, APPROVAL_WORKFLOWS)
        if each.organization == organization and isinstance(each.entry, ApprovalWorkflow) and each.entry.name == name
    ]
    if not found:
        raise SyndicationError(f"{organization} has no workflow {name!r}: see `syndication approval workflow list`.")
    for field, value in found[0].model_dump().items():
        if value not in (None, []):
            shown = ", ".join(value) if isinstance(value, list) else value
            click.echo(printable(f"{field.replace('_', ' ')}: {shown}"))
    steps = [
        each.entry
        for each in list_entries(url, APPROVAL_STEPS)
        if each.organization == organization and isinstance(each.entry, ApprovalStep) and each.entry.workflow == name
    ]
    for each in sorted(steps, key=lambda step: step.order):
        click.echo(printable(_step_line(each)))
    if not steps:
        click.echo("It has no steps: one person with the right decides what it does not approve automatically.")


def _step_line(of: ApprovalStep) -> str:
    parts = [f"{of.needs} of {_people(of.roles, of.people)}"]
    if of.remind_after_hours is not None:
        parts.append(f"reminder after {of.remind_after_hours} h")
    if of.escalate_after_hours is not None:
        parts.append(f"after {of.escalate_after_hours} h also {_people(of.escalate_to_roles, of.escalate_to)}")
    return f"step {of.order} {of.step}: {'; '.join(parts)}"


def _people(roles: Sequence[str], people: Sequence[str]) -> str:
    return ", ".join([*(f"every {role}" for role in roles), *people])
