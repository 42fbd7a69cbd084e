"""Removes the rows of a person, in one transaction, and their name from all other rows of the organization."""

from datetime import date
from typing import Any

import msgspec

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.person_erasure.cached_pictures import forget_pictures, pictures_of_posts
from syndication_assets.person_erasure.curated_posts import forget_history
from syndication_assets.person_erasure.found_person import FoundPerson
from syndication_assets.person_erasure.posts_of_person import days_of, name_posts
from syndication_assets.person_erasure.referring_rows import remove_rows
from syndication_assets.person_erasure.removing_names import remove_names
from syndication_assets.tenancy.organization_tables import tables_of_organizations

_LINE_LENGTH = 30  # a shorter line may stand in any other text, too

_PAYLOADS = """
delete from scraping.raw_payloads as r
using scraping.snapshots as s
where
    s.organization_id = %(organization_id)s
    and s.post_id in (select e.post_id from erased_posts as e)
    and r.organization_id = s.organization_id
    and r.landed_on = (s.downloaded_at at time zone 'utc')::date
    and r.payload_hash between int8send(s.payload_key) and int8send(s.payload_key) || '\\xffffffffffffffff'::bytea
"""
_CALLS_WITH_TEXTS = """
update ai.llm_calls as c set
    prompt = null,
    response = case when c.response is not null then %(erasure_id)s end,
    error_message = case when c.error_message is not null then %(erasure_id)s end
where
    c.organization_id = %(organization_id)s
    and exists (
        select
        from erased_posts as e
        where e.post_id = any(c.post_ids)
        union all
        select
        from erased_posts as e
        cross join lateral regexp_split_to_table(e.text_content, '[\\n"]') as l (line)
        where
            length(btrim(l.line)) >= %(line_length)s
            and strpos(coalesce(c.prompt, '') || coalesce(c.response, ''), btrim(l.line)) > 0
    )
"""
_RECOUNT = """
update scraping.profiles as p set
    post_count = (
        select count(*)
        from scraping.post_records as r
        where r.organization_id = p.organization_id and r.profile_id = p.profile_id
    )
where p.organization_id = %(organization_id)s and p.profile_id in (select c.profile_id from recounted_profiles as c)
"""


_RECORD = """
update tenancy.person_erasures as e set
    purged_at = now(),
    days = array(select distinct unnest(e.days || %(days)s::date[]) order by 1),
    row_counts = (
        select coalesce(jsonb_object_agg(s.table_name, s.total), '{}')
        from (
            select c.key as table_name, sum(c.value::bigint) as total
            from (
                select * from jsonb_each_text(e.row_counts)
                union all
                select * from jsonb_each_text(%(counts)s::jsonb)
            ) as c
            group by c.key
        ) as s
    )
where e.organization_id = %(organization_id)s and e.erasure_id = %(erasure_id)s
"""


def purge(url: str, found: FoundPerson, erasure_id: str) -> None:
    """Removes the rows, and records how many by table. A second time there is nothing left to remove."""
    # As a load: no post of the person is written meanwhile.
    with transaction(url, lock="scraping load") as connection:
        parameters = name_posts(connection, found, erasure_id)
        days = days_of(connection, parameters)
        pictures = pictures_of_posts(connection, parameters)
        counts = {
            "ai.llm_calls": forget_texts(connection, parameters),
            "scraping.raw_payloads": forget_payloads(connection, parameters),
        }
        for table, count in remove_rows(connection, found):
            counts[table] = counts.get(table, 0) + count
        counts["curation.post_tag_changes"] = forget_history(connection, parameters)
        counts["media.media_files"] = forget_pictures(connection, found.organization_id, pictures)
        connection.execute(_RECOUNT, parameters)
        for table, count in remove_names(connection, found, erasure_id):
            counts[table] = counts.get(table, 0) + count
        record_purge(connection, parameters, counts, days)
        fault_points.reach("person_erasure.before_purge")
    fault_points.reach("person_erasure.purged")


def forget_texts(connection: Connection, parameters: dict[str, Any]) -> int:
    """Removes prompts and answers about the person's posts, or that hold a line of them; returns how many."""
    return connection.execute(_CALLS_WITH_TEXTS, parameters | {"line_length": _LINE_LENGTH}).rowcount


def forget_payloads(connection: Connection, parameters: dict[str, Any]) -> int:
    """Removes the payloads of the person's posts; a load stores again what the files of its day have since."""
    return connection.execute(_PAYLOADS, parameters).rowcount


def record_purge(
    connection: Connection, parameters: dict[str, Any], counts: dict[str, int], days: list[date] | None = None
) -> None:
    """Adds the numbers of rows by table, and the days to compute again, to the erasure."""
    found_days = days if days is not None else days_of(connection, parameters)
    filled = {table: count for table, count in sorted(counts.items()) if count}
    connection.execute(_RECORD, parameters | {"days": found_days, "counts": msgspec.json.encode(filled).decode()})


def tidy(connection: Connection, organization_id: str) -> None:
    """Removes hashtags that no post and no rollup has any more, and samples of the planner."""
    connection.execute(
        "delete from scraping.hashtags as h where h.organization_id = %(organization_id)s and not exists ("
        "  select from scraping.post_hashtags as p"
        "  where p.organization_id = h.organization_id and p.hashtag_id = h.hashtag_id"
        ") and not exists ("
        "  select from engagement.hashtag_engagement_daily as d"
        "  where d.organization_id = h.organization_id and d.hashtag_id = h.hashtag_id"
        ")",
        {"organization_id": organization_id},
    )
    for table in tables_of_organizations(connection):
        connection.execute("select tenancy.sample_again(%s, %s)", table.split("."))
