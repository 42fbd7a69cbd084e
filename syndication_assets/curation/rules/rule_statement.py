"""The one statement of a rule: what a preview shows, a backfill writes, and a run of new posts writes. Pure."""

from typing import Any, NamedTuple

from syndication_assets.curation.rules.rule_conditions import Conditions, compile_conditions
from syndication_assets.curation.rules.rule_filter import RuleFilter


class TagRule(NamedTuple):
    """A row of curation.tag_rules."""

    organization_id: str
    rule_id: str
    rule_name: str
    tag_id: str
    tag_name: str
    version: int
    conditions: Conditions


def tag_rule(row: dict[str, Any]) -> TagRule:
    """`row` has the columns of the table, and tag_name. ValidationError if its filter is none."""
    conditions = compile_conditions(RuleFilter.model_validate(row["filter"]), row["text_query"])
    named = {name: row[name] for name in TagRule._fields if name != "conditions"}
    return TagRule(**named, conditions=conditions)


def parameters_of(rule: TagRule) -> dict[str, Any]:
    """The parameters of both statements."""
    return {
        "organization_id": rule.organization_id,
        "rule_id": rule.rule_id,
        "tag_id": rule.tag_id,
        "version": rule.version,
        "why": f"{rule.rule_name}, version {rule.version}",
        **rule.conditions.parameters,
    }


def matching_posts(rule: TagRule, facts: str) -> str:
    """Selects the posts that meet the rule; `facts` is the relation of its conditions, or has what post_facts has."""
    return (
        f"select f.post_id from {facts} as f"  # noqa: S608 - text of this package
        f" where f.organization_id = %(organization_id)s and {rule.conditions.text}"
    )


def tagging_statement(rule: TagRule, facts: str, within: str = "true") -> str:
    """Makes the rule's rows of curation.post_tags those of the posts that meet it; a row that is right stays.

    `within` is a condition on the rows `t` that may be removed. Returns the numbers matched, written and removed.
    """
    return f"""
with matching as materialized (
    {matching_posts(rule, facts)}
),

removed as (
    delete from curation.post_tags as t
    where
        t.organization_id = %(organization_id)s
        and t.rule_id = %(rule_id)s
        and {within}
        and (t.tag_id <> %(tag_id)s or not exists (select from matching as m where m.post_id = t.post_id))
    returning t.post_id
),

written as (
    insert into curation.post_tags as t (
        organization_id, post_id, tag_id, applied_by, rule_id, rule_version, confidence, why
    )
    select
        %(organization_id)s,
        m.post_id,
        %(tag_id)s,
        'rule',
        %(rule_id)s,
        %(version)s,
        1,
        %(why)s
    from matching as m
    on conflict (organization_id, post_id, tag_id, applied_by, rule_id) do update set
    rule_version = excluded.rule_version, why = excluded.why
    where (t.rule_version, t.why) is distinct from (excluded.rule_version, excluded.why)
    returning t.post_id
)

select
    (select count(*) from matching) as matched,
    (select count(*) from written) as written,
    (select count(*) from removed) as removed
"""  # noqa: S608 - text of this package
