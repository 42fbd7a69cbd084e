"""Everything that is stored about a person whose posts were scraped, as a JSON object."""

from typing import Any

from syndication_assets.database.connection import Connection, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.person_erasure.archived_files import months_with
from syndication_assets.person_erasure.erasing import Places, planned_treatment
from syndication_assets.person_erasure.found_person import FoundPerson, find_person
from syndication_assets.person_erasure.landed_files import mentioning_files

_EVERYTHING = """
with posts as (
    select p.post_id
    from scraping.post_records as p
    where p.organization_id = %(organization_id)s and p.profile_id = %(profile_id)s
)

select jsonb_build_object(
    'profile', (
        select to_jsonb(p) from scraping.profiles as p
        where p.organization_id = %(organization_id)s and p.profile_id = %(profile_id)s
    ),
    'followers', (
        select coalesce(jsonb_agg(to_jsonb(s) order by s.observed_at), '[]') from scraping.profile_snapshots as s
        where s.organization_id = %(organization_id)s and s.profile_id = %(profile_id)s
    ),
    'posts', (
        select coalesce(jsonb_agg(to_jsonb(p) order by p.post_id), '[]') from scraping.posts as p
        where p.organization_id = %(organization_id)s and p.post_id in (select o.post_id from posts as o)
    ),
    'post_ids', (
        select coalesce(jsonb_agg(to_jsonb(a) order by a.alias), '[]') from scraping.post_aliases as a
        where a.organization_id = %(organization_id)s and a.post_id in (select o.post_id from posts as o)
    ),
    'media', (
        select coalesce(jsonb_agg(to_jsonb(m) order by m.media_id), '[]') from scraping.media_records as m
        where m.organization_id = %(organization_id)s and m.post_id in (select o.post_id from posts as o)
    ),
    'pictures', (
        select coalesce(jsonb_agg(to_jsonb(a) order by a.media_id), '[]') from media.post_media_analyses as a
        where
            a.organization_id = %(organization_id)s
            and a.post_id in (select o.post_id from posts as o)
            and a.analysed_at is not null
    ),
    'hashtags', (
        select coalesce(jsonb_agg(to_jsonb(h) || jsonb_build_object('hashtag', t.hashtag) order by t.hashtag), '[]')
        from scraping.post_hashtags as h
        inner join scraping.hashtags as t on h.organization_id = t.organization_id and h.hashtag_id = t.hashtag_id
        where h.organization_id = %(organization_id)s and h.post_id in (select o.post_id from posts as o)
    ),
    'snapshots', (
        select coalesce(jsonb_agg(to_jsonb(d) order by d.downloaded_at, d.download_id), '[]')
        from scraping.data_downloads as d
        where d.organization_id = %(organization_id)s and d.post_id in (select o.post_id from posts as o)
    ),
    'daily_engagement', (
        select coalesce(jsonb_agg(to_jsonb(e) order by e.activity_date, e.post_id), '[]')
        from engagement.post_engagement_daily as e
        where e.organization_id = %(organization_id)s and e.post_id in (select o.post_id from posts as o)
    ),
    'payloads', (
        select coalesce(jsonb_agg(r.payload order by r.landed_on, r.source_file_path, r.position), '[]')
        from scraping.raw_payloads as r
        where r.organization_id = %(organization_id)s and r.payload::text ~* %(pattern)s
    )
)
"""


def export_person(places: Places, slug: str, platform: str, name: str) -> dict[str, Any]:
    """The rows of a person, the landed files that mention them, and the archived months that have them.

    SyndicationError if there is no such profile. Nothing changes.
    """
    with transaction(places.url) as connection:
        found = find_person(connection, slug, platform, name)
        if found.profile_id is None:
            raise SyndicationError(
                f"{slug} has no profile {name!r} on {platform}: scraping.profiles has all that were observed."
            )
        rows = _rows(connection, found)
    files = [
        {"path": file.path, "landed_on": file.landed_on.isoformat(), "size_bytes": len(file.content)}
        for file in mentioning_files(places.zone, found, planned_treatment(found, "erase"))
    ]
    archives = [each.path for each in months_with(places.url, places.archive, found)]
    return {**rows, "landed_files": files, "archives": archives}


def _rows(connection: Connection, found: FoundPerson) -> dict[str, Any]:
    parameters = {
        "organization_id": found.organization_id,
        "profile_id": found.profile_id,
        "pattern": found.person.pattern,
    }
    return dict(connection.execute(_EVERYTHING, parameters).fetchall()[0][0])
