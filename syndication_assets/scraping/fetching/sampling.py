"""Which profiles are fetched and how far back, and the record of how far each fetch got: the tables of sampling."""

from datetime import datetime
from typing import NamedTuple

from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.scraping.fetching.profile_listing import MOST_POSTS, FetchedProfile, ProfileToFetch


class SampledPost(NamedTuple):
    """One row of the view scraping.sampled_posts."""

    post_id: str
    platform: str
    username: str
    posted_at: datetime
    every_hours: int
    seen_at: datetime
    """When its newest snapshot was taken, or a fetch asked for it in vain."""
    due_at: datetime
    url: str | None


def sampled_posts(connection: Connection, organization_id: str, limit: int, *, only_due: bool) -> list[SampledPost]:
    """Posts that are looked at again, or only those that are due now: the youngest first, as fetches take them."""
    rows = connection.execute(
        "select post_id, platform, username, posted_at, every_hours, seen_at, due_at, url from scraping.sampled_posts"
        " where organization_id = %s and (due_at <= now() or not %s) order by posted_at desc, post_id limit %s",
        [organization_id, only_due, limit],
    ).fetchall()
    return [SampledPost(*row) for row in rows]


def profiles_to_fetch(url: str, organization_id: str, platform: str, *, only_due: bool) -> list[ProfileToFetch]:
    """The tracked profiles, the most valuable first: those with the youngest post that is due."""
    values = {"organization_id": organization_id, "platform": platform, "only_due": only_due}
    with transaction(url) as connection:
        rows = connection.execute(load_sql("scraping/sampling/profiles_to_fetch.sql"), values).fetchall()
    return [
        ProfileToFetch(username, profile_id, known_until, reach_back_to, known_posts or 0, expected_posts or 0.0)
        for profile_id, username, known_until, reach_back_to, known_posts, expected_posts in rows
    ]


def record_failure(connection: Connection, organization_id: str, profile: ProfileToFetch) -> None:
    """Records that nothing could be fetched of the profile: it is due again when it is to be asked for new posts."""
    values = {"organization_id": organization_id, "profile_id": profile.profile_id}
    connection.execute(load_sql("scraping/sampling/record_failure.sql"), values)


def record_fetch(
    connection: Connection, organization_id: str, profile: ProfileToFetch, fetched: FetchedProfile, fetched_at: datetime
) -> str | None:
    """Records how far the fetch got. Returns what may be missing, as a sentence; None if nothing is."""
    reason = f"more than {MOST_POSTS} posts were published" if fetched.problem is None else str(fetched.problem)
    connection.execute(
        load_sql("scraping/sampling/record_fetch.sql"),
        {
            "organization_id": organization_id,
            "profile_id": profile.profile_id,
            "fetched_at": fetched_at,
            "known_until": profile.known_until,
            "reached_back_to": fetched.reached_back_to,
            "newest_posted_at": fetched.newest_posted_at,
            "problem": reason,
        },
    )
    missed_since = fetched.missed_since(profile)
    if missed_since is None:
        return None
    return (
        f"posts that were published between {missed_since:%Y-%m-%d %H:%M} and {fetched.reached_back_to:%Y-%m-%d %H:%M} "
        f"UTC may be missing: {reason}"
    )
