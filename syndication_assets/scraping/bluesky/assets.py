"""The fetch asset for our own posts on Bluesky."""

from contextlib import AbstractContextManager, closing

from syndication_assets.scraping.bluesky.post_parser import SOURCE
from syndication_assets.scraping.bluesky.posts_client import PUBLISHER, BlueskyPosts
from syndication_assets.scraping.fetching.own_post_assets import own_posts_asset
from syndication_assets.settings import Settings

_DESCRIPTION = """The current counters of our own posts on Bluesky, from its public AppView.

One row is one landed file, a response with up to 25 posts: `<organization>/bluesky_api/<YYYY-MM-DD>/posts_…json`.

A re-run observes again and adds files; landed files never change. Only today's partition can be fetched. Every fetch
asks for the posts of the last scraping.insights_days days; one that was deleted is counted as missing.

Numbers: the published targets of the active accounts with the publisher `bluesky`. Bluesky counts likes, reposts,
replies and quotes; it measures neither reach nor impressions."""


def _open(settings: Settings) -> AbstractContextManager[BlueskyPosts]:
    return closing(BlueskyPosts(settings.bluesky_url))


bluesky_api_files = own_posts_asset(SOURCE, PUBLISHER, _DESCRIPTION, _open)
