"""The fetch asset of feeds that are followed like profiles: blogs and newsletters of other people."""

from datetime import UTC, datetime
from urllib.parse import quote

import dagster as dg

from syndication_assets.http.clients.public_client import PublicClient
from syndication_assets.landing.feeds.feed_guard import LARGEST_FEED
from syndication_assets.landing.loading.rejections import FileRejectedError
from syndication_assets.scraping.fetching.fetch_assets import fetch_as_asset, profile_checks, settings_for_today
from syndication_assets.scraping.fetching.fetch_errors import FetchError
from syndication_assets.scraping.fetching.fetch_session import FetchSource
from syndication_assets.scraping.fetching.profile_listing import (
    FetchedFile,
    FetchedProfile,
    ProfileToFetch,
    items_of,
    publication_times,
)
from syndication_assets.scraping.rss.entry_parser import PLATFORM, SOURCE, parse_item
from syndication_assets.scraping.rss.feed_items import feed_file
from syndication_assets.sql_assets.cadence import FETCH_PROFILES
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.partitions import daily_partitions


@dg.asset(
    key=["scraping", "rss_feed_files"],
    group_name="scraping",
    partitions_def=daily_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"rss", "json"},
    owners=OWNERS,
    tags=FETCH_PROFILES,
    pool="rss",
    check_specs=profile_checks("rss_feed_files"),
)
def rss_feed_files(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster knows the bare class
    """The newest posts of the tracked feeds, such as newsletters on Substack, with the numbers that they have.

    One row is one landed file, the entries of one feed at one time:
    `<organization>/rss_feed/<YYYY-MM-DD>/feed_<address>_<time>.json`, a list of entries with the XML of each, byte for
    byte. Its `.meta.json` has the observation time and the runs.

    A scheduled run fetches what is due (`scraping.snapshot_intervals`); a run that a person starts fetches every
    tracked feed. A feed has its newest posts only: older ones are not observed again. If the oldest of them is newer
    than the newest known post, what may lie between is a row of `scraping.post_gaps`.

    A re-run observes again and adds files; landed files never change. Only today's partition can be fetched.

    Numbers: profiles of the platform `rss` with `is_tracked` and `is_active` in `scraping.profiles`, over https on
    public addresses, of all active organizations. Each organization's fetch is a row of `scraping.download_runs`.
    """
    settings = settings_for_today(context)
    return fetch_as_asset(context, settings, lambda: rss_source(PublicClient(LARGEST_FEED, provider=SOURCE)))


def rss_source(client: PublicClient) -> FetchSource:
    """Feeds by their addresses: one file per feed."""

    def fetch(profile: ProfileToFetch) -> FetchedProfile:
        content = client.get(f"https://{quote(profile.username, safe='/:?&=+,;@~!$*()[]')}")
        try:
            file = FetchedFile(feed_file(content, profile.username), datetime.now(UTC))
        except FileRejectedError as error:
            raise FetchError(f"{error}.") from None
        times = [time for time in publication_times(items_of(file.content), parse_item, profile.username) if time]
        fetched = FetchedProfile()
        fetched.add(file, [*sorted(times, reverse=True)])
        if profile.known_until is None or (times and min(times) <= profile.known_until):
            # There is no older page: posts that have left the feed are asked for in vain.
            fetched.reach(profile.reach_back_to)
        return fetched

    return FetchSource(SOURCE, PLATFORM, "feed", fetch)
