"""What models suggest and a person decides: tags of posts, new tags, and posts to ask about again."""

from collections.abc import Sequence
from typing import NamedTuple

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError

_SUGGESTED = """
select c.post_tag_id, c.tag_name, c.post_id, c.confidence, c.why, p.text_content
from curation.current_post_tags as c
inner join scraping.post_records as p on c.organization_id = p.organization_id and c.post_id = p.post_id
where
    c.organization_id = %(organization_id)s and c.applied_by = 'ai' and c.state = 'suggested'
    and (%(tag)s::text is null or c.tag_name = %(tag)s)
order by c.confidence desc, c.post_tag_id
limit %(at_most)s
"""
_PROPOSED = """
select
    g.proposed_tag_id, g.tag_name, g.post_id, null::real, format('for %%s posts', coalesce(n.posts, 0)),
    p.text_content
from curation.proposed_tags as g
left join (
    select n.tag_name, count(*) as posts
    from curation.post_classifications as c
    cross join lateral unnest(c.proposed_names) as n (tag_name)
    where c.organization_id = %(organization_id)s and c.is_current and c.proposed_names <> '{}'
    group by n.tag_name
) as n on g.tag_name = n.tag_name
inner join scraping.post_records as p on g.organization_id = p.organization_id and g.post_id = p.post_id
where
    g.organization_id = %(organization_id)s and not g.is_rejected
    and (%(tag)s::text is null or g.tag_name = %(tag)s)
order by n.posts desc nulls last, g.tag_name
limit %(at_most)s
"""
_DECIDE = """
insert into curation.post_tags as t (organization_id, post_id, tag_id, applied_by, state, confidence, why, decided_by)
select s.organization_id, s.post_id, s.tag_id, 'user', %(state)s, 1, %(why)s, %(person)s
from curation.post_tags as s
where s.organization_id = %(organization_id)s and s.post_tag_id = any(%(ids)s) and s.applied_by = 'ai'
order by s.post_tag_id
on conflict (organization_id, post_id, tag_id, applied_by, rule_id) do update set
    state = excluded.state, why = excluded.why, decided_by = excluded.decided_by
where (t.state, t.why) is distinct from (excluded.state, excluded.why)
"""
_ACCEPT_NEW = """
with accepted as (
    delete from curation.proposed_tags as g
    where g.organization_id = %(organization_id)s and g.proposed_tag_id = any(%(ids)s)
    returning g.organization_id, g.tag_name
)

insert into curation.tags (organization_id, tag_name, is_for_models)
select a.organization_id, a.tag_name, true from accepted as a
on conflict (organization_id, tag_name) do nothing
"""
_REJECT_NEW = """
update curation.proposed_tags as g set is_rejected = true, decided_by = %(person)s
where g.organization_id = %(organization_id)s and g.proposed_tag_id = any(%(ids)s) and not g.is_rejected
"""
_KNOWN = """
select post_tag_id from curation.post_tags
where organization_id = %(organization_id)s and applied_by = 'ai' and post_tag_id = any(%(ids)s)
union all
select proposed_tag_id from curation.proposed_tags
where organization_id = %(organization_id)s and proposed_tag_id = any(%(ids)s)
"""
_PARKED = """
select c.post_id, c.model, c.asked_at::text, c.reason, p.text_content
from curation.post_classifications as c
inner join scraping.post_records as p on c.organization_id = p.organization_id and c.post_id = p.post_id
where c.organization_id = %s and c.state = 'parked'
order by c.asked_at desc, c.post_id
limit %s
"""
_RETRY = """
update curation.post_classifications as c set state = 'waiting', reason = null
where c.organization_id = %s and c.state = 'parked' and (%s::text[] is null or c.post_id = any(%s))
"""


class Suggestion(NamedTuple):
    """A tag that a model suggests for a post, or a new tag that it proposes: then `confidence` is None."""

    suggestion_id: str
    tag: str
    post_id: str
    confidence: float | None
    why: str | None
    text: str | None


class ParkedPost(NamedTuple):
    """A post about which a model gave no usable answer."""

    post_id: str
    model: str
    asked_at: str
    reason: str
    text: str | None


def list_suggestions(connection: Connection, organization_id: str, tag: str | None, at_most: int) -> list[Suggestion]:
    """New tags, the most wanted first; then tags of posts, the surest first, without what people and rules decided."""
    parameters = {"organization_id": organization_id, "tag": tag, "at_most": at_most}
    return [
        Suggestion(*row) for query in (_PROPOSED, _SUGGESTED) for row in connection.execute(query.encode(), parameters)
    ]


def decide_suggestions(
    connection: Connection,
    organization_id: str,
    accepted: Sequence[str],
    rejected: Sequence[str],
    person: str,
    why: str | None,
) -> int:
    """Decides in one transaction: an accepted new tag is one for models, what is rejected is not suggested again.

    Returns how many decisions changed something. SyndicationError for an id that is no suggestion, or on both lists.
    """
    ids = [*accepted, *rejected]
    known = {row[0] for row in connection.execute(_KNOWN.encode(), {"organization_id": organization_id, "ids": ids})}
    if unknown := [each for each in ids if each not in known]:
        raise SyndicationError(f"{unknown[0]} is no suggestion: see `syndication tag suggestions`.")
    if both := set(accepted) & set(rejected):
        raise SyndicationError(f"{min(both)} is accepted and rejected: decide on one of them.")
    changed = 0
    for decided, state, of_new in ((accepted, "applied", _ACCEPT_NEW), (rejected, "removed", _REJECT_NEW)):
        parameters = {
            "organization_id": organization_id,
            "ids": list(decided),
            "state": state,
            "why": why,
            "person": person,
        }
        for statement in (_DECIDE, of_new):
            changed += connection.execute(statement.encode(), parameters).rowcount
    return changed


def list_parked(connection: Connection, organization_id: str, at_most: int) -> list[ParkedPost]:
    """The newest first."""
    return [ParkedPost(*row) for row in connection.execute(_PARKED, [organization_id, at_most])]


def retry_parked(connection: Connection, organization_id: str, post_ids: Sequence[str]) -> int:
    """Lets the next run ask about parked posts again, about all of them if none is named; returns their number."""
    named = list(post_ids) or None
    return connection.execute(_RETRY, [organization_id, named, named]).rowcount
