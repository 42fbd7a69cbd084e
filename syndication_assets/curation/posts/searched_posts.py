"""Finds posts: by the conditions that rules know, and by tags, days and what a person has read or marked."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from syndication_assets.curation.rules.rule_conditions import CONTENTS, RELATIONS, compile_conditions
from syndication_assets.curation.rules.rule_filter import RuleFilter, stored_filter
from syndication_assets.curation.search.searchable import is_searchable
from syndication_assets.curation.search.similar_names import Author, authors_like
from syndication_assets.curation.search.terms import LONGEST_SEARCH
from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError

_TAGS_OF_POST = """
array(
    select c.tag_name
    from curation.current_post_tags as c
    where c.organization_id = f.organization_id and c.post_id = f.post_id and c.state = 'applied'
    order by 1
)
"""
_STATE = (
    "exists (select from curation.post_user_state as s where s.organization_id = f.organization_id"
    " and s.post_id = f.post_id and s.person = %(person)s and s.{flag})"
)
_TAGGED = """
(
    select count(*)
    from curation.current_post_tags as c
    where
        c.organization_id = f.organization_id and c.post_id = f.post_id
        and c.tag_id = any(%(tag_ids)s) and c.state = 'applied'
)
"""
_AUTHORS = """
select p.author_username, r.name
from scraping.profiles as r
cross join lateral (
    select distinct a.author_username
    from scraping.post_records as a
    where a.organization_id = r.organization_id and a.profile_id = r.profile_id and a.author_username is not null
) as p
where r.organization_id = %s
"""
_DESCRIBED = f"""
select
    f.post_id, f.platform, f.author_username, f.posted_at, nullif(f.language, ''), f.reactions, f.comments, f.shares,
    f.engagement, {_TAGS_OF_POST}, {_STATE.format(flag="is_read")}, {_STATE.format(flag="is_marked")}, f.url,
    f.text_content
from curation.post_facts as f
"""  # noqa: S608 - text of this package


@dataclass(frozen=True, kw_only=True)
class Search:
    """What a person looks for. `person` is whose marks count."""

    text: str | None = None
    author_like: str | None = None
    """A name of the author as somebody remembers it."""
    conditions: RuleFilter = field(default_factory=RuleFilter)
    since: date | None = None
    until: date | None = None
    tags: tuple[str, ...] = ()
    has_any_tag: bool = False
    is_marked: bool = False
    is_unread: bool = False
    person: str

    def described(self) -> dict[str, Any]:
        """What was asked, for an export: only what was given."""
        values = {**asdict(self), "conditions": stored_filter(self.conditions)}
        return {name: value for name, value in values.items() if value not in (None, (), {}, False)}


class FoundPost(NamedTuple):
    """A post, as the newest observations tell. A counter that was not measured is None."""

    post_id: str
    platform: str
    author: str | None
    posted_at: datetime | None
    language: str | None
    reactions: int | None
    comments: int | None
    shares: int | None
    engagement: int | None
    tags: list[str]
    is_read: bool
    is_marked: bool
    url: str | None
    text: str | None


def find_posts(connection: Connection, organization_id: str, search: Search, at_most: int | None) -> list[FoundPost]:
    """The newest posts first. SyndicationError if the text is too long or has no word to look for, no author has such a
    name, or a tag is unknown.
    """
    if search.text is not None and len(search.text) > LONGEST_SEARCH:
        raise SyndicationError(f"The text to look for is longer than {LONGEST_SEARCH:,} characters: write fewer words.")
    if search.text is not None and not is_searchable(connection, search.text):
        raise SyndicationError(f"{search.text!r} has no word to look for: write a word, or leave the text out.")
    tag_ids = _tag_ids(connection, organization_id, search.tags)
    compiled = compile_conditions(search.conditions, search.text)
    relation = compiled.relation
    conditions = ["f.organization_id = %(organization_id)s", compiled.text]
    if search.author_like is not None:
        conditions.append("f.author_username = any(%(authors_like)s)")
        relation = max(relation, CONTENTS, key=RELATIONS.index)
    if search.since is not None:
        conditions.append("f.posted_at >= %(since)s::date::timestamp at time zone 'utc'")
    if search.until is not None:
        conditions.append("f.posted_at < (%(until)s::date + 1)::timestamp at time zone 'utc'")
    if search.tags:
        conditions.append(f"{_TAGGED} >= %(fewest_tags)s")
    if search.is_marked:
        conditions.append(_STATE.format(flag="is_marked"))
    if search.is_unread:
        conditions.append(f"not {_STATE.format(flag='is_read')}")
    # The order comes first: only the posts that are shown are described, and the others are not asked for more than
    # the search needs.
    query = f"""
with found as materialized (
    select f.organization_id, f.post_id
    from {relation} as f
    where {" and ".join(conditions)}
    order by f.posted_at desc nulls last, f.post_id
    limit %(at_most)s
)

{_DESCRIBED}
inner join found on f.organization_id = found.organization_id and f.post_id = found.post_id
order by f.posted_at desc nulls last, f.post_id
"""  # noqa: S608 - text of this package
    parameters = {
        **compiled.parameters,
        "organization_id": organization_id,
        "since": search.since,
        "until": search.until,
        "authors_like": _authors_like(connection, organization_id, search.author_like),
        "tag_ids": tag_ids,
        "fewest_tags": 1 if search.has_any_tag else len(tag_ids),
        "person": search.person,
        "at_most": at_most,
    }
    return [FoundPost(*row) for row in connection.execute(query.encode(), parameters)]


def found_post(connection: Connection, organization_id: str, post_id: str, person: str) -> FoundPost:
    """One post as a list shows it. SyndicationError until the daily run has read its text."""
    row = connection.execute(
        (_DESCRIBED + " where f.organization_id = %(organization_id)s and f.post_id = %(post_id)s").encode(),
        {"organization_id": organization_id, "post_id": post_id, "person": person},
    ).fetchone()
    if row is None:
        raise SyndicationError(
            f"{post_id} is not read yet: the daily run does it, or "
            "`syndication materialize --select key:curation/post_tags`."
        )
    return FoundPost(*row)


def _authors_like(connection: Connection, organization_id: str, typed: str | None) -> list[str]:
    if typed is None:
        return []
    rows = connection.execute(_AUTHORS, [organization_id])
    found = authors_like(typed, (Author(*row) for row in rows))
    if not found:
        raise SyndicationError(f"No author has a name like {typed!r}: write more of it, or less.")
    return found


def _tag_ids(connection: Connection, organization_id: str, names: tuple[str, ...]) -> list[str]:
    rows = connection.execute(
        "select tag_name, tag_id from curation.tags where organization_id = %s", [organization_id]
    )
    known: dict[str, str] = dict(rows.fetchall())
    if unknown := sorted(set(names) - known.keys()):
        there_are = ", ".join(sorted(known)) or "none"
        raise SyndicationError(f"There is no tag {unknown[0]!r}; there are {there_are}. Add one: syndication tag add")
    return [known[name] for name in sorted(set(names))]
