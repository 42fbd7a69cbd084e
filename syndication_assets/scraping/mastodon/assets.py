"""The fetch asset for our own statuses on Mastodon."""

from contextlib import AbstractContextManager, closing

from syndication_assets.scraping.fetching.own_post_assets import own_posts_asset
from syndication_assets.scraping.mastodon.status_parser import SOURCE
from syndication_assets.scraping.mastodon.statuses_client import PUBLISHER, MastodonStatuses
from syndication_assets.settings import Settings

_DESCRIPTION = """The current counters of our own posts on Mastodon, from the servers of the accounts.

One row is one landed file, a server's response for one status: `<organization>/mastodon_api/<YYYY-MM-DD>/posts_…json`.

A re-run observes again and adds files; landed files never change. Only today's partition can be fetched. Every fetch
asks for the posts of the last scraping.insights_days days; one that was deleted is counted as missing.

Numbers: the published targets of the active accounts with the publisher `mastodon`. Mastodon counts favourites, boosts
and replies; it measures neither reach nor impressions."""


def _open(settings: Settings) -> AbstractContextManager[MastodonStatuses]:
    del settings
    return closing(MastodonStatuses())


mastodon_api_files = own_posts_asset(SOURCE, PUBLISHER, _DESCRIPTION, _open)
