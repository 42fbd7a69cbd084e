"""Which room reads which source of the landing zone."""

CATALOGUE_SOURCES = frozenset({"clan_catalogue", "shopify_products"})
DOCUMENT_SOURCES = frozenset({"blog_posts", "blog_feed"})
"""What the content room reads."""
SOURCES_OF_OTHER_ROOMS = CATALOGUE_SOURCES | DOCUMENT_SOURCES
"""All that scraping leaves alone."""


def is_of_scraping(source: str) -> bool:
    """Whether scraping loads it: what no other room knows is scraping's, to load or to quarantine."""
    return source not in SOURCES_OF_OTHER_ROOMS
