"""`approval_rules`: the channels whose texts are approved automatically."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from syndication_assets.configuration.entry import ACTIVE, Channel, Entry, Number, Platform
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section, channel_findings


class ApprovalRule(Entry):
    """Approves the texts of a channel that break no hard rule; without a rule, people decide."""

    platform: Platform
    channel: Channel
    minimum_score: Annotated[Number, Field(ge=0, le=1, decimal_places=6)] = Field(
        default=Decimal(0), description="Lowest score of the selection that is approved, from 0 to 1."
    )
    generators: list[Literal["template", "llm", "person"]] = Field(
        default=["template"], min_length=1, description="Whose texts are approved."
    )
    is_active: bool = ACTIVE


def _check(context: Context, rule: ApprovalRule) -> Iterable[Finding]:
    if len(set(rule.generators)) < len(rule.generators):
        yield Finding("generators", "a generator is named twice: remove one of them")
    yield from channel_findings(context, rule.platform, rule.channel, is_written_for=rule.is_active)


def _write(context: Context, rule: ApprovalRule) -> None:
    values = rule.model_dump()
    values = {"organization_id": context.organization_id, "channel_type": values.pop("channel"), **values}
    upsert(context.connection, "content.approval_rules", ("organization_id", "platform", "channel_type"), values)


def _remove(context: Context, rule: ApprovalRule) -> None:
    key = {"organization_id": context.organization_id, "platform": rule.platform, "channel_type": rule.channel}
    delete(context.connection, "content.approval_rules", key)


APPROVAL_RULES = Section(
    name="approval_rules",
    noun="approval rule",
    paused="people decide on the texts of its channel",
    removed="What it approved stays approved.",
    entry=ApprovalRule,
    permission="rules.edit",
    key=("platform", "channel"),
    read=reader(
        ApprovalRule,
        "select platform, channel_type as channel, minimum_score, generators, is_active from content.approval_rules"
        " where organization_id = %(organization_id)s order by platform, channel_type",
    ),
    write=_write,
    remove=_remove,
    check=_check,
)
