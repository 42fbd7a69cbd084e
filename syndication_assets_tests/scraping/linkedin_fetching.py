"""Fetches profiles of LinkedIn from a fake Apify."""

from datetime import timedelta
from typing import Any

from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.apify.actor_client import ApifyScraper
from syndication_assets.scraping.fetching.fetch import FetchReport, active_organizations, fetch_organization
from syndication_assets.scraping.linkedin.assets import linkedin_source
from syndication_assets_tests.scraping.fake_apis import (
    FakeApify,
)

TOKEN = "apify_api_CANARY7f3e9"

ADA = b'[ {"urn": {"activity_urn": "7399000000000000001"}, "text": "caf\\u00e9"},{"urn": null} ]'


def scraper(apify: FakeApify, **settings: Any) -> ApifyScraper:
    quick = {"retry_delay": timedelta(milliseconds=1), "maximum_retries": 2, "request_timeout": timedelta(seconds=5)}
    return ApifyScraper(TOKEN, apify.url, "someone~actor", "ACTOR", **(quick | settings))


def fetch(
    url: str,
    zone: LandingZone,
    apify: FakeApify,
    slug: str = "default",
    guard: timedelta = timedelta(0),
    **settings: Any,
) -> FetchReport:
    (organization,) = (candidate for candidate in active_organizations(url) if candidate.slug == slug)
    source = linkedin_source(scraper(apify, **settings))
    return fetch_organization(url, zone, organization, source, guard=guard)
