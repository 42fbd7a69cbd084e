"""Every setting: its environment variable, its default and its meaning, by subject.

The one place that reads the environment. `make settings` writes docs/settings.md from it.
"""

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from syndication_assets.settings.environment import (
    Day,
    Directory,
    EnvironmentSettings,
    Seconds,
    StoreUrl,
    WholeNumber,
    below,
    setting,
)

PROJECT_DIRECTORY = Path(__file__).resolve().parent.parent.parent
_LLM_OUTPUT_TOKENS = 900
_ALERT_SECONDS = 60
_CLAN_PAGE_SIZE = 10_000


class _Places(EnvironmentSettings):
    """Database and files"""

    local_directory: Directory = setting(
        "SYNDICATION_LOCAL_DIR",
        PROJECT_DIRECTORY / ".local",
        "The directory for everything that this machine writes: the embedded server, Dagster's files, the landing "
        "zone, the reports.",
    )
    database_url: SecretStr | None = setting(
        "SYNDICATION_DATABASE_URL",
        None,
        "The URL of a PostgreSQL 15 or newer: `postgresql://user:password@host:5432/syndication`. Without it, the "
        "embedded server is started.",
    )
    landing_url: StoreUrl = below(
        "local_directory",
        "landing",
        "SYNDICATION_LANDING_URL",
        "The landing zone: a directory, or any URL that fsspec knows, without a password in it.",
    )
    reports_directory: Directory = below(
        "local_directory", "reports", "SYNDICATION_REPORTS_DIR", "The directory for the weekly reports."
    )
    dagster_storage_url: SecretStr | None = setting(
        "SYNDICATION_DAGSTER_STORAGE_URL",
        None,
        "The URL of the database for Dagster's own tables, with the driver named: `postgresql+psycopg2://…`. Without "
        "it, the `syndication` command uses the database `dagster` on the server of SYNDICATION_DATABASE_URL, and "
        "creates it. Required by a Dagster instance of your own that uses dagster.yaml.",
    )
    dagster_logs: Directory = below(
        "local_directory",
        "dagster/compute_logs",
        "SYNDICATION_DAGSTER_LOGS",
        "The directory for what the steps of Dagster's runs print. Required by a Dagster instance of your own that "
        "uses dagster.yaml.",
    )


class _Loading(EnvironmentSettings):
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


class _Sources(EnvironmentSettings):
    """Fetching posts"""

    apify_token: SecretStr | None = setting(
        "SYNDICATION_APIFY_TOKEN", None, "The token of your Apify account; needed to fetch LinkedIn posts."
    )
    apify_url: str = setting("SYNDICATION_APIFY_URL", "https://api.apify.com", "The base URL of Apify's API.")
    apify_actor: str = setting(
        "SYNDICATION_APIFY_LINKEDIN_ACTOR",
        "apimaestro~linkedin-profile-posts",
        "The Apify actor that scrapes LinkedIn posts.",
    )
    youtube_api_key: SecretStr | None = setting(
        "SYNDICATION_YOUTUBE_API_KEY", None, "The key of the YouTube Data API; needed to fetch YouTube videos."
    )
    youtube_url: str = setting(
        "SYNDICATION_YOUTUBE_URL", "https://www.googleapis.com/youtube/v3", "The base URL of the YouTube Data API."
    )
    bluesky_url: str = setting(
        "SYNDICATION_BLUESKY_URL",
        "https://public.api.bsky.app",
        "The base URL of Bluesky's public AppView, which counts likes, reposts and replies.",
    )
    insights_days: WholeNumber = setting(
        "SYNDICATION_INSIGHTS_DAYS",
        28,
        "For how many days after its publication a post on one of our own pages is measured.",
    )


class _Shops(EnvironmentSettings):
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


class _Writing(EnvironmentSettings):
    """Selecting and writing posts"""

    no_repeat_days: WholeNumber = setting(
        "SYNDICATION_NO_REPEAT_DAYS", 30, "For how many days a channel does not repeat a product."
    )
    openai_api_key: SecretStr | None = setting(
        "OPENAI_API_KEY", None, "The key of the language model that writes today's posts. Without it, templates write."
    )
    openai_url: str | None = setting(
        "OPENAI_BASE_URL",
        None,
        "The base URL of any server that speaks OpenAI's chat completions. Without it, OpenAI's own.",
    )
    llm_model: str | None = setting(
        "SYNDICATION_LLM_MODEL", None, "The model's name on that server; needed with OPENAI_API_KEY."
    )
    llm_timeout_seconds: WholeNumber = setting(
        "SYNDICATION_LLM_TIMEOUT_SECONDS", 60, "How many seconds one request to the model may take."
    )
    llm_output_tokens: Annotated[WholeNumber, AfterValidator(lambda number: number or _LLM_OUTPUT_TOKENS)] = setting(
        "SYNDICATION_LLM_OUTPUT_TOKENS",
        _LLM_OUTPUT_TOKENS,
        "The most tokens that one answer of the model may have, its thoughts included. It is sent to the server, and a "
        "budget reserves that much before each request. Models that think first need several thousand. 0 means the "
        "default.",
    )
    llm_concurrency: WholeNumber = setting(
        "SYNDICATION_LLM_CONCURRENCY", 8, "How many requests to the model run at the same time."
    )


