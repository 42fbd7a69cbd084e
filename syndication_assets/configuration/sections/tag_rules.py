"""`tag_rules`: the rules that tag posts."""

from collections.abc import Iterable

from pydantic import Field

from syndication_assets.configuration.entry import ACTIVE, DashedName, Entry, Text
from syndication_assets.configuration.rows import delete, upsert
from syndication_assets.configuration.section import Context, Finding, Section
from syndication_assets.configuration.sections.tags import TagName, missing_tag, tag_id_of
from syndication_assets.curation.rules.rule_filter import RuleFilter, stored_filter
from syndication_assets.curation.search.searchable import is_searchable
from syndication_assets.curation.search.terms import LONGEST_SEARCH
from syndication_assets.database.connection import Connection


class TagRule(Entry, RuleFilter):
    """A rule: every post that meets all of it gets the tag, unless a person decided otherwise."""

    name: DashedName
    tag: TagName = Field(description="The tag that it gives.")
    text: Text | None = Field(
        default=None,
        max_length=LONGEST_SEARCH,
        description='What the text contains, as in a web search: words, "a phrase", or, -without.',
    )
    is_active: bool = ACTIVE


def _check(context: Context, rule: TagRule) -> Iterable[Finding]:
    yield from missing_tag(context, rule.tag)
    if rule.text is None and not stored_filter(rule):
        yield Finding("text", "the rule asks nothing, and every post would meet it: say what the posts have in common")
    if rule.text is not None and not is_searchable(context.connection, rule.text):
        yield Finding("text", f"{rule.text!r} has no word to look for: write one that is not as frequent as `the`")


def _write(context: Context, rule: TagRule) -> None:
    values = {
        "organization_id": context.organization_id,
        "rule_name": rule.name,
        "tag_id": tag_id_of(context, rule.tag),
        "filter": stored_filter(rule),
        "text_query": rule.text,
        "is_active": rule.is_active,
    }
    upsert(context.connection, "curation.tag_rules", ("organization_id", "rule_name"), values)


def _remove(context: Context, rule: TagRule) -> None:
    delete(
        context.connection, "curation.tag_rules", {"organization_id": context.organization_id, "rule_name": rule.name}
    )


def _read(connection: Connection, organization_id: str) -> list[TagRule]:
    rows = connection.execute(
        "select r.rule_name, t.tag_name, r.text_query, r.is_active, r.filter from curation.tag_rules as r"
        " inner join curation.tags as t on r.organization_id = t.organization_id and r.tag_id = t.tag_id"
        " where r.organization_id = %s order by r.rule_name",
        [organization_id],
    )
    return [
        TagRule.model_construct(name=name, tag=tag, text=text, is_active=is_active, **conditions)
        for name, tag, text, is_active, conditions in rows
    ]


TAG_RULES = Section(
    name="tag_rules",
    noun="tag rule",
    paused="it gives no tag, and what it gave goes with the next run",
    removed="The tags that it gave go with the next run.",
    entry=TagRule,
    permission="tags.edit",
    key=("name",),
    read=_read,
    write=_write,
    remove=_remove,
    check=_check,
)
