"""The second half of `make demo`: the products and journal of an invented shop become posts; a dry run publishes them.

Nothing leaves the machine. The published posts and their insights are marked as simulated.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.demo.samples.catalogue import CURRENCY, PLACEHOLDER_PRICE, SOURCE, VENDOR
from syndication_assets.demo.samples.page_insights import SimulatedPost, insights_files
from syndication_assets.demo.samples.sample_file import SampleFile
from syndication_assets.publishing.dry_run.dry_run_publisher import DryRun
from syndication_assets.publishing.sending.publish import publish_due
from syndication_assets.settings import Settings

PLATFORM, CHANNEL = "facebook", "feed_post"
REVIEWED_CHANNEL = ("instagram", "feed_post")
"""A channel without an approval rule: its texts wait for a reviewer."""
JOURNAL_CHANNEL = ("linkedin", "feed_post")
"""The channel of the blog."""
_PAGE, _PROFILE, _JOURNAL = "100000000000001", "invented_heritage_shop", "invented-heritage-journal"
DAYS_WITH_INSIGHTS = 2


def set_up_shop(url: str, organization: str, first_day: date) -> None:
    """Creates the shop, its page and profile, their schedules and the approval rules; existing rows stay unchanged."""
    with transaction(url) as connection:
        connection.execute(
            load_sql("demo/shop.sql"),
            {
                "slug": organization,
                "vendor": VENDOR,
                "source": SOURCE,
                "currency": CURRENCY,
                "placeholder": PLACEHOLDER_PRICE,
                "first_day": first_day,
                "platform": PLATFORM,
                "channel_type": CHANNEL,
                "page": _PAGE,
                "reviewed_platform": REVIEWED_CHANNEL[0],
                "reviewed_channel_type": REVIEWED_CHANNEL[1],
                "profile": _PROFILE,
                "journal": _JOURNAL,
                "journal_platform": JOURNAL_CHANNEL[0],
                "journal_channel_type": JOURNAL_CHANNEL[1],
            },
        )


def publish_simulated(url: str, settings: Settings, first_day: date, days: int) -> int:
    """Publishes each day's slots as a dry run at 23:00 of that day; returns the number of posts."""
    published = 0
    for number in range(days):
        evening = datetime.combine(first_day + timedelta(days=number), time(23), UTC)
        published += publish_due(url, settings, evening, {"dry_run": DryRun()}).calls
    return published


def insights(url: str, organization: str, last_day: date) -> Iterator[SampleFile]:
    """Files with the insights of the simulated posts on the last days of the demo."""
    with transaction(url) as connection:
        rows = connection.execute(load_sql("demo/simulated_posts.sql"), {"slug": organization}).fetchall()
    days = [last_day - timedelta(days=back) for back in reversed(range(DAYS_WITH_INSIGHTS))]
    yield from insights_files((SimulatedPost(*row) for row in rows), days)
