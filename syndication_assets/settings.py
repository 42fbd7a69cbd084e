"""The one place that reads the environment."""

import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Self

from syndication_assets.errors import SyndicationError

PROJECT_DIRECTORY = Path(__file__).resolve().parent.parent


def _whole_number(name: str, default: int) -> int:
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdigit():
        raise SyndicationError(f"{name} is {text!r}: set it to a whole number, or unset it for {default}.")
    return int(text)


def _day(name: str, default: date) -> date:
    text = os.environ.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else default
    except ValueError:
        raise SyndicationError(f"{name} is {text!r}: set it to a day such as {default}, or unset it.") from None


def _text(name: str) -> str | None:
    return os.environ.get(name, "").strip() or None


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
    apify_token: str | None = field(repr=False)
    apify_url: str
    apify_actor: str
    youtube_api_key: str | None = field(repr=False)
    youtube_url: str

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
            apify_token=_text("SYNDICATION_APIFY_TOKEN"),
            apify_url=_text("SYNDICATION_APIFY_URL") or "https://api.apify.com",
            apify_actor=_text("SYNDICATION_APIFY_LINKEDIN_ACTOR") or "apimaestro~linkedin-profile-posts",
            youtube_api_key=_text("SYNDICATION_YOUTUBE_API_KEY"),
            youtube_url=_text("SYNDICATION_YOUTUBE_URL") or "https://www.googleapis.com/youtube/v3",
        )
