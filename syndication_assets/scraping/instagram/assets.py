"""The fetch assets of Instagram: profiles through an Apify actor, and our own posts from the Graph API."""

from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from urllib.parse import quote

import dagster as dg

from syndication_assets.database.connection import database_url
from syndication_assets.scraping.apify.actor_client import ApifyScraper, ScrapedDataset
from syndication_assets.scraping.fetching.fetch_assets import (
    fetch_as_asset,
    profile_checks,
    required,
    settings_for_today,
)
from syndication_assets.scraping.fetching.fetch_session import FetchSource
from syndication_assets.scraping.fetching.own_post_assets import own_posts_asset
from syndication_assets.scraping.fetching.platform_metrics import metrics_on
from syndication_assets.scraping.fetching.profile_listing import (
    MOST_POSTS,
    FetchedFile,
    FetchedProfile,
    ProfileToFetch,
    growing_pages,
    items_of,
    list_profile,
    publication_times,
)
from syndication_assets.scraping.instagram.dataset_parser import dataset_without_comments, parse_item
from syndication_assets.scraping.instagram.media_client import PUBLISHER, InstagramMedia
from syndication_assets.scraping.instagram.media_parser import PLATFORM, SOURCE
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import FETCH_PROFILES
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.partitions import daily_partitions

_PINNED_POSTS = 3
"""A profile pins at most so many old posts before its newest ones."""

_DESCRIPTION = """The current counters of our own posts on Instagram, from the Graph API.

One row is one landed file, a response for one post with its insights:
`<organization>/instagram_graph/<YYYY-MM-DD>/posts_…json`. Tokens are redacted before a response is kept.

A re-run observes again and adds files; landed files never change. Only today's partition can be fetched. Every fetch
asks for the posts of the last scraping.insights_days days; one that was deleted is counted as missing.

Numbers: the published targets of the active accounts with the publisher `instagram_graph`. Likes and comments are
fields of a post; its other numbers are the metrics in `engagement.platform_metrics` that are valid on the day. If Graph
rejects one, posts are fetched without insights, and the check says so."""


def _open(settings: Settings) -> AbstractContextManager[InstagramMedia]:
    metrics = metrics_on(database_url(settings), PLATFORM, datetime.now(UTC).date())
    return closing(InstagramMedia(settings.facebook_url, settings.facebook_version, metrics))


instagram_graph_files = own_posts_asset(SOURCE, PUBLISHER, _DESCRIPTION, _open)


@dg.asset(
    key=["scraping", "instagram_apify_files"],
    group_name="scraping",
    partitions_def=daily_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"instagram", "json"},
    owners=OWNERS,
    tags=FETCH_PROFILES,
    pool="apify",
    check_specs=profile_checks("instagram_apify_files"),
)
def instagram_apify_files(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster knows the bare class
    """The newest posts and reels of the tracked Instagram profiles, scraped by an Apify actor.

    One row is one landed file, the dataset of one profile at one time:
    `<organization>/instagram_apify/<YYYY-MM-DD>/dataset_<username>_<time>.json`, without the comments of other people.
    Its `.meta.json` has the observation time, the runs and the cost.

    A scheduled run fetches what is due (`scraping.snapshot_intervals`), the profile with the youngest post first; a run
    that a person starts fetches every tracked profile. Posts are listed back to the oldest that is due and the newest
    that is known: as many as are expected, then ever more. What could not be reached is a row of `scraping.post_gaps`.

    A re-run observes again and adds files; landed files never change. After a failed or dead run by hand it continues
    the session and skips profiles that landed in the last five hours. Only today's partition can be fetched.

    Numbers: profiles with `is_tracked` and `is_active` in `scraping.profiles`, of all active organizations; costs
    as reported by Apify. Each organization's fetch is a row of `scraping.download_runs`.
    """
    settings = settings_for_today(context)
    place = "Apify's console under Settings, API & Integrations"
    token = required(settings.apify_token, "SYNDICATION_APIFY_TOKEN", place)
    return fetch_as_asset(
        context,
        settings,
        lambda: instagram_source(
            ApifyScraper(token, settings.apify_url, settings.apify_instagram_actor, "SYNDICATION_APIFY_INSTAGRAM_ACTOR")
        ),
    )


def instagram_source(scraper: ApifyScraper, first_posts: int = 10) -> FetchSource:
    """Instagram profiles through an Apify actor: one file per actor run. `first_posts` of a profile without posts."""

    def fetch(profile: ProfileToFetch) -> FetchedProfile:
        def page(size: int, _: int) -> FetchedFile:
            dataset = scrape_profile(scraper, profile.username, size)
            content = dataset_without_comments(dataset.content)
            return FetchedFile(content, dataset.finished_at, dataset.actor_run_id, dataset.cost_usd)

        posts = first_posts if profile.posts is None else profile.posts + _PINNED_POSTS
        return list_profile(
            profile,
            growing_pages(posts, MOST_POSTS),
            page,
            lambda content: publication_times(items_of(content), parse_item, profile.username),
        )

    return FetchSource("instagram_apify", "instagram", "dataset", fetch)


def scrape_profile(scraper: ApifyScraper, username: str, limit: int) -> ScrapedDataset:
    """The newest posts of a profile, after those that it pins. A profile without posts gives an empty list.

    The actor's input, by the copy of its schema (build 45BDZt2ps4H7n9H1T) that docs/fetch-and-schedule.md names:
    `directUrls` or a search, `resultsType` (posts, comments, details, mentions or stories), `resultsLimit` for each
    address.
    """
    address = f"https://www.instagram.com/{quote(username, safe='')}/"
    return scraper.scrape({"directUrls": [address], "resultsType": "posts", "resultsLimit": limit}, limit)
