"""`syndication approval inbox`, `approve`, `reject` and `history`: what an approver does."""

from typing import Any

import click

from syndication_assets.approval.approval_error import ApprovalError
from syndication_assets.approval.rounds.deciding import Decision, Outcome, decide
from syndication_assets.approval.rounds.inbox import HistoryLine, WaitingStep, history_of, inbox_of
from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, printable, show_rows
from syndication_assets.cli.people.acting import actor_of_session, in_organization, person_who_acts, requires
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization

_TEXT = "cnt-"
_ID = click.argument("identifier", metavar="ID")


@click.group()
def approval() -> None:
    """Shows what waits for whom, records decisions, and manages workflows and delegations."""


@approval.command()
@click.option("--limit", default=100, show_default=True, type=click.IntRange(min=1), help="Maximum number of lines.")
@organization_option
@json_option
@command
def inbox(limit: int, organization: str, as_json: bool) -> None:
    """Lists what waits for the acting user (--as), the longest first: own steps, delegated and escalated ones."""
    url, organization_id = _organization(organization)
    with transaction(url) as connection:
        actor = actor_of_session(connection)
        user = actor.user_id if actor is not None else person_who_acts()
        steps = inbox_of(connection, organization_id, user, limit=limit)
        names = _names(connection, steps)
    rows = [_Line(step, user, names) for step in steps]
    show_rows(rows, _Line.line, "Nothing waits for you.", as_json=as_json)


class _Line(tuple[WaitingStep, str, dict[str, str]]):
    """A step in the inbox: a line for people, an object for programs."""

    __slots__ = ()

    def __new__(cls, step: WaitingStep, user: str, names: dict[str, str]) -> "_Line":
        return super().__new__(cls, (step, user, names))

    def _asdict(self) -> dict[str, Any]:
        return {**self[0]._asdict(), "content_hash": self[0].content_hash.hex()}

    def line(self) -> str:
        step, user, names = self
        channel = "/".join(filter(None, (step.platform, step.channel_type)))
        others = [names[place] for place in step.places if place != user]
        notes = [
            *([f"for {', '.join(others)}"] if others else []),
            *(["escalated"] if step.is_escalated else []),
            *([f"score {step.score.normalize():f}"] if step.score is not None else []),
        ]
        return (
            f"{step.round_id}  {step.subject_id}  {channel:24} {step.content_type or step.noun:12} "
            f"{step.workflow_name or 'built-in'}: {step.step_name}  since {step.since:%Y-%m-%d %H:%M} UTC"
            f"{'  (' + '; '.join(notes) + ')' if notes else ''}"
        )


@approval.command()
@_ID
@click.option("--reason", default=None, metavar="TEXT", help="A note for the history.")
@organization_option
@command
@requires("approvals.decide", in_organization())
def approve(identifier: str, reason: str | None, organization: str) -> None:
    """Approves the open step of ID, a round (rnd-…) or what it is about (cnt-…)."""
    _decide(organization, identifier, "approved", reason)


@approval.command()
@_ID
@click.option("--reason", required=True, metavar="TEXT", help="What is wrong, for the next version.")
@organization_option
@command
@requires("approvals.decide", in_organization())
def reject(identifier: str, reason: str, organization: str) -> None:
    """Rejects ID, a round (rnd-…) or what it is about (cnt-…): it is not published."""
    _decide(organization, identifier, "rejected", reason)


@approval.command()
@click.argument("subject_id", metavar="SUBJECT")
@organization_option
@json_option
@command
def history(subject_id: str, organization: str, as_json: bool) -> None:
    """Shows the rounds, steps and decisions of SUBJECT (cnt-…) and of what it replaced, the oldest first."""
    url, organization_id = _organization(organization)
    with transaction(url) as connection:
        lines = history_of(connection, organization_id, subject_id)
    show_rows(lines, _history_line, f"{subject_id} had no round yet.", as_json=as_json)


def _history_line(line: HistoryLine) -> str:
    workflow = f"{line.workflow_name} version {line.workflow_version}" if line.workflow_name else "built-in"
    outcome = line.step_state
    if line.decision is not None and line.decided_at is not None:
        place = f" for {line.in_place_of}" if line.in_place_of else ""
        reason = f": {line.reason}" if line.reason else ""
        rule = "rule " if line.is_by_rule else ""
        outcome = f"{line.decision} by {rule}{line.decided_by}{place} at {line.decided_at:%Y-%m-%d %H:%M} UTC{reason}"
    return f"{line.round_id}  {line.subject_id}  {line.state:10} {workflow}, {line.step_name}: {outcome}"


def _decide(organization: str, identifier: str, decision: Decision, reason: str | None) -> None:
    url, organization_id = _organization(organization)
    person = person_who_acts()
    with transaction(url) as connection:
        connection.execute("select set_config('app.actor', %s, true)", [person])
        round_id, subject_id = _round_of(connection, organization_id, identifier)
        if subject_id.startswith(_TEXT):
            broken = _decide_text(connection, subject_id, person, decision, reason)
            outcome = _outcome(connection, organization_id, round_id)
        else:
            broken = []
            outcome = decide(connection, organization_id, round_id, person, decision, reason)
    if broken:
        raise ApprovalError("\n".join([f"{subject_id} breaks hard rules:", *(f"  {each}" for each in broken)]))
    waits = f" The step {outcome.open_step!r} waits." if outcome.open_step else ""
    click.echo(printable(f"{subject_id}: your decision is stored; the round is {outcome.state}.{waits}"))


def _decide_text(
    connection: Connection, content_id: str, person: str, decision: Decision, reason: str | None
) -> list[str]:
    from syndication_assets.content.review.text_decisions import decide_text  # noqa: PLC0415 - reads the rules' tables

    return decide_text(connection, content_id, person, decision, reason)


def _round_of(connection: Connection, organization_id: str, identifier: str) -> tuple[str, str]:
    """The round and its subject, from either id: the open round of a subject, or its newest."""
    row = connection.execute(
        "select round_id, subject_id from approval.rounds where organization_id = %(organization_id)s"
        " and (round_id = %(id)s or subject_id = %(id)s) order by ended_at is not null, created_at desc limit 1",
        {"organization_id": organization_id, "id": identifier},
    ).fetchone()
    if row is None:
        raise ApprovalError(f"There is no round of {identifier}: `syndication approval inbox` shows those that wait.")
    return str(row[0]), str(row[1])


def _outcome(connection: Connection, organization_id: str, round_id: str) -> Outcome:
    ((state, step),) = connection.execute(
        "select r.state::text, s.step_name from approval.rounds as r left join approval.round_steps as s"
        " on r.organization_id = s.organization_id and r.round_id = s.round_id and s.state = 'open'"
        " where r.organization_id = %s and r.round_id = %s",
        [organization_id, round_id],
    ).fetchall()
    return Outcome(state, step)


def _names(connection: Connection, steps: list[WaitingStep]) -> dict[str, str]:
    users = sorted({place for step in steps for place in step.places})
    return dict(connection.execute("select u, tenancy.actor_name(u) from unnest(%s::text[]) as u", [users]).fetchall())


def _organization(slug: str) -> tuple[str, str]:
    url = migrated_database_url(Settings.from_environment())
    return url, require_organization(url, slug).organization_id
