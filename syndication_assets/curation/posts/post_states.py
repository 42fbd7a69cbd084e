"""What a person does with posts: reads them, marks them, decides on their tags."""

from collections.abc import Sequence
from typing import Literal

import psycopg

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError

Flag = Literal["is_read", "is_marked"]
_SET_FLAG = """
insert into curation.post_user_state as s (organization_id, post_id, person, {flag})
select p.organization_id, p.post_id, %(person)s, %(value)s
from scraping.post_records as p
where p.organization_id = %(organization_id)s and p.post_id = any(%(post_ids)s)
on conflict (organization_id, post_id, person) do update set {flag} = excluded.{flag}
where s.{flag} <> excluded.{flag}
"""
_DECIDE = """
insert into curation.post_tags as t (
    organization_id, post_id, tag_id, applied_by, state, confidence, why, decided_by
)
select p.organization_id, p.post_id, g.tag_id, 'user', %(state)s, 1, %(why)s, %(person)s
from scraping.post_records as p
inner join curation.tags as g on p.organization_id = g.organization_id and g.tag_name = %(tag)s
where p.organization_id = %(organization_id)s and p.post_id = any(%(post_ids)s)
on conflict (organization_id, post_id, tag_id, applied_by, rule_id) do update set
    state = excluded.state, why = excluded.why, decided_by = excluded.decided_by
where (t.state, t.why) is distinct from (excluded.state, excluded.why)
"""
_FORGET = """
delete from curation.post_tags as t
using curation.tags as g
where
    t.organization_id = %(organization_id)s and t.post_id = any(%(post_ids)s) and t.applied_by = 'user'
    and g.organization_id = t.organization_id and g.tag_id = t.tag_id and g.tag_name = %(tag)s
"""


def set_flag(
    connection: Connection, organization_id: str, post_ids: Sequence[str], person: str, flag: Flag, *, value: bool
) -> int:
    """Sets the person's flag on posts; returns how many had another. SyndicationError for an unknown post."""
    require_posts(connection, organization_id, post_ids)
    return connection.execute(
        _SET_FLAG.format(flag=flag).encode(),
        {"organization_id": organization_id, "post_ids": list(post_ids), "person": person, "value": value},
    ).rowcount


def decide_tag(
    connection: Connection,
    organization_id: str,
    post_ids: Sequence[str],
    tag: str,
    person: str,
    state: Literal["applied", "removed"] | None,
    why: str | None,
) -> int:
    """Records that posts have a tag or do not, whatever rules and models say; None takes the decision back.

    Returns how many decisions changed. SyndicationError for an unknown post or tag.
    """
    require_posts(connection, organization_id, post_ids)
    parameters = {
        "organization_id": organization_id,
        "post_ids": list(post_ids),
        "tag": tag,
        "person": person,
        "state": state,
        "why": why,
    }
    rows = connection.execute(
        "select from curation.tags where organization_id = %(organization_id)s and tag_name = %(tag)s", parameters
    ).fetchall()
    if not rows:
        raise SyndicationError(f"There is no tag {tag!r}: add it with `syndication tag add {tag}`.")
    try:
        return connection.execute(_FORGET if state is None else _DECIDE, parameters).rowcount
    except psycopg.errors.LockNotAvailable:
        raise SyndicationError("Rules are tagging these posts at the moment: try again in a minute.") from None


def require_posts(connection: Connection, organization_id: str, post_ids: Sequence[str]) -> None:
    """SyndicationError unless the organization has all of these posts."""
    rows = connection.execute(
        "select post_id from scraping.post_records where organization_id = %s and post_id = any(%s)",
        [organization_id, list(post_ids)],
    )
    if unknown := sorted(set(post_ids) - {post_id for (post_id,) in rows}):
        raise SyndicationError(f"There is no post {unknown[0]}: `syndication posts list` shows the ids of posts.")
