"""The fetch asset for our own posts on Instagram."""

from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime

from syndication_assets.database.connection import database_url
from syndication_assets.scraping.fetching.own_post_assets import own_posts_asset
from syndication_assets.scraping.fetching.platform_metrics import metrics_on
from syndication_assets.scraping.instagram.media_client import PUBLISHER, InstagramMedia
from syndication_assets.scraping.instagram.media_parser import PLATFORM, SOURCE
from syndication_assets.settings import Settings

_DESCRIPTION = """The current counters of our own posts on Instagram, from the Graph API.

One row is one landed file, a response for one post with its insights:
`<organization>/instagram_graph/<YYYY-MM-DD>/posts_…json`. Tokens are redacted before a response is kept.

A re-run observes again and adds files; landed files never change. Only today's partition can be fetched. Every fetch
asks for the posts of the last SYNDICATION_INSIGHTS_DAYS days; one that was deleted is counted as missing.

Numbers: the published targets of the active accounts with the publisher `instagram_graph`. Likes and comments are
fields of a post; its other numbers are the metrics in `engagement.platform_metrics` that are valid on the day. If Graph
rejects one, posts are fetched without insights, and the check says so."""


def _open(settings: Settings) -> AbstractContextManager[InstagramMedia]:
    metrics = metrics_on(database_url(settings), PLATFORM, datetime.now(UTC).date())
    return closing(InstagramMedia(settings.facebook_url, settings.facebook_version, metrics))


instagram_graph_files = own_posts_asset(SOURCE, PUBLISHER, _DESCRIPTION, _open)
