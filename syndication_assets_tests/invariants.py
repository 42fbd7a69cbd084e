"""The invariants between the landed files and the database, regardless of what happened in between.

Deliberately independent of the workload: this module reads the files with the standard library alone, without the
project's adapters, and the database as a superuser, without row-level security.
"""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

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
def _connected(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database) if isinstance(database, str) else nullcontext(database) as connection:
        connection.execute("set local timezone = 'UTC'")
        yield connection


def facts(database: Database) -> Facts:
    """The rows of each table as texts that depend neither on generated ids nor on the run and time of writing."""
    with _connected(database) as connection:
        return {table: Counter(connection.execute(query).fetchall()) for table, query in _FACTS.items()}


def differences(first: Facts, second: Facts) -> list[str]:
    """One line per row that only one of them has; empty if they are equal."""
    lines = []
    for table in first:
        lines += [f"only first,  {table}: {row}" for row in (first[table] - second[table]).elements()]
        lines += [f"only second, {table}: {row}" for row in (second[table] - first[table]).elements()]
    return sorted(lines)


class Content(NamedTuple):
    """The content of a post in an item, besides its counters."""

    is_description: bool
    """Whether the item has text, media or an article."""
    text: str | None
    author: str | None


class Observation(NamedTuple):
    """What an item contains about a post, with the canonical id first."""

    slug: str
    platform: str
    ids: tuple[tuple[str, str], ...]
    observed_at: datetime
    counters: tuple[int | None, ...]
    """reactions, comments, shares, views"""
    content: Content


class Item(NamedTuple):
    """One item of a landed file."""

    slug: str
    source: str
    day: date
    path: str
    position: int
    value: Any
    observed_at: datetime


def broken_invariants(database: Database, landing: Path) -> list[str]:
    """One line per broken invariant between the landing zone and the database; empty if all hold."""
    with _connected(database) as connection:
        quarantined = {
            (path, position)
            for path, position in connection.execute(
                "select source_file_path, position from landing.quarantine where replayed_at is null"
            )
        }
        slugs = {slug for (slug,) in connection.execute("select slug from tenancy.organizations")}
        paths = sorted(path for path in _landed_paths(landing) if path.split("/")[0] in slugs)
        items: list[Item] = []
        problems: list[str] = []
        for path in paths:
            try:
                items += _items(landing, path)
            except _UNREADABLE:
                if not any(quarantined_path == path for quarantined_path, _ in quarantined):
                    problems.append(f"{path} cannot be read and is not in quarantine")
                items += _items_before_the_damage(landing, path)
        good = [item for item in items if not {(item.path, item.position), (item.path, None)} & quarantined]
        problems += _ledger_problems(connection, paths)
        problems += _payload_problems(connection, items, good)
        observations: list[Observation] = []
        for item in good:
            try:
                observations += _observations(item)
            except (TypeError, AttributeError, *_UNREADABLE):
                problems.append(f"invalid, but not in quarantine: {item.path}, item {item.position}")
        observed_posts, lost = _resolved(connection, observations)
        problems += lost
        problems += _snapshot_problems(connection, observed_posts)
        problems += _content_problems(connection, observed_posts)
        problems += _table_problems(connection)
    return problems


_UNREADABLE = (ValueError, LookupError, OSError, EOFError, RecursionError)


def _landed_paths(landing: Path) -> Iterator[str]:
    for file in landing.glob("*/*/*/*"):
        if file.is_file() and not file.name.startswith(".") and not file.name.endswith((".meta.json", ".part")):
            yield file.relative_to(landing).as_posix()


def _items(landing: Path, path: str) -> list[Item]:
    content = (landing / path).read_bytes()
    if path.endswith(".gz"):
        content = gzip.decompress(content)
    value = json.loads(content.decode("utf-8-sig"))
    if isinstance(value, dict):
        inner = value.get("items") or (value.get("data") or {}).get("posts")
        value = [value] if inner is None and "urn" in value else inner
    if not value:
        raise ValueError("a file without items")
    return _placed(landing, path, value)


