"""Which room loads which source of the landing zone. A new source adds one line here."""

ROOM_OF_SOURCE = {
    "linkedin_apify": "scraping",
    "linkedin_api": "scraping",
    "youtube_data_api": "scraping",
    "facebook_graph": "scraping",
    "instagram_graph": "scraping",
    "instagram_apify": "scraping",
    "mastodon_api": "scraping",
    "bluesky_api": "scraping",
    "rss_feed": "scraping",
    "clan_catalogue": "catalogue",
    "shopify_products": "catalogue",
    "blog_posts": "documents",
    "blog_feed": "documents",
}
"""Known source → room."""

_ROOM_OF_UNKNOWN_SOURCES = "scraping"


def room_of(source: str) -> str:
    """The room that loads a source. Scraping also gets unknown sources, to quarantine their files."""
    return ROOM_OF_SOURCE.get(source, _ROOM_OF_UNKNOWN_SOURCES)
