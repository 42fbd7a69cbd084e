"""Settings of what comes in: loading, and fetching posts and catalogues."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from syndication_assets.settings.environment import (
    Day,
    EnvironmentSettings,
    Seconds,
    WholeNumber,
    setting,
)

_CLAN_PAGE_SIZE = 10_000


class Loading(EnvironmentSettings):
    """Loading"""

    first_day: Day = setting(
        "SYNDICATION_FIRST_DAY",
        date(2015, 1, 1),
        "The first daily partition. `make demo`, and `make dev` after it, begin with the first day that is loaded.",
    )
    look_back_days: WholeNumber = setting(
        "SYNDICATION_LOOK_BACK_DAYS",
        7,
        "How many days before yesterday the daily schedule loads again, because sources report late.",
    )
    maximum_file_bytes: WholeNumber = setting(
        "SYNDICATION_MAXIMUM_FILE_BYTES",
        256 * 1024 * 1024,
        "The largest landed file that is read, in bytes after decompression. A larger file is quarantined; a larger "
        "answer of a shop is not fetched.",
    )


class Sources(EnvironmentSettings):
    """Fetching posts"""

    apify_token: SecretStr | None = setting(
        "SYNDICATION_APIFY_TOKEN",
        None,
        "The token of your Apify account; needed to fetch posts of LinkedIn and Instagram.",
    )
    apify_url: str = setting("SYNDICATION_APIFY_URL", "https://api.apify.com", "The base URL of Apify's API.")
    apify_actor: str = setting(
        "SYNDICATION_APIFY_LINKEDIN_ACTOR",
        "apimaestro~linkedin-profile-posts",
        "The Apify actor that scrapes LinkedIn posts.",
    )
    apify_instagram_actor: str = setting(
        "SYNDICATION_APIFY_INSTAGRAM_ACTOR",
        "apify~instagram-scraper",
        "The Apify actor that scrapes Instagram posts.",
    )
    youtube_api_key: SecretStr | None = setting(
        "SYNDICATION_YOUTUBE_API_KEY", None, "The key of the YouTube Data API; needed to fetch YouTube videos."
    )
    youtube_url: str = setting(
        "SYNDICATION_YOUTUBE_URL", "https://www.googleapis.com/youtube/v3", "The base URL of the YouTube Data API."
    )
    freepik_api_key: SecretStr | None = setting(
        "SYNDICATION_FREEPIK_API_KEY", None, "The key of Freepik's API, for stock images."
    )
    pexels_api_key: SecretStr | None = setting(
        "SYNDICATION_PEXELS_API_KEY", None, "The key of Pexels' API, for stock images."
    )
    unsplash_access_key: SecretStr | None = setting(
        "SYNDICATION_UNSPLASH_ACCESS_KEY", None, "The access key of Unsplash's API, for stock images."
    )
    bluesky_url: str = setting(
        "SYNDICATION_BLUESKY_URL",
        "https://public.api.bsky.app",
        "The base URL of Bluesky's public AppView, which counts likes, reposts and replies.",
    )


class Shops(EnvironmentSettings):
    """Fetching catalogues"""

    clan_page_size: Annotated[WholeNumber, AfterValidator(lambda size: size or _CLAN_PAGE_SIZE)] = setting(
        "SYNDICATION_CLAN_PAGE_SIZE",
        _CLAN_PAGE_SIZE,
        "How many products one page of the clan shop's list holds. If the shop does not page, set it to more than the "
        "shop has products. 0 means the default.",
    )
    clan_pace_seconds: Seconds = setting(
        "SYNDICATION_CLAN_PACE_SECONDS", 0.5, "The pause in seconds between two requests for a product's data."
    )
    shopify_pace_seconds: Seconds = setting(
        "SYNDICATION_SHOPIFY_PACE_SECONDS", 1.0, "The pause in seconds between two pages of a Shopify shop."
    )
