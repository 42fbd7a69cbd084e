"""The Dagster definitions of the scraping room: all assets and checks defined in the listed modules."""

import dagster as dg

from syndication_assets.scraping import assets, checks
from syndication_assets.scraping.bluesky import assets as bluesky_assets
from syndication_assets.scraping.facebook import assets as facebook_assets
from syndication_assets.scraping.instagram import assets as instagram_assets
from syndication_assets.scraping.linkedin import assets as linkedin_assets
from syndication_assets.scraping.mastodon import assets as mastodon_assets
from syndication_assets.scraping.rss import assets as rss_assets
from syndication_assets.scraping.youtube import assets as youtube_assets

defs = dg.Definitions(
    assets=dg.load_assets_from_modules(
        [
            linkedin_assets,
            youtube_assets,
            facebook_assets,
            instagram_assets,
            mastodon_assets,
            bluesky_assets,
            rss_assets,
            assets,
        ],
        include_specs=True,
    ),
    asset_checks=dg.load_asset_checks_from_modules([checks]),
)
