"""One post with its tags, its history of tags, and its counters over time."""

from datetime import datetime
from typing import NamedTuple

from syndication_assets.curation.posts.history_chart import Measurement
from syndication_assets.database.connection import Connection

_TAGS = """
select
    g.tag_name, t.applied_by::text, t.state::text, t.confidence, t.why, tenancy.actor_name(t.decided_by),
    t.post_tag_id = c.post_tag_id
from curation.post_tags as t
inner join curation.tags as g on t.organization_id = g.organization_id and t.tag_id = g.tag_id
inner join curation.current_post_tags as c
    on t.organization_id = c.organization_id and t.post_id = c.post_id and t.tag_id = c.tag_id
where t.organization_id = %s and t.post_id = %s
order by g.tag_name, t.applied_by, t.rule_id
"""
_CHANGES = """
select h.changed_at, tenancy.actor_name(h.actor), coalesce(g.tag_name, h.tag_id), h.applied_by::text,
    h.old_state::text, h.new_state::text, h.why
from curation.post_tag_changes as h
left join curation.tags as g on h.organization_id = g.organization_id and h.tag_id = g.tag_id
where h.organization_id = %s and h.post_id = %s
order by h.changed_at, h.change_id
"""
_MEASUREMENTS = """
select
    s.downloaded_at,
    case when num_nonnulls(s.reactions, s.comments, s.shares) > 0
        then coalesce(s.reactions, 0) + coalesce(s.comments, 0) + coalesce(s.shares, 0)
    end
from scraping.snapshots as s
where s.organization_id = %s and s.post_id = %s
order by s.downloaded_at
"""


class SaidTag(NamedTuple):
    """What one source says of a tag."""

    tag: str
    applied_by: str
    state: str
    confidence: float
    why: str | None
    person: str | None
    counts: bool
    """Whether no source outranks it."""


class TagChange(NamedTuple):
    """A change of what a source says. None: it says nothing."""

    changed_at: datetime
    actor: str
    tag: str
    applied_by: str
    old_state: str | None
    new_state: str | None
    why: str | None


def tags_of(connection: Connection, organization_id: str, post_id: str) -> list[SaidTag]:
    """What each source says of each tag of the post."""
    return [SaidTag(*row) for row in connection.execute(_TAGS, [organization_id, post_id])]


def tag_changes_of(connection: Connection, organization_id: str, post_id: str) -> list[TagChange]:
    """The history of the post's tags, the oldest first."""
    return [TagChange(*row) for row in connection.execute(_CHANGES, [organization_id, post_id])]


def measurements_of(connection: Connection, organization_id: str, post_id: str) -> list[Measurement]:
    """The post's engagement over time, the oldest first."""
    return [Measurement(*row) for row in connection.execute(_MEASUREMENTS, [organization_id, post_id])]
