"""The queue of actions: adding one, starting it, and saying what came of it. The database refuses other changes."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

import psycopg
from jsonschema import Draft202012Validator, ValidationError
from psycopg.types.json import Jsonb

from syndication_assets.curation.actions.executors import EXECUTORS, require_consent
from syndication_assets.curation.posts.post_states import require_posts
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.text.markdown import shorten

_LONGEST_MESSAGE = 200
_COLUMNS = """
select
    a.action_id, o.slug, a.state::text, a.action_type, a.parameters, a.priority, a.scheduled_for, a.executor,
    a.post_id, p.platform, p.url, s.display_name, a.user_notes, a.system_notes, a.executed_at,
    tenancy.actor_name(a.queued_by)
from curation.actions as a
inner join tenancy.organizations as o on a.organization_id = o.organization_id
inner join scraping.post_records as p on a.organization_id = p.organization_id and a.post_id = p.post_id
left join channels.social_accounts as s on a.organization_id = s.organization_id and a.account_id = s.account_id
"""
_LIST = (
    _COLUMNS + " where (%(ended)s or a.state in ('queued', 'in_progress'))"
    " order by a.state <> 'in_progress', a.state <> 'queued', a.priority desc, a.scheduled_for nulls first,"
    " a.created_at, a.action_id limit 1000"
)


class Action(NamedTuple):
    """An action with what a person needs to do it."""

    action_id: str
    organization: str
    state: str
    action_type: str
    parameters: dict[str, Any]
    priority: int
    scheduled_for: datetime | None
    executor: str
    post_id: str
    platform: str
    url: str | None
    account: str | None
    user_notes: str | None
    system_notes: str | None
    executed_at: datetime | None
    queued_by: str


def queue_action(
    connection: Connection,
    organization_id: str,
    post_id: str,
    action_type: str,
    parameters: Mapping[str, Any],
    *,
    account_id: str | None,
    executor: str,
    priority: int,
    scheduled_for: datetime | None,
    notes: str | None,
    person: str,
) -> str:
    """The id of the new action. SyndicationError if it cannot be done, or the same one waits or runs already."""
    require_posts(connection, organization_id, [post_id])
    _require_parameters(connection, action_type, parameters)
    require_consent(connection, organization_id, executor)
    try:
        row = connection.execute(
            "insert into curation.actions (organization_id, post_id, action_type, parameters, account_id, executor,"
            " priority, scheduled_for, user_notes, queued_by) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " returning action_id",
            [
                *(organization_id, post_id, action_type, Jsonb(dict(parameters)), account_id, executor),
                *(priority, scheduled_for, notes, person),
            ],
        ).fetchall()[0]
    except psycopg.errors.UniqueViolation:
        raise SyndicationError(
            f"{post_id} already has a {action_type} that waits or is in progress: see `syndication action list`."
        ) from None
    except psycopg.errors.ForeignKeyViolation:
        raise SyndicationError(
            f"There is no account {account_id}: see `syndication account list`, or leave --account out."
        ) from None
    return str(row[0])


def list_actions(connection: Connection, *, with_ended: bool) -> list[Action]:
    """What is in progress, then the queue in its order; with those that ended."""
    return [Action(*row) for row in connection.execute(_LIST, {"ended": with_ended})]


def start_action(url: str, action_id: str | None, now: datetime) -> Action:
    """Starts an action, the next one that is due if none is named, and lets its executor do it.

    The start is committed first: if the executor does not return, nobody knows whether the action had its effect, so it
    stays in progress and is not started again. SyndicationError if nothing is due, it is not queued, or its time has
    not come.
    """
    with transaction(url) as connection:
        action = _mark_started(connection, action_id, now)
    outcome = EXECUTORS[action.executor](action)
    if outcome is None:
        return action
    with transaction(url) as connection:
        end_action(connection, action.action_id, "completed", outcome)
    return action._replace(state="completed", system_notes=outcome)


def _mark_started(connection: Connection, action_id: str | None, now: datetime) -> Action:
    condition = (
        " where a.action_id = %s"
        if action_id
        else (" where a.state = 'queued' and (a.scheduled_for is null or a.scheduled_for <= %s)")
    )
    order = " order by a.priority desc, a.scheduled_for nulls first, a.created_at, a.action_id limit 1"
    row = connection.execute(
        (_COLUMNS + condition + order + " for update of a skip locked").encode(), [action_id or now]
    ).fetchone()
    if row is None:
        raise SyndicationError(
            f"There is no action {action_id}, or somebody else is starting it: see `syndication action list`."
            if action_id
            else "No action is due: see `syndication action list`."
        )
    action = Action(*row)
    if action.scheduled_for is not None and action.scheduled_for > now:
        raise SyndicationError(f"{action.action_id} is for {action.scheduled_for:%Y-%m-%d %H:%M} UTC: start it then.")
    if action.state != "queued":
        raise SyndicationError(
            f"{action.action_id} is {_words(action.state)}: an action is started once, because nobody can know whether "
            "it had its effect already. Say what came of it, or queue a new one."
        )
    require_consent(connection, _organization_of(connection, action.action_id), action.executor)
    _change(connection, action, "in_progress", "started_at = now()", None)
    return action._replace(state="in_progress")


def end_action(
    connection: Connection, action_id: str, state: Literal["completed", "failed", "cancelled"], notes: str | None
) -> None:
    """Says what came of an action. SyndicationError if it has not been started, or has ended."""
    row = connection.execute((_COLUMNS + " where a.action_id = %s for update of a").encode(), [action_id]).fetchone()
    if row is None:
        raise SyndicationError(f"There is no action {action_id}: see `syndication action list`.")
    times = "started_at = started_at" if state == "cancelled" else "executed_at = now()"
    _change(connection, Action(*row), state, times, notes)


def _change(connection: Connection, action: Action, state: str, times: str, notes: str | None) -> None:
    advice = "start it first" if action.state == "queued" else "what has ended stays; queue a new one"
    refused = SyndicationError(
        f"{action.action_id} is {_words(action.state)} and cannot become {_words(state)}: {advice}."
    )
    if action.state == state:
        raise refused
    try:
        connection.execute(
            f"update curation.actions set state = %s, {times}, system_notes = coalesce(%s, system_notes)"  # noqa: S608
            " where action_id = %s".encode(),
            [state, notes, action.action_id],
        )
    except psycopg.errors.CheckViolation:
        raise refused from None


def _words_of(error: ValidationError) -> str:
    """What is wrong with a parameter; the library's message quotes the value, however long that is."""
    if len(error.message) <= _LONGEST_MESSAGE:
        return str(error.message)
    return f"{error.json_path} does not meet {error.validator} {shorten(error.validator_value)}"


def _words(state: str) -> str:
    return state.replace("_", " ")


def _organization_of(connection: Connection, action_id: str) -> str:
    rows = connection.execute("select organization_id from curation.actions where action_id = %s", [action_id])
    return str(rows.fetchall()[0][0])


def _require_parameters(connection: Connection, action_type: str, parameters: Mapping[str, Any]) -> None:
    schemas: dict[str, Any] = dict(
        connection.execute("select action_type, parameters_schema from curation.action_types").fetchall()
    )
    if action_type not in schemas:
        raise SyndicationError(f"There is no action {action_type!r}: choose from {', '.join(sorted(schemas))}.")
    errors = list(Draft202012Validator(schemas[action_type]).iter_errors(dict(parameters)))
    if errors:
        raise SyndicationError(
            f"A {action_type} cannot have {shorten(json.dumps(dict(parameters), ensure_ascii=False))}: "
            f"{'; '.join(_words_of(error) for error in errors)}."
        )
