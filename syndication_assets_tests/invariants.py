"""The invariants between the landed files and the database, regardless of what happened in between.

Deliberately independent of the workload: this module reads the files with the standard library alone, without the
project's adapters, and the database as a superuser, without row-level security.
"""

import json
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg

from syndication_assets_tests.facts import Database, connected
from syndication_assets_tests.landed_items import (
    UNREADABLE,
    Item,
    Observation,
    items_before_the_damage,
    items_of,
    landed_paths,
    observations_of,
)


def broken_invariants(database: Database, landing: Path) -> list[str]:
    """One line per broken invariant between the landing zone and the database; empty if all hold."""
    with connected(database) as connection:
        quarantined = {
            (path, position)
            for path, position in connection.execute(
                "select source_file_path, position from landing.quarantine where replayed_at is null"
            )
        }
        slugs = {slug for (slug,) in connection.execute("select slug from tenancy.organizations")}
        paths = sorted(path for path in landed_paths(landing) if path.split("/")[0] in slugs)
        items: list[Item] = []
        problems: list[str] = []
        for path in paths:
            try:
                items += items_of(landing, path)
            except UNREADABLE:
                if not any(quarantined_path == path for quarantined_path, _ in quarantined):
                    problems.append(f"{path} cannot be read and is not in quarantine")
                items += items_before_the_damage(landing, path)
        good = [item for item in items if not {(item.path, item.position), (item.path, None)} & quarantined]
        problems += _ledger_problems(connection, paths)
        problems += _payload_problems(connection, items, good)
        observations: list[Observation] = []
        for item in good:
            try:
                observations += observations_of(item)
            except (TypeError, AttributeError, *UNREADABLE):
                problems.append(f"invalid, but not in quarantine: {item.path}, item {item.position}")
        observed_posts, lost = _resolved(connection, observations)
        problems += lost
        problems += _snapshot_problems(connection, observed_posts)
        problems += _content_problems(connection, observed_posts)
        problems += _table_problems(connection)
    return problems


def _ledger_problems(connection: psycopg.Connection, paths: list[str]) -> list[str]:
    ledger = [
        path
        for (path,) in connection.execute(
            "select source_file_path from landing.files where withdrawn_at is null order by 1"
        )
    ]
    return [f"landed, but not in the ledger: {path}" for path in sorted(set(paths) - set(ledger))] + [
        f"in the ledger, but not landed: {path}" for path in sorted(set(ledger) - set(paths))
    ]


def _payload_problems(connection: psycopg.Connection, items: list[Item], good: list[Item]) -> list[str]:
    kept: dict[tuple[str, str, date], set[str]] = defaultdict(set)
    for slug, source, day, payload in connection.execute(
        "select slug, source, landed_on, payload::text from scraping.raw_payloads"
        " join tenancy.organizations using (organization_id)"
    ):
        kept[slug, source, day].add(_canonical(json.loads(payload)))
    landed: dict[tuple[str, str, date], set[str]] = defaultdict(set)
    for item in items:
        landed[item.slug, item.source, item.day].add(_canonical(item.value))
    return [
        f"neither in raw_payloads nor in quarantine: {item.path}, item {item.position}"
        for item in good
        if _canonical(item.value) not in kept[item.slug, item.source, item.day]
    ] + [f"a payload that no readable file contains: {key}" for key in kept for _ in kept[key] - landed[key]]


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _resolved(
    connection: psycopg.Connection, observations: list[Observation]
) -> tuple[list[tuple[str, Observation]], list[str]]:
    """Each observation with its post, and one line per observation without a post or with several.

    A weak id may lead to another post only if that post has a smaller canonical id.
    """
    post_of = {
        (slug, platform, kind, alias): (post_id, urn)
        for slug, platform, kind, alias, post_id, urn in connection.execute(
            "select slug, a.platform, alias_kind, alias, post_id,"
            " case when urn_kind in ('activity', 'video', 'post') then urn else '' end"
            " from scraping.post_aliases a join scraping.posts using (organization_id, platform, post_id)"
            " join tenancy.organizations using (organization_id)"
        )
    }
    observed_posts = []
    problems = []
    for observation in observations:
        posts = [post_of.get((observation.slug, observation.platform, *alias), ("", "")) for alias in observation.ids]
        post_id, urn = posts[0]
        is_canonical = observation.ids[0][0] in {"activity", "video", "post"}
        if post_id and all(other == post_id or (is_canonical and "" < lesser < urn) for other, lesser in posts):
            observed_posts.append((post_id, observation))
        else:
            known = {other for other, _ in posts if other}
            problems.append(f"the ids of an observation lead to {len(known)} posts: {observation.ids}")
    return observed_posts, problems


