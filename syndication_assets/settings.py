"""The one place that reads the environment."""

import os
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from syndication_assets.errors import SyndicationError

PROJECT_DIRECTORY = Path(__file__).resolve().parent.parent


def _whole_number(name: str, default: int) -> int:
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdigit():
        raise SyndicationError(f"{name} is {text!r}: set it to a whole number, or unset it for {default}.")
    return int(text)


def _seconds(name: str, default: float) -> float:
    text = os.environ.get(name, "").strip()
    try:
        seconds = float(text) if text else default
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 3600:
        raise SyndicationError(f"{name} is {text!r}: set it to seconds such as {default}, or unset it.")
    return seconds


def _day(name: str, default: date) -> date:
    text = os.environ.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else default
    except ValueError:
        raise SyndicationError(f"{name} is {text!r}: set it to a day such as {default}, or unset it.") from None


def _text(name: str) -> str | None:
    return os.environ.get(name, "").strip() or None


@dataclass(frozen=True, slots=True)
class BlogFeed:
    """One feed to fetch, and whose it is."""

    organization: str
    url: str = field(repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


def _feeds(name: str) -> tuple[BlogFeed, ...]:
    feeds: list[BlogFeed] = []
    # A comma separates where a URL follows it; elsewhere it is a part of one.
    for word in re.split(r"\s+|,(?=(?:[a-z0-9_-]+=)?https?://)", os.environ.get(name, "").strip()):
        word = word.strip(",")  # noqa: PLW2901
        if not word:
            continue
        organization, separator, url = word.partition("=")
        if not separator or not re.fullmatch(r"[a-z0-9_-]+", organization):
            organization, url = "default", word
        try:
            is_https = url.startswith("https://") and bool(urlsplit(url).hostname)
        except ValueError:
            is_https = False
        if not is_https:
            # Not quoted: it may hold a token.
            raise SyndicationError(
                f"{name}: its URL number {len(feeds) + 1} does not begin with https:// and a host. Set it to the URLs "
                "of feeds, separated by spaces, each with its organization before it where that is not the default "
                "one: acme=https://blog.example/feed."
            )
        feeds.append(BlogFeed(organization, url))
    return tuple(dict.fromkeys(feeds))


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says, with defaults that need nothing but Python."""

    local_directory: Path
    """`SYNDICATION_LOCAL_DIR`: everything a laptop writes (embedded server, Dagster's files, landing zone, reports)."""
    database_url: str | None = field(repr=False)
    """`SYNDICATION_DATABASE_URL`: any PostgreSQL 15 or newer; None starts the embedded server."""
    landing_url: str
    """`SYNDICATION_LANDING_URL`: a directory or any fsspec URL."""
    reports_directory: Path
    """`SYNDICATION_REPORTS_DIR`: where the weekly pages are written."""
    first_day: date
    """`SYNDICATION_FIRST_DAY`: the first daily partition."""
    look_back_days: int
    """`SYNDICATION_LOOK_BACK_DAYS`: how many days the daily schedule reads again, because sources lag."""
    maximum_file_bytes: int
    """`SYNDICATION_MAXIMUM_FILE_BYTES`: a larger landed file (uncompressed) is quarantined, not read."""
    freshness_hours: int
    """`SYNDICATION_FRESHNESS_HOURS`: how old the newest observation may be before the freshness check warns."""
    secret_keys: str | None = field(repr=False)
    """`SYNDICATION_SECRET_KEYS`: `id:base64key[,id:base64key...]`; the first encrypts credentials, all decrypt."""
    credential_warning_days: int
    """`SYNDICATION_CREDENTIAL_WARNING_DAYS`: how many days before a credential expires its check warns."""
    apify_token: str | None = field(repr=False)
    apify_url: str
    apify_actor: str
    youtube_api_key: str | None = field(repr=False)
    youtube_url: str
    facebook_url: str
    """`SYNDICATION_FACEBOOK_URL`: where the Graph API is."""
    insights_days: int
    """`SYNDICATION_INSIGHTS_DAYS`: of how many days posts of our own are measured again."""
    facebook_version: str
    """`SYNDICATION_FACEBOOK_VERSION`: the version of the Graph API, such as v25.0."""
    publish_concurrency: int
    """`SYNDICATION_PUBLISH_CONCURRENCY`: how many publishing calls are made at once, each with a connection."""
    publish_maximum_attempts: int
    """`SYNDICATION_PUBLISH_MAXIMUM_ATTEMPTS`: after how many refusals that might pass a target has failed."""
    publish_maximum_delay_hours: int
    """`SYNDICATION_PUBLISH_MAXIMUM_DELAY_HOURS`: a slot that was missed by more waits for a person."""
    clan_url: str | None
    """`SYNDICATION_CLAN_URL`: the base URL of the shop's catalogue API."""
    clan_fallback_url: str | None
    """`SYNDICATION_CLAN_FALLBACK_URL`: another server of the same shop, asked when the first does not answer."""
    clan_page_size: int
    """`SYNDICATION_CLAN_PAGE_SIZE`: how many products one page of the list has."""
    clan_pace_seconds: float
    """`SYNDICATION_CLAN_PACE_SECONDS`: the pause between two calls for products' data."""
    shopify_pace_seconds: float
    """`SYNDICATION_SHOPIFY_PACE_SECONDS`: the pause between two pages of a Shopify shop."""
    blog_feeds: tuple[BlogFeed, ...]
    """`SYNDICATION_BLOG_FEED_URLS`: the feeds to fetch, separated by spaces; `slug=` before one names whose it is."""
    no_repeat_days: int
    """`SYNDICATION_NO_REPEAT_DAYS`: within how many days a channel does not show a product again."""
    openai_api_key: str | None = field(repr=False)
    """`OPENAI_API_KEY`: without it, templates write the posts."""
    openai_url: str | None
    """`OPENAI_BASE_URL`: any server that speaks OpenAI's chat completions; None is OpenAI itself."""
    llm_model: str | None
    """`SYNDICATION_LLM_MODEL`: the model's name on that server."""
    llm_timeout_seconds: int
    """`SYNDICATION_LLM_TIMEOUT_SECONDS`: how long one question may take."""
    llm_concurrency: int
    """`SYNDICATION_LLM_CONCURRENCY`: how many questions are asked at the same time."""

    @classmethod
    def from_environment(cls) -> Self:
        local = Path(_text("SYNDICATION_LOCAL_DIR") or PROJECT_DIRECTORY / ".local").expanduser().absolute()
        return cls(
            local_directory=local,
            database_url=_text("SYNDICATION_DATABASE_URL"),
            landing_url=_text("SYNDICATION_LANDING_URL") or str(local / "landing"),
            reports_directory=Path(_text("SYNDICATION_REPORTS_DIR") or local / "reports"),
            first_day=_day("SYNDICATION_FIRST_DAY", date(2015, 1, 1)),
            look_back_days=_whole_number("SYNDICATION_LOOK_BACK_DAYS", 7),
            maximum_file_bytes=_whole_number("SYNDICATION_MAXIMUM_FILE_BYTES", 256 * 1024 * 1024),
            freshness_hours=_whole_number("SYNDICATION_FRESHNESS_HOURS", 36),
            secret_keys=_text("SYNDICATION_SECRET_KEYS"),
            credential_warning_days=_whole_number("SYNDICATION_CREDENTIAL_WARNING_DAYS", 14),
            apify_token=_text("SYNDICATION_APIFY_TOKEN"),
            apify_url=_text("SYNDICATION_APIFY_URL") or "https://api.apify.com",
            apify_actor=_text("SYNDICATION_APIFY_LINKEDIN_ACTOR") or "apimaestro~linkedin-profile-posts",
            youtube_api_key=_text("SYNDICATION_YOUTUBE_API_KEY"),
            youtube_url=_text("SYNDICATION_YOUTUBE_URL") or "https://www.googleapis.com/youtube/v3",
            insights_days=_whole_number("SYNDICATION_INSIGHTS_DAYS", 28),
            facebook_url=_text("SYNDICATION_FACEBOOK_URL") or "https://graph.facebook.com",
            facebook_version=_text("SYNDICATION_FACEBOOK_VERSION") or "v25.0",
            publish_concurrency=max(1, _whole_number("SYNDICATION_PUBLISH_CONCURRENCY", 8)),
            publish_maximum_attempts=_whole_number("SYNDICATION_PUBLISH_MAXIMUM_ATTEMPTS", 5),
            publish_maximum_delay_hours=_whole_number("SYNDICATION_PUBLISH_MAXIMUM_DELAY_HOURS", 24),
            clan_url=_text("SYNDICATION_CLAN_URL"),
            clan_fallback_url=_text("SYNDICATION_CLAN_FALLBACK_URL"),
            clan_page_size=_whole_number("SYNDICATION_CLAN_PAGE_SIZE", 10_000) or 10_000,
            clan_pace_seconds=_seconds("SYNDICATION_CLAN_PACE_SECONDS", 0.5),
            shopify_pace_seconds=_seconds("SYNDICATION_SHOPIFY_PACE_SECONDS", 1.0),
            blog_feeds=_feeds("SYNDICATION_BLOG_FEED_URLS"),
            no_repeat_days=_whole_number("SYNDICATION_NO_REPEAT_DAYS", 30),
            openai_api_key=_text("OPENAI_API_KEY"),
            openai_url=_text("OPENAI_BASE_URL"),
            llm_model=_text("SYNDICATION_LLM_MODEL"),
            llm_timeout_seconds=_whole_number("SYNDICATION_LLM_TIMEOUT_SECONDS", 60),
            llm_concurrency=_whole_number("SYNDICATION_LLM_CONCURRENCY", 8),
        )
