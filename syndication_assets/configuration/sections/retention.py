"""`retention`: how long rows stay, of one organization, and `retention_defaults`: of all that do not say."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from syndication_assets.configuration.entry import Entry
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section

_Subject = Annotated[
    str, Field(pattern=r"^[a-z]+\.[a-z_]+$", description="What is kept: a table, or a name of `retention subjects`.")
]
_Months = Annotated[int, Field(gt=0, le=1200)]
_Days = Annotated[int, Field(gt=0, le=36500)]
_Grace = Annotated[int, Field(ge=0, le=3650)]
_GRACE = "How many days rows stay beside their archive, readable and unchangeable."


class Retention(Entry):
    """How long the organization keeps one thing."""

    subject: _Subject
    keep_months: _Months | None = Field(
        default=None, description="How many whole months before the current one stay; none with keep_days."
    )
    keep_days: _Days | None = Field(
        default=None, description="How many days stay, for what is deleted; none with keep_months."
    )
    action: Literal["archive", "delete"] = Field(
        default="archive",
        description="archive moves a month to a file, from which it can be restored; delete is for good.",
    )
    grace_days: _Grace = Field(default=7, description=_GRACE)


class RetentionDefault(Entry):
    """How long organizations that do not say keep one thing; without months and days, for ever."""

    subject: _Subject
    keep_months: _Months | None = Field(
        default=None, description="How many whole months before the current one stay; none keeps everything."
    )
    keep_days: _Days | None = Field(default=None, description="How many days stay, for what is deleted.")
    action: Literal["archive", "delete"] = Field(
        description="archive moves a month to a file, from which it can be restored; delete is for good."
    )
    grace_days: _Grace = Field(default=7, description=_GRACE)


def _check(context: Context, entry: Retention | RetentionDefault) -> Iterable[Finding]:
    rows = context.connection.execute(
        "select subject, actions::text[], is_of_installation from operations.retention_subjects order by subject"
    ).fetchall()
    known = {subject: (actions, is_of_installation) for subject, actions, is_of_installation in rows}
    if entry.subject not in known:
        yield Finding("subject", f"there is no {entry.subject!r}: choose from {', '.join(known)}")
        return
    actions, is_of_installation = known[entry.subject]
    if is_of_installation and isinstance(entry, Retention):
        yield Finding("subject", f"{entry.subject} belongs to no organization: set it for all (retention default)")
    if entry.action not in actions:
        yield Finding("action", f"{entry.subject} cannot be {entry.action}d: choose {' or '.join(actions)}")
    if entry.keep_months is not None and entry.keep_days is not None:
        yield Finding("keep_days", "give either months or days")
    if isinstance(entry, Retention) and entry.keep_months is None and entry.keep_days is None:
        yield Finding("keep_months", "say how many months or days stay; without an entry, everything does")
    if entry.action == "archive" and entry.keep_days is not None:
        yield Finding("keep_days", "whole months are archived: give keep_months")


def _write(context: Context, entry: Retention) -> None:
    values = {"organization_id": context.organization_id, **entry.model_dump()}
    upsert(context.connection, "operations.retention_policies", ("organization_id", "subject"), values)


def _remove(context: Context, entry: Retention) -> None:
    key = {"organization_id": context.organization_id, "subject": entry.subject}
    delete(context.connection, "operations.retention_policies", key)


def _write_default(context: Context, entry: RetentionDefault) -> None:
    context.connection.execute(
        "update operations.retention_subjects set keep_months = %(keep_months)s, keep_days = %(keep_days)s,"
        " action = %(action)s::operations.retention_action, grace_days = %(grace_days)s where subject = %(subject)s",
        entry.model_dump(),
    )


def _remove_default(_: Context, entry: RetentionDefault) -> None:
    raise ValueError(f"{entry.subject} can always be kept: give it neither months nor days")


RETENTION = Section(
    name="retention",
    noun="rule of how long something is kept",
    removed="From now on, the default holds: `syndication retention default list`. What was archived stays archived.",
    entry=Retention,
    permission="retention.edit",
    key=("subject",),
    read=reader(
        Retention,
        "select subject, keep_months, keep_days, action::text, grace_days from operations.retention_policies"
        " where organization_id = %(organization_id)s order by subject",
    ),
    write=_write,
    remove=_remove,
    check=_check,
)

RETENTION_DEFAULTS = Section(
    name="retention_defaults",
    noun="default of how long something is kept",
    entry=RetentionDefault,
    permission="retention.edit",
    key=("subject",),
    read=reader(
        RetentionDefault,
        "select subject, keep_months, keep_days, action::text, grace_days from operations.retention_subjects"
        " order by subject",
    ),
    write=_write_default,
    remove=_remove_default,
    check=_check,
    is_removable=False,
)
