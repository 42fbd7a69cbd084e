"""The fetch assets of LinkedIn: profiles through an Apify actor, and our own posts from LinkedIn itself."""

from contextlib import AbstractContextManager, closing

import dagster as dg

from syndication_assets.scraping.apify.actor_client import ApifyScraper, ScrapedDataset
from syndication_assets.scraping.fetching.fetch_assets import (
    fetch_as_asset,
    profile_checks,
    required,
    settings_for_today,
)
from syndication_assets.scraping.fetching.fetch_session import FetchSource
from syndication_assets.scraping.fetching.own_post_assets import own_posts_asset
from syndication_assets.scraping.fetching.profile_listing import (
    FetchedFile,
    FetchedProfile,
    ProfileToFetch,
    growing_pages,
    items_of,
    list_profile,
    publication_times,
)
from syndication_assets.scraping.linkedin.dataset_parser import parse_item
from syndication_assets.scraping.linkedin.own_post_parser import SOURCE
from syndication_assets.scraping.linkedin.own_posts_client import PUBLISHER, LinkedInPosts
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import FETCH_PROFILES
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.partitions import daily_partitions

_LARGEST_PAGE = 100
"""The actor gives no more posts in one run."""

_OWN_POSTS = """The current counters of our own posts on LinkedIn, from its REST API.

One row is one landed file, a response of LinkedIn's: one post, its social actions, or the statistics of up to 20 posts
of a page: `<organization>/linkedin_api/<YYYY-MM-DD>/posts_…json`.

A re-run observes again and adds files; landed files never change. Only today's partition can be fetched. Every fetch
asks for the posts of the last scraping.insights_days days; one that was deleted is counted as missing.

Numbers: the published targets of the active accounts with the publisher `linkedin`. Reactions and comments of every
post; reposts, clicks, impressions and reach of a page's posts that have any. A profile's posts are measured only if
LinkedIn shows them to the app (`r_member_social`)."""


@dg.asset(
    key=["scraping", "linkedin_apify_files"],
    group_name="scraping",
    partitions_def=daily_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"linkedin", "json"},
    owners=OWNERS,
    tags=FETCH_PROFILES,
    pool="apify",
    check_specs=profile_checks("linkedin_apify_files"),
)
def linkedin_apify_files(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster knows the bare class
    """The newest posts of the tracked LinkedIn profiles, scraped by an Apify actor.

    One row is one landed file, the dataset of one profile at one time:
    `<organization>/linkedin_apify/<YYYY-MM-DD>/dataset_<username>_<time>.json`, byte for byte as returned by the API.
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
        lambda: linkedin_source(
            ApifyScraper(token, settings.apify_url, settings.apify_actor, "SYNDICATION_APIFY_LINKEDIN_ACTOR")
        ),
    )


def linkedin_source(scraper: ApifyScraper, first_posts: int = 10) -> FetchSource:
    """LinkedIn profiles through an Apify actor: one file per actor run. `first_posts` of a profile without posts."""

    def fetch(profile: ProfileToFetch) -> FetchedProfile:
        def page(size: int, number: int) -> FetchedFile:
            dataset = scrape_profile(scraper, profile.username, size, number)
            return FetchedFile(dataset.content, dataset.finished_at, dataset.actor_run_id, dataset.cost_usd)

        return list_profile(
            profile,
            growing_pages(profile.posts or first_posts, _LARGEST_PAGE),
            page,
            lambda content: publication_times(items_of(content), parse_item, profile.username),
        )

    return FetchSource("linkedin_apify", "linkedin", "dataset", fetch)


def scrape_profile(scraper: ApifyScraper, username: str, limit: int, page: int = 1) -> ScrapedDataset:
    """One page of the posts of a profile, the newest first. A profile without posts gives an empty list.

    What programs send to this actor: `username`, `page_number`, `limit` (100 at most), `total_posts` and
    `pagination_token`; the last two are not needed. With a smaller limit each page is the first one, an issue of the
    actor tells (https://apify.com/apimaestro/linkedin-profile-posts/issues/pagination-not-worki-DYzTVlDnybmgUaVW5), so
    further pages are asked for with the largest limit only (`growing_pages`).
    """
    return scraper.scrape({"username": username, "page_number": page, "limit": limit}, limit)


def _open(settings: Settings) -> AbstractContextManager[LinkedInPosts]:
    return closing(LinkedInPosts(settings.linkedin_url, settings.linkedin_version))


linkedin_api_files = own_posts_asset(SOURCE, PUBLISHER, _OWN_POSTS, _open)
