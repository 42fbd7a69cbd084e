"""`compliance_rules`: what the pictures of the studio are measured by, where people want it otherwise."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from syndication_assets.configuration.entry import Entry, Number
from syndication_assets.configuration.rows import reader
from syndication_assets.configuration.section import Context, Finding, Section
from syndication_assets.database.connection import Connection
from syndication_assets.studio.making.likeness import MOST_BITS

_NEWEST = (
    "select distinct on (rule_name) rule_name as rule, threshold, weight, severity::text as severity, is_active"
    " from studio.compliance_rules order by rule_name, version desc"
)
_FIRST = _NEWEST.replace("version desc", "version")


class ComplianceRule(Entry):
    """A rule that pictures of the studio are measured by."""

    rule: str = Field(description="Name of the rule: contrast, logo_size, likeness …")
    threshold: Annotated[Number, Field(ge=0, lt=10**8, decimal_places=4)] = Field(
        description="What is measured is compared with it, in the unit of the rule: `syndication compliance-rule list`."
    )
    weight: Annotated[Number, Field(gt=0, lt=10, decimal_places=3)] = Field(
        description="Weight among the measured rules of its category."
    )
    severity: Literal["hard", "soft"] = Field(
        description="hard: a text whose picture breaks it cannot be approved. soft: it lowers the score."
    )
    is_active: bool = Field(default=True, description="false: it is not measured.")


_read_newest = reader(ComplianceRule, _NEWEST)
_read_first = reader(ComplianceRule, _FIRST)


def _read(connection: Connection, organization_id: str) -> list[Entry]:
    first = _read_first(connection, organization_id)
    return [entry for entry in _read_newest(connection, organization_id) if entry not in first]


def _read_defaults(connection: Connection, organization_id: str) -> list[Entry]:
    first = _read_first(connection, organization_id)
    return [entry for entry in _read_newest(connection, organization_id) if entry in first]


def _check(context: Context, rule: ComplianceRule) -> Iterable[Finding]:
    rows = context.connection.execute("select distinct rule_name from studio.compliance_rules order by rule_name")
    known = [name for (name,) in rows]
    if rule.rule not in known:
        yield Finding("rule", f"nothing measures {rule.rule!r}: choose from {', '.join(known)}")
    if rule.rule == "likeness" and rule.threshold > MOST_BITS:
        yield Finding("threshold", f"{MOST_BITS} stands for {MOST_BITS} bits and more: give {MOST_BITS} at most")


def _write(context: Context, rule: ComplianceRule) -> None:
    """What was measured keeps the version that it was measured by."""
    context.connection.execute(
        "insert into studio.compliance_rules"
        " (rule_name, version, category, weight, threshold, is_minimum, severity, description, is_active)"
        " select rule_name, version + 1, category, %(weight)s, %(threshold)s, is_minimum, %(severity)s, description,"
        " %(is_active)s from studio.compliance_rules where rule_name = %(rule)s order by version desc limit 1",
        rule.model_dump(),
    )


def _remove(context: Context, rule: ComplianceRule) -> None:
    """The rule gets the values of its first version back."""
    for first in _read_first(context.connection, context.organization_id):
        if isinstance(first, ComplianceRule) and first.rule == rule.rule:
            _write(context, first)


COMPLIANCE_RULES = Section(
    name="compliance_rules",
    noun="compliance rule",
    paused="It is not measured, and counts for no score.",
    removed="The rule gets the project's values back.",
    entry=ComplianceRule,
    permission="rules.edit",
    key=("rule",),
    read=_read,
    read_defaults=_read_defaults,
    write=_write,
    remove=_remove,
    check=_check,
)
