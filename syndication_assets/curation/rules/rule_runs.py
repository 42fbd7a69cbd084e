"""Runs tag rules: over the posts of a run, over all posts, or as a preview that writes nothing."""

from datetime import datetime
from typing import NamedTuple

from psycopg import sql
from psycopg.rows import dict_row

from syndication_assets.curation.rules.rule_statement import (
    TagRule,
    matching_posts,
    parameters_of,
    tag_rule,
    tagging_statement,
)
from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError

_RULES = """
select r.*, t.tag_name
from curation.tag_rules as r
inner join curation.tags as t on r.organization_id = t.organization_id and r.tag_id = t.tag_id
"""
_REMOVE_OF_PAUSED = """
delete from curation.post_tags as t
using curation.tag_rules as r, scope as s
where
    not r.is_active
    and t.organization_id = r.organization_id and t.rule_id = r.rule_id
    and s.organization_id = t.organization_id and s.post_id = t.post_id
"""
_IN_SCOPE = "exists (select from scope as s where s.organization_id = t.organization_id and s.post_id = t.post_id)"
_FEWEST_RULES_FOR_AN_INDEX = 20


class Tagged(NamedTuple):
    """What rules did: posts that met them, rows that were written, and rows that were removed."""

    matched: int = 0
    written: int = 0
    removed: int = 0

    def __add__(self, other: "Tagged") -> "Tagged":  # type: ignore[override]
        return Tagged(*(a + b for a, b in zip(self, other, strict=True)))


class PreviewedPost(NamedTuple):
    """A post that a rule would tag."""

    post_id: str
    platform: str
    author: str | None
    posted_at: datetime | None
    text: str | None
    decided: str | None
    """What a person said of this tag, which stays; None if nobody did."""


def tag_scope(connection: Connection) -> Tagged:
    """Runs all rules over the posts in the temporary table `scope`. The result depends on these posts alone."""
    rules = _rules(connection, " where r.is_active order by r.organization_id, r.rule_id")
    removed = connection.execute(_REMOVE_OF_PAUSED).rowcount
    if not rules:
        return Tagged(removed=removed)
    # The facts are looked up once for all rules.
    connection.execute(
        "create temporary table facts on commit drop as select f.* from curation.post_facts as f"
        " inner join scope as s on f.organization_id = s.organization_id and f.post_id = s.post_id"
    )
    if len(rules) >= _FEWEST_RULES_FOR_AN_INDEX:
        connection.execute("create index on facts using gin (document)")
    connection.execute("analyze facts")
    total = Tagged(removed=removed)
    for rule in rules:
        total += _run(connection, rule, "facts", _IN_SCOPE)
    connection.execute("drop table facts")
    return total


def backfill_rule(connection: Connection, organization_id: str, rule_name: str) -> Tagged:
    """Runs one rule over all posts of its organization. SyndicationError if there is none, or it is paused."""
    rule, is_active = _rule(connection, organization_id, rule_name)
    if not is_active:
        raise SyndicationError(
            f"The rule {rule_name!r} is paused: `syndication tag-rule resume {rule_name}` ends that."
        )
    return _run(connection, rule, rule.conditions.relation)


def preview_rule(
    connection: Connection, organization_id: str, rule_name: str, at_most: int
) -> tuple[str, int, list[PreviewedPost]]:
    """The rule's tag, how many posts the rule meets, and the newest of them. Nothing is written."""
    rule, _ = _rule(connection, organization_id, rule_name)
    matching = matching_posts(rule, rule.conditions.relation)
    query = (
        f"with matching as materialized ({matching})"  # noqa: S608 - text of this package
        " select (select count(*) from matching), f.post_id, f.platform, f.author_username, f.posted_at,"
        " f.text_content, u.state::text"
        " from matching as m inner join curation.post_facts as f"
        " on f.organization_id = %(organization_id)s and f.post_id = m.post_id"
        " left join curation.post_tags as u on u.organization_id = f.organization_id and u.post_id = f.post_id"
        " and u.tag_id = %(tag_id)s and u.applied_by = 'user'"
        " order by f.posted_at desc nulls last, f.post_id limit %(at_most)s"
    )
    rows = connection.execute(query.encode(), {**parameters_of(rule), "at_most": at_most}).fetchall()
    return rule.tag_name, rows[0][0] if rows else 0, [PreviewedPost(*row[1:]) for row in rows]


def _run(connection: Connection, rule: TagRule, facts: str, within: str = "true") -> Tagged:
    statement = tagging_statement(rule, facts, within)
    return Tagged(*connection.execute(statement.encode(), parameters_of(rule)).fetchall()[0])


def _rule(connection: Connection, organization_id: str, rule_name: str) -> tuple[TagRule, bool]:
    cursor = connection.cursor(row_factory=dict_row).execute(
        sql.SQL(_RULES + " where r.organization_id = %s and r.rule_name = %s"), [organization_id, rule_name]
    )
    row = cursor.fetchone()
    if row is None:
        raise SyndicationError(f"There is no rule {rule_name!r}: see `syndication tag-rule list`.")
    return tag_rule(row), row["is_active"]


def _rules(connection: Connection, condition: str) -> list[TagRule]:
    cursor = connection.cursor(row_factory=dict_row).execute((_RULES + condition).encode())
    return [tag_rule(row) for row in cursor]
