"""The fetch asset of blog feeds: requests the feeds and lands the responses unchanged."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from syndication_assets.database.connection import database_url, transaction
from syndication_assets.documents.feeds.feed_parser import SOURCE
from syndication_assets.documents.feeds.feed_rows import Feed, feeds_to_fetch
from syndication_assets.errors import SyndicationError
from syndication_assets.http.clients.public_client import PublicClient
from syndication_assets.landing.feeds.feed_guard import LARGEST_FEED
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.landing.zone.observation_time import file_name_time
from syndication_assets.operations.executions.asset_executions import executing_asset
from syndication_assets.operations.usage.call_ledger import CallLedger
from syndication_assets.settings import Settings
from syndication_assets.settings.retired import retired_advice
from syndication_assets.sql_assets.cadence import FETCH_FEEDS
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.partitions import daily_partitions, require_today
from syndication_assets.tenancy.limits import require_room
from syndication_assets.text.markdown import markdown_table

_RETIRED = "SYNDICATION_BLOG_FEED_URLS"
CHECK_NAME = "every_feed_was_fetched"
_HOW_TO_ADD = "There is no feed to fetch. Add one: `syndication feed add blog --url https://blog.example/feed.xml`."


@dataclass(frozen=True, slots=True)
class FetchedFeed:
    """One feed that has landed."""

    organization: str
    host: str
    path: str
    size_bytes: int


@dg.asset(
    key=["documents", "blog_feed_files"],
    group_name="documents",
    partitions_def=daily_partitions,
    # The same as for the other assets of the room: jobs split ranges where policies differ.
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"rss"},
    owners=OWNERS,
    tags=FETCH_FEEDS,
    pool="blog_feed",
    check_specs=[
        dg.AssetCheckSpec(
            CHECK_NAME,
            asset=["documents", "blog_feed_files"],
            description="Every active feed of documents.feeds was fetched in the last run.",
        )
    ],
)
def blog_feed_files(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster knows the bare class
    """The current entries of blog feeds, as the blogs return them.

    One row is one landed file, one response, byte for byte:
    `<organization>/blog_feed/<YYYY-MM-DD>/feed_<host>_<time>.xml`. The URL is not in it, because it may hold a token.

    A re-run requests the feeds again and adds files; it never changes a file. Only today's partition can be
    fetched.

    Numbers: the active feeds of `documents.feeds`, over https on public addresses. Without a feed, every partition
    materializes without a request.
    """
    try:
        settings = Settings.from_environment()
        url = database_url(settings)
        with transaction(url) as connection:
            feeds, problems = feeds_to_fetch(connection, settings)
        if feeds or problems:
            require_today(context)
        zone = LandingZone(settings.landing_url)
    except SyndicationError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    fetched: list[FetchedFeed] = []
    client = feed_client()
    with executing_asset(context, url, "fetching") as execution, CallLedger(url, context.run.run_id) as ledger:
        for feed in feeds:
            try:
                with transaction(url) as connection:
                    require_room(connection, feed.organization_id, ("storage_bytes",))
                with ledger.of(feed.organization_id):
                    fetched.append(fetch_feed(client, zone, feed))
            except SyndicationError as error:  # the other feeds are fetched all the same
                problems.append(f"{feed.organization}/{feed.name}: {error}")
                execution.tally.add(feed.organization, came_in=1, rejected=1, reason=f"{feed.name}: {error}")
                continue
            execution.tally.add(feed.organization, came_in=1, went_out=1)
    if retired_advice(_RETIRED):
        problems.append(retired_advice(_RETIRED).strip())
    if problems and not fetched:
        raise dg.Failure("\n".join(["No feed could be fetched.", *problems]))
    rows = [(feed.organization, feed.host, f"{feed.size_bytes:,}", feed.path) for feed in fetched]
    return dg.MaterializeResult(
        metadata={
            "dagster/partition_row_count": len(fetched),
            **ledger.totals.metadata(),
            **(
                {"feeds": dg.MetadataValue.md(markdown_table(("organization", "host", "bytes", "file"), rows))}
                if rows
                else {}
            ),
            **execution.metadata,
            **({} if feeds else {"how_to_add_a_feed": dg.MetadataValue.md(_HOW_TO_ADD)}),
        },
        check_results=[
            dg.AssetCheckResult(check_name=CHECK_NAME, passed=not problems, description="\n".join(problems) or None)
        ],
    )


def feed_client() -> PublicClient:
    """The HTTP client for feeds."""
    return PublicClient(LARGEST_FEED, provider="blog_feed")


def fetch_feed(client: PublicClient, zone: LandingZone, feed: Feed) -> FetchedFeed:
    """Lands the current response of a feed. SyndicationError if the feed cannot be fetched."""
    content = client.get(feed.url.get_secret_value())
    now = datetime.now(UTC)
    # A digest tells two feeds of one host apart without showing their URLs; PostgreSQL computes it, too, to see which
    # of them is silent.
    subject = f"{feed.host}-{hashlib.sha256(feed.stored_url.encode()).hexdigest()[:8]}"
    name = f"feed_{re.sub(r'[^A-Za-z0-9.-]', '-', subject)}_{file_name_time(now)}.xml"
    path, _ = zone.land(feed.organization, SOURCE, now.date(), name, content)
    return FetchedFeed(feed.organization, feed.host, path, len(content))
