"""The posts of a person, as temporary tables that the statements of an erasure read."""

from datetime import date
from typing import Any

from syndication_assets.database.connection import Connection
from syndication_assets.person_erasure.found_person import FoundPerson

_POSTS_OF_PERSON = """
create temporary table erased_posts on commit drop as
with written as (
    select p.post_id, p.text_content
    from scraping.post_records as p
    where p.organization_id = %(organization_id)s and p.profile_id = %(profile_id)s
)
select post_id, text_content from written
union
-- A plain repost has nothing of its own.
select r.post_id, r.text_content
from scraping.post_records as r
where
    %(with_reposts)s
    and r.organization_id = %(organization_id)s
    and r.post_type = 'repost'
    and r.reposted_post_id in (select w.post_id from written as w);

create temporary table recounted_profiles on commit drop as
select distinct p.profile_id
from scraping.post_records as p
where
    p.organization_id = %(organization_id)s
    and p.post_id in (select e.post_id from erased_posts as e)
    and p.profile_id is distinct from %(profile_id)s
"""
_DAYS = """
select distinct (s.downloaded_at at time zone 'utc')::date
from scraping.snapshots as s
where s.organization_id = %(organization_id)s and s.post_id in (select e.post_id from erased_posts as e)
union
select d.activity_date
from engagement.post_engagement_daily as d
where d.organization_id = %(organization_id)s and d.post_id in (select e.post_id from erased_posts as e)
union
select r.landed_on
from landing.redactions as r
where r.organization_id = %(organization_id)s and r.erasure_id = %(erasure_id)s
"""


def name_posts(
    connection: Connection, found: FoundPerson, erasure_id: str, *, with_reposts: bool = True
) -> dict[str, Any]:
    """Makes the temporary tables of the posts of the person, and of plain reposts of them; returns all parameters."""
    parameters = {
        "organization_id": found.organization_id,
        "profile_id": found.profile_id,
        "erasure_id": erasure_id,
        "with_reposts": with_reposts,
    }
    connection.execute(_POSTS_OF_PERSON, parameters)
    return parameters


def days_of(connection: Connection, parameters: dict[str, Any]) -> list[date]:
    """The days that the posts of `name_posts` change, and those of files that were redacted."""
    return [day for (day,) in connection.execute(_DAYS, parameters)]
