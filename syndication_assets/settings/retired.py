"""Environment variables that were settings once: who still sets one is told what replaced it."""

import os

RETIRED = {
    "SYNDICATION_CLAN_URL": "`api_url` of a vendor",
    "SYNDICATION_CLAN_FALLBACK_URL": "`api_fallback_url` of a vendor",
    "SYNDICATION_FRESHNESS_HOURS": "the thresholds of `source_stale` (`syndication alert level`)",
    "SYNDICATION_CREDENTIAL_WARNING_DAYS": "the thresholds of `credential_expires` (`syndication alert level`)",
    "SYNDICATION_BACKUP_PROOF_DAYS": "the thresholds of `backup_unproven` (`syndication alert level`)",
    "SYNDICATION_FETCH_GUARD_MINUTES": "the setting `scraping.fetch_guard_minutes` (`syndication settings set`)",
    "SYNDICATION_INSIGHTS_DAYS": "the setting `scraping.insights_days` (`syndication settings set`)",
    "SYNDICATION_NO_REPEAT_DAYS": "the setting `selecting.no_repeat_days` (`syndication settings set`)",
    "SYNDICATION_STOCK_NO_REPEAT_DAYS": "the setting `studio.photo_no_repeat_days` (`syndication settings set`)",
    "SYNDICATION_PUBLISH_MAXIMUM_ATTEMPTS": "the setting `publishing.maximum_attempts` (`syndication settings set`)",
    "SYNDICATION_PUBLISH_MAXIMUM_DELAY_HOURS": (
        "the setting `publishing.maximum_delay_hours` (`syndication settings set`)"
    ),
    "SYNDICATION_BLOG_FEED_URLS": "the feeds of an organization (`syndication feed add`)",
}
"""Variable → what replaced it, in the file of an organization or the shared one (docs/configure.md)."""


def retired_advice(*variables: str) -> str:
    """A sentence, with a space before it, about those of the variables that are still set; empty if none is."""
    still_set = [variable for variable in variables or RETIRED if os.environ.get(variable, "").strip()]
    sentences = [
        f" {variable} is not read any more: {RETIRED[variable]} replaced it, so unset it." for variable in still_set
    ]
    return "".join(sentences)
