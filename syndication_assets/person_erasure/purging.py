"""Removes the rows of a person, in one transaction, and their name from all other rows of the organization.

Which tables refer to a profile or a post is read from the system catalogue: a table of a later migration is found, too.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
from psycopg import sql

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.person_erasure.cached_pictures import forget_pictures, pictures_of_posts
from syndication_assets.person_erasure.curated_posts import forget_history
from syndication_assets.person_erasure.found_person import FoundPerson
from syndication_assets.person_erasure.removing_names import remove_names
from syndication_assets.tenancy.organization_tables import tables_of_organizations

POSTS, PROFILES = "scraping.post_records", "scraping.profiles"
_HOLDS = "operations.legal_holds"
_LINE_LENGTH = 30  # a shorter line may stand in any other text, too

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
_REFERRING = """
select k.conrelid::regclass::text, n.nspname::text, c.relname::text, a.attname::text
from pg_constraint as k
inner join pg_class as c on k.conrelid = c.oid
inner join pg_namespace as n on c.relnamespace = n.oid
cross join unnest(k.conkey) as u (place)
inner join pg_attribute as a on k.conrelid = a.attrelid and u.place = a.attnum and a.attname <> 'organization_id'
where k.contype = 'f' and k.conparentid = 0 and k.confrelid = %(table)s::regclass
order by 1, 4
"""
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


def rows_of_person(connection: Connection, found: FoundPerson) -> dict[str, int]:
    """The number of rows by table that are about the person; tables without any are left out. Nothing changes."""
    name_posts(connection, found, "")
    counts: dict[str, int] = {}
    for about in (POSTS, PROFILES):
        ids = [found.profile_id] if about == PROFILES else []
        for table, name, column in _references(connection, about):
            query = sql.SQL("select count(*) from {} where organization_id = %s and {} in ({})").format(
                name, sql.Identifier(column), _ids(about)
            )
            count = connection.execute(query, [found.organization_id, *ids]).fetchall()[0][0]
            counts[table] = counts.get(table, 0) + count
    counts[PROFILES] = 1 if found.profile_id is not None else 0
    counts[POSTS] = connection.execute("select count(*) from erased_posts").fetchall()[0][0]
    counts.pop(_HOLDS, None)
    return {table: count for table, count in sorted(counts.items()) if count}


def purge(url: str, found: FoundPerson, erasure_id: str) -> None:
    """Removes the rows, and records how many by table. A second time there is nothing left to remove."""
    # As a load: no post of the person is written meanwhile.
    with transaction(url, lock="scraping load") as connection:
        parameters = name_posts(connection, found, erasure_id)
        days = _days_of(connection, parameters)
        pictures = pictures_of_posts(connection, parameters)
        counts = {
            "ai.llm_calls": forget_texts(connection, parameters),
            "scraping.raw_payloads": forget_payloads(connection, parameters),
        }
        for table, count in _remove(connection, found):
            counts[table] = counts.get(table, 0) + count
        counts["curation.post_tag_changes"] = forget_history(connection, parameters)
        counts["media.media_files"] = forget_pictures(connection, found.organization_id, pictures)
        connection.execute(_RECOUNT, parameters)
        for table, count in remove_names(connection, found, erasure_id):
            counts[table] = counts.get(table, 0) + count
        record_purge(connection, parameters, counts, days)
        fault_points.reach("person_erasure.before_purge")
    fault_points.reach("person_erasure.purged")


def name_posts(
    connection: Connection, found: FoundPerson, erasure_id: str, *, with_reposts: bool = True
) -> dict[str, Any]:
    """Makes the temporary tables of the posts of the person, and of plain reposts of them; returns all parameters."""
    parameters = _parameters(found) | {"erasure_id": erasure_id, "with_reposts": with_reposts}
    connection.execute(_POSTS_OF_PERSON, parameters)
    return parameters


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
    found_days = days if days is not None else _days_of(connection, parameters)
    filled = {table: count for table, count in sorted(counts.items()) if count}
    connection.execute(_RECORD, parameters | {"days": found_days, "counts": msgspec.json.encode(filled).decode()})


def _days_of(connection: Connection, parameters: dict[str, Any]) -> list[date]:
    return [day for (day,) in connection.execute(_DAYS, parameters)]


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


def _remove(connection: Connection, found: FoundPerson) -> Iterator[tuple[str, int]]:
    organization_id = found.organization_id
    for about, own_key in ((POSTS, "post_id"), (PROFILES, "profile_id")):
        ids = [found.profile_id] if about == PROFILES else []
        for table, name, column in _references(connection, about):
            # A post that quotes stays without what it quoted, a released hold without whom it was about.
            is_kept = table in {POSTS, _HOLDS}
            action = "update {} set {column} = null" if is_kept else "delete from {}"
            statement = sql.SQL(action + " where organization_id = %s and {column} in ({ids})").format(
                name, column=sql.Identifier(column), ids=_ids(about)
            )
            count = connection.execute(statement, [organization_id, *ids]).rowcount
            yield table, 0 if is_kept else count
        statement = sql.SQL("delete from {} where organization_id = %s and {} in ({})").format(
            sql.Identifier(*about.split(".")), sql.Identifier(own_key), _ids(about)
        )
        yield about, connection.execute(statement, [organization_id, *ids]).rowcount


def _references(connection: Connection, about: str) -> list[tuple[str, sql.Identifier, str]]:
    """Table, its name, and its column that refers to posts or to profiles."""
    return [
        (table, sql.Identifier(schema, name), column)
        for table, schema, name, column in connection.execute(_REFERRING, {"table": about}).fetchall()
    ]


def _ids(about: str) -> sql.Composable:
    return sql.SQL("select e.post_id from erased_posts as e" if about == POSTS else "%s")


def _parameters(found: FoundPerson) -> dict[str, Any]:
    return {"organization_id": found.organization_id, "profile_id": found.profile_id}
