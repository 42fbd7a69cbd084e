"""`channel_rules`: the rules of channels that people changed or added; the others come with the project."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from syndication_assets.channels.reference import current_rows
from syndication_assets.channels.reference_files import read_reference
from syndication_assets.channels.reference_tables import CHANNEL_REQUIREMENTS
from syndication_assets.channels.rule_sentences import contradiction_of
from syndication_assets.configuration.entry import Channel, Day, Entry, Name, Number, Platform, Text
from syndication_assets.configuration.rows import delete, upsert
from syndication_assets.configuration.section import Context, Finding, Section, channel_findings
from syndication_assets.database.connection import Connection

_COLUMNS = {"channel": "channel_type", "category": "requirement_category", "rule": "requirement_key"}
_TABLE = "channels.channel_requirements"


class ChannelRule(Entry):
    """A rule of a channel: prompts are built from it, and texts are validated against it."""

    platform: Platform
    channel: Channel
    category: Literal["content", "media", "engagement"]
    rule: Name = Field(description="Name of the rule: text_length, hashtag_count, banned_words, tone …")
    value: bool | Number | str | list[Number | str] | None = Field(
        default=None, description="The required value; leave it out if minimum or maximum define a range."
    )
    minimum: Number | None = Field(default=None, description="Smallest allowed number.")
    maximum: Number | None = Field(default=None, description="Greatest allowed number.")
    unit: Text | None = Field(default=None, description="Unit of the numbers: characters, hashtags …")
    severity: Literal["hard", "soft"] = Field(
        default="hard", description="hard: a violation prevents publication. soft: the reviewer sees it."
    )
    priority: int = Field(default=0, description="Order within the category, the greatest first.")
    description: Text | None = Field(default=None, description="The rule as a sentence, used verbatim in prompts.")
    is_active: bool = Field(default=True, description="false disables the rule.")
    source_url: Text | None = Field(default=None, description="Documentation of the rule; none for a house rule.")
    checked_on: Day | None = Field(default=None, description="Day on which a person last checked it there.")

    @property
    def value_type(self) -> str:
        if isinstance(self.value, bool):
            return "boolean"
        return "text" if isinstance(self.value, str) else "list" if isinstance(self.value, list) else "number"

    @property
    def columns(self) -> dict[str, Any]:
        values = {_COLUMNS.get(name, name): value for name, value in self.model_dump().items()}
        return {**values, "value_type": self.value_type}


def _check(context: Context, rule: ChannelRule) -> Iterable[Finding]:
    yield from channel_findings(context, rule.platform, rule.channel, is_written_for=False)
    bounds = (rule.minimum, rule.maximum)
    if rule.value is None and bounds == (None, None):
        yield Finding("value", "it has neither a value nor a minimum or maximum: give one of them")
    if rule.value is not None and rule.value_type != "number" and bounds != (None, None):
        yield Finding("value", f"a {rule.value_type} has no minimum and no maximum: leave them out")
    if rule.minimum is not None and rule.maximum is not None and rule.minimum > rule.maximum:
        yield Finding("minimum", f"it is greater than the maximum {rule.maximum}: exchange them")
    contradiction = contradiction_of(rule.rule, rule.description, rule.value, rule.minimum, rule.maximum)
    if contradiction is not None:
        yield Finding("description", f"{contradiction}: correct the sentence or the numbers")


def _read(connection: Connection, _: str) -> list[ChannelRule]:
    rows = current_rows(connection, CHANNEL_REQUIREMENTS)
    return [_entry(row.values) for _, row in sorted(rows.items()) if row.is_edited]


def _read_defaults(connection: Connection, _: str) -> list[ChannelRule]:
    rows = current_rows(connection, CHANNEL_REQUIREMENTS)
    return [_entry(row.values) for _, row in sorted(rows.items()) if not row.is_edited]


def _entry(values: dict[str, Any]) -> ChannelRule:
    fields = {name: values[_COLUMNS.get(name, name)] for name in ChannelRule.model_fields}
    return ChannelRule.model_construct(**{**fields, "value": _exact(fields["value"])})


def _exact(value: Any) -> Any:
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _json(value: Any) -> Any:
    if isinstance(value, list):
        return [_json(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _write(context: Context, rule: ChannelRule) -> None:
    values = rule.columns
    values["value"] = _json(rule.value)
    upsert(context.connection, _TABLE, CHANNEL_REQUIREMENTS.key, values)


def _remove(context: Context, rule: ChannelRule) -> None:
    """A rule of the project gets its own values back; any other rule is deleted."""
    key = tuple(rule.columns[column] for column in CHANNEL_REQUIREMENTS.key)
    values = read_reference()["channel_requirements"].get(key)
    if values is None:
        delete(context.connection, _TABLE, dict(zip(CHANNEL_REQUIREMENTS.key, key, strict=True)))
    else:
        _write(context, _entry(values))


CHANNEL_RULES = Section(
    name="channel_rules",
    noun="rule of a channel",
    paused="no prompt is built from it, and no text is validated against it",
    removed="Texts that were validated against it stay.",
    entry=ChannelRule,
    permission="rules.edit",
    key=("platform", "channel", "category", "rule"),
    read=_read,
    read_defaults=_read_defaults,
    write=_write,
    remove=_remove,
    check=_check,
)
