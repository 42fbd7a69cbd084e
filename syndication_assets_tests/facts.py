"""What a database says, in a form that is equal for equal facts, whatever their ids and times of writing."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import psycopg

Facts = dict[str, Counter[tuple[str, ...]]]


_POST = "p.platform || '/' || p.urn"


_FROM_POST = "join scraping.posts p using (organization_id, post_id)"


# Columns that differ between databases with the same facts: generated ids, and when and by which run they were written.
_NOT_FACTS = (
    "organization_id, post_id, profile_id, media_id, hashtag_id, download_id, landed_file_id, quarantine_id,"
    " reposted_post_id, run_id, created_at, updated_at, quarantined_at, replayed_at, first_loaded_at, withdrawn_at,"
    " needs_rebuild"
)


def _facts_of(table: str, key: str = "''", more: str = "") -> str:
    return (
        f"select o.slug, {key}, (to_jsonb(t) - string_to_array('{_NOT_FACTS}', ', '))::text"
        f" from {table} t join tenancy.organizations o using (organization_id) {more}"
    )


_FACTS = {
    "posts": _facts_of(
        "scraping.posts",
        "concat_ws(' ', author.username, original.urn)",
        "left join scraping.profiles author using (organization_id, profile_id) left join scraping.posts original"
        " on original.organization_id = t.organization_id and original.post_id = t.reposted_post_id",
    ),
    "post_aliases": _facts_of("scraping.post_aliases", _POST, _FROM_POST),
    "post_media": _facts_of("scraping.post_media", _POST, _FROM_POST),
    "hashtags": _facts_of("scraping.hashtags"),
    "post_hashtags": _facts_of(
        "scraping.post_hashtags",
        f"{_POST} || '#' || h.hashtag",
        f"{_FROM_POST} join scraping.hashtags h using (organization_id, hashtag_id)",
    ),
    "profiles": _facts_of("scraping.profiles"),
    "profile_snapshots": _facts_of(
        "scraping.profile_snapshots",
        "f.username",
        "join scraping.profiles f using (organization_id, profile_id)",
    ),
    "data_downloads": _facts_of("scraping.data_downloads", _POST, _FROM_POST),
    "raw_payloads": _facts_of("scraping.raw_payloads"),
    "quarantine": _facts_of("landing.quarantine", "case when t.replayed_at is null then 'open' else 'replayed' end"),
    "landed_files": _facts_of("landing.files"),
    "post_engagement_daily": _facts_of(
        "engagement.post_engagement_daily",
        f"concat_ws(' ', {_POST}, author.username)",
        f"{_FROM_POST} left join scraping.profiles author"
        " on author.organization_id = t.organization_id and author.profile_id = t.profile_id",
    ),
    "profile_engagement_daily": _facts_of(
        "engagement.profile_engagement_daily",
        "f.username",
        "join scraping.profiles f using (organization_id, profile_id)",
    ),
    "platform_engagement_daily": _facts_of("engagement.platform_engagement_daily"),
    "hashtag_engagement_daily": _facts_of(
        "engagement.hashtag_engagement_daily",
        "h.hashtag",
        "join scraping.hashtags h using (organization_id, hashtag_id)",
    ),
    "post_cohorts": _facts_of("engagement.post_cohorts", _POST, _FROM_POST),
}


Database = str | psycopg.Connection
"""A URL, or a connection whose transaction is inspected."""


@contextmanager
def connected(database: Database) -> Iterator[psycopg.Connection]:
    """A connection to the database of this URL, or the one that is given."""
    with psycopg.connect(database) if isinstance(database, str) else nullcontext(database) as connection:
        connection.execute("set local timezone = 'UTC'")
        yield connection


def facts(database: Database) -> Facts:
    """The rows of each table as texts that depend neither on generated ids nor on the run and time of writing."""
    with connected(database) as connection:
        return {table: Counter(connection.execute(query).fetchall()) for table, query in _FACTS.items()}


def differences(first: Facts, second: Facts) -> list[str]:
    """One line per row that only one of them has; empty if they are equal."""
    lines = []
    for table in first:
        lines += [f"only first,  {table}: {row}" for row in (first[table] - second[table]).elements()]
        lines += [f"only second, {table}: {row}" for row in (second[table] - first[table]).elements()]
    return sorted(lines)