class _Publishing(EnvironmentSettings):
    """Credentials and publishing"""

    secret_keys: SecretStr | None = setting(
        "SYNDICATION_SECRET_KEYS",
        None,
        "The keys that encrypt stored credentials: `id:base64key[,id:base64key…]`. The first encrypts; all decrypt. "
        "`syndication credentials key` prints a new one. Needed to store or use a credential.",
    )
    facebook_url: str = setting(
        "SYNDICATION_FACEBOOK_URL", "https://graph.facebook.com", "The base URL of the Graph API."
    )
    facebook_version: str = setting("SYNDICATION_FACEBOOK_VERSION", "v25.0", "The version of the Graph API.")
    facebook_app_id: str | None = setting(
        "SYNDICATION_FACEBOOK_APP_ID", None, "The id of your Facebook app; needed to renew the tokens of pages."
    )
    facebook_app_secret: SecretStr | None = setting(
        "SYNDICATION_FACEBOOK_APP_SECRET", None, "The secret of that app, from its dashboard."
    )
    sent_url: str = below(
        "local_directory",
        "sent",
        "SYNDICATION_SENT_URL",
        "The record of publishing calls, from which a restored database learns what was sent after its backup: a "
        "directory, or any URL that fsspec knows. All machines that publish share it, and it is not restored with the "
        "database.",
    )
    publish_concurrency: Annotated[WholeNumber, AfterValidator(lambda number: max(number, 1))] = setting(
        "SYNDICATION_PUBLISH_CONCURRENCY",
        8,
        "How many publishing calls are made at the same time, each with a database connection; 0 means 1.",
    )
    publish_maximum_attempts: WholeNumber = setting(
        "SYNDICATION_PUBLISH_MAXIMUM_ATTEMPTS",
        5,
        "After how many temporary rejections a post fails; rate limits do not count.",
    )
    publish_maximum_delay_hours: WholeNumber = setting(
        "SYNDICATION_PUBLISH_MAXIMUM_DELAY_HOURS",
        24,
        "A slot missed by more hours than this is not published later automatically: a person decides.",
    )


class _Alerts(EnvironmentSettings):
    """Alerts"""

    smtp_url: SecretStr | None = setting(
        "SYNDICATION_SMTP_URL",
        None,
        "The mail server for alerts: `smtp://user:password@host:587`, which is encrypted by STARTTLS, or `smtps://…`. "
        "A password is never sent without encryption.",
    )
    alert_seconds: Annotated[WholeNumber, AfterValidator(lambda seconds: seconds or _ALERT_SECONDS)] = setting(
        "SYNDICATION_ALERT_SECONDS",
        _ALERT_SECONDS,
        "Seconds between two looks for problems, and so the longest time that a failure waits before it is told. Takes "
        "effect when the code location is loaded.",
    )
    mail_from: str | None = setting("SYNDICATION_MAIL_FROM", None, "The address that mails of alerts come from.")


class _Backups(EnvironmentSettings):
    """Backups"""

    backup_url: StoreUrl = below(
        "local_directory",
        "backups",
        "SYNDICATION_BACKUP_URL",
        "The place of the backups: a directory, or any URL that fsspec knows, without a password in it. Each database "
        "has a place of its own, better not on the machine of the server.",
    )
    backup_database_url: SecretStr | None = setting(
        "SYNDICATION_BACKUP_DATABASE_URL",
        None,
        "The URL of the same database with a login that may read everything, which a backup needs. Without it, the "
        "login of SYNDICATION_DATABASE_URL is used.",
    )
    backups_kept: WholeNumber = setting(
        "SYNDICATION_BACKUPS_KEPT",
        14,
        "How many backups are kept; a new one removes the oldest. The newest proven one is kept in any case. 0 keeps "
        "all of them.",
    )


class _People(EnvironmentSettings):
    """People"""

    actor: str | None = setting(
        "SYNDICATION_ACTOR",
        None,
        "Who acts in commands: the address of a user, or the name of a service account. `syndication --as` overrides "
        "it. Needed for commands that change an organization with members.",
    )
    api_key: SecretStr | None = setting(
        "SYNDICATION_API_KEY",
        None,
        "An API key (`syndication key add`), with which a program acts instead of SYNDICATION_ACTOR.",
    )


class Settings(_People, _Backups, _Alerts, _Publishing, _Writing, _Shops, _Sources, _Loading, _Places):
    """What the environment says, with defaults that need nothing but Python."""
