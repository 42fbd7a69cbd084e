"""The rounds of texts: by the workflow of their channel, or, without one, by an approval rule or one person."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from psycopg.rows import dict_row

from syndication_assets.approval.rounds.deciding import Decision, decide, withdraw
from syndication_assets.approval.rounds.opening import Opened, RoundOpener, open_all
from syndication_assets.approval.workflows.matching import Subject
from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.sql_assets.windows import run_window


class RuleDecisions(NamedTuple):
    """What was decided by rule, and what waits for people."""

    counts: dict[str, int]
    refused: dict[str, str]
    """Text → why its round could not begin: its workflow has nobody to decide."""


def decide_by_rule(connection: Connection, first_day: date, end_day: date) -> RuleDecisions:
    """Begins the rounds of the undecided texts of these days, and decides those that a rule covers.

    A workflow comes before the approval rule of the channel. A text whose workflow has no approvers waits without a
    round, and the next run tries again.
    """
    opened: list[Opened] = []
    refused: dict[str, str] = {}
    parameters = {"window_start": first_day, "window_end": end_day, "content_id": None, "only_workflows": True}
    for organization_id, rows in groupby(_undecided(connection, parameters), itemgetter("organization_id")):
        opener = RoundOpener(connection, organization_id)
        subjects = [subject for subject in map(_subject, rows) if opener.workflow_of(subject) is not None]
        begun, without_approvers = open_all(opener, subjects, {})
        opened += begun
        refused |= without_approvers
    by_workflow = [each.subject_id for each in opened if each.is_approved]
    waiting = [each.subject_id for each in opened if not each.is_approved] + list(refused)
    _leave_to_people(connection, waiting)
    counts = run_window(connection, "content/approvals/merge.sql", first_day, end_day)
    return RuleDecisions(
        {
            "rows_written": counts["rows_written"] + len(by_workflow),
            "texts_left_for_review": counts["texts_left_for_review"] + len(waiting),
            "rounds_by_workflow": len(opened),
            "rounds_without_approvers": len(refused),
        },
        refused,
    )


def begin_round(connection: Connection, content_id: str, *, replaces: str | None = None) -> Opened:
    """Begins the round of one text that has no open one. NoApproversError if its workflow has nobody to decide."""
    parameters = {"window_start": None, "window_end": None, "content_id": content_id, "only_workflows": False}
    (row,) = _undecided(connection, parameters)
    opened = RoundOpener(connection, row["organization_id"]).open(_subject(row), replaces=replaces)
    if opened.workflow_name is not None and not opened.is_approved:
        _leave_to_people(connection, [content_id])
    return opened


def decide_in_round(
    connection: Connection, organization_id: str, content_id: str, person: str, decision: Decision, reason: str | None
) -> None:
    """Decides in the open round of a text, begins one if there is none, and withdraws what is approved already."""
    rows = connection.execute(
        "select round_id, state = 'approved' from approval.rounds where organization_id = %s and subject_id = %s"
        " and state in ('open', 'approved') order by state",
        [organization_id, content_id],
    ).fetchall()
    if rows:
        round_id, is_approved = rows[0]
    else:
        opened = begin_round(connection, content_id)
        round_id, is_approved = opened.round_id, opened.is_approved
    if not is_approved:
        decide(connection, organization_id, round_id, person, decision, reason)
    elif decision == "rejected":
        withdraw(connection, organization_id, round_id, person, reason or "")


def _undecided(connection: Connection, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    cursor = connection.cursor(row_factory=dict_row)
    return cursor.execute(load_sql("content/approvals/texts_to_decide.sql"), parameters).fetchall()


def _subject(row: Mapping[str, Any]) -> Subject:
    values = {name: value for name, value in row.items() if name != "organization_id"}
    return Subject(**{**values, "authors": tuple(row["authors"])})


def _leave_to_people(connection: Connection, content_ids: list[str]) -> None:
    connection.execute(
        "update content.posts_content set state = 'needs_review' where content_id = any(%s) and state = 'generated'",
        [content_ids],
    )