def _items_before_the_damage(landing: Path, path: str) -> list[Item]:
    """The items of a damaged list before its first defect."""
    values = []
    with suppress(*_UNREADABLE):
        text = (landing / path).read_bytes().decode("utf-8-sig").strip()
        end = 0
        while text[end] in "[,":
            start = end + 1 + len(text[end + 1 :]) - len(text[end + 1 :].lstrip())
            value, end = json.JSONDecoder().raw_decode(text, start)
            values.append(value)
    with suppress(*_UNREADABLE):
        return _placed(landing, path, values)
    return []


def _placed(landing: Path, path: str, values: list[Any]) -> list[Item]:
    slug, source, day, name = path.split("/")
    observed_at = _observed_at(landing, path, name, date.fromisoformat(day))
    if observed_at.date() != date.fromisoformat(day):
        raise ValueError("a file of another day")
    return [
        Item(slug, source, date.fromisoformat(day), path, position, value, observed_at)
        for position, value in enumerate(values)
    ]


def _observed_at(landing: Path, path: str, name: str, day: date) -> datetime:
    stamp = name.removesuffix(".gz").removesuffix(".json")[-23:]
    try:
        return datetime.strptime(stamp + "000", "%Y-%m-%d_%H-%M-%S-%f").replace(tzinfo=UTC)
    except ValueError:
        meta = landing / f"{path}.meta.json"
        if meta.exists():
            return datetime.fromisoformat(json.loads(meta.read_bytes())["observed_at"])
        return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _observations(item: Item) -> Iterator[Observation]:
    value = item.value
    if item.source == "youtube_data_api":
        counts = value.get("statistics", {})
        numbers = (counts.get("likeCount"), counts.get("commentCount"), None, counts.get("viewCount"))
        counters = tuple(None if number is None else int(number) for number in numbers)
        content = _youtube_content(value.get("snippet") or {})
        yield Observation(item.slug, "youtube", (("video", value["id"]),), item.observed_at, counters, content)
        return
    if value.get("post_type") == "repost":
        kind, _, digits = value["full_urn"].removeprefix("urn:li:").partition(":")
        counters, content = _linkedin_counters(value), _linkedin_content(value)
        yield Observation(item.slug, "linkedin", ((kind, digits),), item.observed_at, counters, content)
        return
    for post in (value, value.get("reshared_post")):
        if post is not None and (ids := _linkedin_ids(post)):
            counters, content = _linkedin_counters(post), _linkedin_content(post)
            yield Observation(item.slug, "linkedin", ids, item.observed_at, counters, content)


def _linkedin_ids(post: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    urn = post.get("urn") or {}
    urn = urn if isinstance(urn, dict) else {"activity_urn": urn}
    named = {
        "activity": urn.get("activity_urn") or post.get("activity_urn"),
        "ugcPost": urn.get("ugcPost_urn"),
        "share": urn.get("share_urn"),
    }
    return tuple((kind, digits) for kind, digits in named.items() if digits)


def _linkedin_counters(post: dict[str, Any]) -> tuple[int | None, ...]:
    stats = post.get("stats") or {}
    # The actor for posts of a company leaves out zeros.
    missing = 0 if "source_company" in post and stats.get("total_reactions") is not None else None
    return (
        stats.get("total_reactions"),
        stats.get("comments", stats.get("comments_count", missing)),
        stats.get("reposts", missing),
        None,
    )


def _linkedin_content(post: dict[str, Any]) -> Content:
    text, author = post.get("text"), post.get("author") or {}
    address = (
        (author.get("profile_url") or author.get("company_url") or "")
        .partition("?")[0]
        .rstrip("/")
        .removesuffix("/posts")
    )
    handle = author.get("username") or unquote(address.rpartition("/")[2])
    is_description = bool(text) or any(post.get(key) is not None for key in ("media", "document", "article"))
    return Content(is_description, text, handle.strip().lower() or None)


def _youtube_content(snippet: dict[str, Any]) -> Content:
    texts = [snippet[key] for key in ("title", "description") if snippet.get(key)]
    return Content(bool(texts or snippet.get("thumbnails")), "\n\n".join(texts) or None, snippet.get("channelId"))


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
        is_canonical = observation.ids[0][0] in {"activity", "video"}
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
            order by array_position(array['activity', 'video', 'post', 'ugcPost', 'share'], a.alias_kind), a.alias
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