def _snapshot_problems(connection: psycopg.Connection, observed_posts: list[tuple[str, Observation]]) -> list[str]:
    observed: dict[tuple[str, datetime], set[tuple[int | None, ...]]] = defaultdict(set)
    problems = []
    for post_id, observation in observed_posts:
        observed[post_id, observation.observed_at].add(observation.counters)
    stored: dict[tuple[str, datetime], tuple[int | None, ...]] = {}
    for post_id, observed_at, *counters in connection.execute(
        "select post_id, downloaded_at, reactions, comments, shares, views from scraping.data_downloads"
    ):
        if (post_id, observed_at) in stored:
            problems.append(f"two snapshots of {post_id} at {observed_at}")
        stored[post_id, observed_at] = tuple(counters)
    for key in observed.keys() | stored.keys():
        if key not in stored:
            problems.append(f"a snapshot is lost: {key}")
        elif key not in observed:
            problems.append(f"a snapshot that no file contains: {key}")
        elif stored[key] not in observed[key]:
            problems.append(f"a snapshot with other counters: {key}: {stored[key]}, observed {observed[key]}")
    return problems


def _content_problems(connection: psycopg.Connection, observed_posts: list[tuple[str, Observation]]) -> list[str]:
    """A post has the newest observed text and author, even if later observations lack them."""
    observations_of: dict[str, list[Observation]] = defaultdict(list)
    for post_id, observation in observed_posts:
        observations_of[post_id].append(observation)
    problems = []
    for post_id, urn, text, described_at, author, named_at in connection.execute(
        "select post_id, urn, text_content, content_observed_at, author_username, author_observed_at"
        " from scraping.posts p where post_type is distinct from 'repost' and not exists ("
        # Content of a withdrawn file stays until a newer observation replaces it.
        " select from landing.files f where f.organization_id = p.organization_id"
        " and f.withdrawn_at is not null and f.observed_at in (content_observed_at, author_observed_at, last_seen_at))"
    ):
        observations = observations_of[post_id]
        described = [observation for observation in observations if observation.content.is_description]
        with_text = described or observations
        newest = max((observation.observed_at for observation in with_text), default=None)
        texts = {observation.content.text for observation in with_text if observation.observed_at == newest}
        if observations and (text not in texts or described_at != (newest if described else None)):
            problems.append(f"another text than the newest observed text: {urn}")
        named = [observation for observation in observations if observation.content.author is not None]
        newest = max((observation.observed_at for observation in named), default=None)
        names = {observation.content.author for observation in named if observation.observed_at == newest} or {None}
        if observations and (author not in names or named_at != newest):
            problems.append(f"another author than the newest observed author: {urn}")
    return problems


# Each query returns one text per row that violates the sentence.
_SENTENCES = {
    "the urn of a post is the smallest of its strongest ids": """
        select p.urn from scraping.posts p where p.urn is distinct from (
            select a.alias from scraping.post_aliases a
            where a.organization_id = p.organization_id and a.post_id = p.post_id
            order by
                array_position(array['activity', 'video', 'post', 'ugcPost', 'share', 'media'], a.alias_kind), a.alias
            limit 1)""",
    "a post has at most one canonical id": """
        select post_id from scraping.post_aliases where alias_kind in ('activity', 'video', 'post')
        group by organization_id, post_id having count(*) > 1""",
    "the post_count of a profile is the number of its posts": """
        select f.username from scraping.profiles f where post_count <> (
            select count(*) from scraping.posts p
            where p.organization_id = f.organization_id and p.profile_id = f.profile_id)""",
    "a post was seen between its first and its last snapshot": """
        select p.urn from scraping.posts p join scraping.data_downloads d using (organization_id, post_id)
        where d.downloaded_at not between p.first_seen_at and p.last_seen_at""",
    "a hashtag of a post was seen on a day of the post": """
        select p.urn from scraping.post_hashtags h join scraping.posts p using (organization_id, post_id)
        where isempty(h.seen_on) or lower(h.seen_on) < (p.first_seen_at at time zone 'utc')::date
            or upper(h.seen_on) - 1 > (p.last_seen_at at time zone 'utc')::date""",
    "current hashtags are those of the newest text": """
        select p.urn from scraping.post_hashtags h join scraping.posts p using (organization_id, post_id)
        where h.is_current <> (h.seen_on @> (p.content_observed_at at time zone 'utc')::date)""",
    "no run is open without a process": """
        select run_id from scraping.download_runs where status = 'running' and not exists (
            select from pg_locks where locktype = 'advisory' and objid = hashtext(run_id)::oid)""",
}


def _table_problems(connection: psycopg.Connection) -> list[str]:
    return [
        f"not true that {sentence}: {row[0]}"
        for sentence, query in _SENTENCES.items()
        for row in connection.execute(query).fetchall()
    ]
