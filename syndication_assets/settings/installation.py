"""Settings of the installation: database and files, machines, backups and archive, alerts, people."""

from typing import Annotated

from pydantic import AfterValidator, SecretStr

from syndication_assets.settings.environment import (
    PROJECT_DIRECTORY,
    Directory,
    EnvironmentSettings,
    StoreUrl,
    WholeNumber,
    below,
    setting,
)

_ALERT_SECONDS = 60


class Places(EnvironmentSettings):
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


class Alerts(EnvironmentSettings):
    """Alerts"""

    smtp_url: SecretStr | None = setting(
        "SYNDICATION_SMTP_URL",
        None,
        "The mail server for alerts, unless the database has one (`syndication settings set mail.server`): "
        "`smtp://user:password@host:587`, which is encrypted by STARTTLS, or `smtps://…`. A password is never sent "
        "without encryption.",
    )
    alert_seconds: Annotated[WholeNumber, AfterValidator(lambda seconds: seconds or _ALERT_SECONDS)] = setting(
        "SYNDICATION_ALERT_SECONDS",
        _ALERT_SECONDS,
        "Seconds between two looks for problems, and so the longest time that a failure waits before it is told. Takes "
        "effect when the code location is loaded.",
    )
    mail_from: str | None = setting(
        "SYNDICATION_MAIL_FROM",
        None,
        "The address that mails of alerts come from, unless the database has one (`syndication settings set "
        "mail.sender`).",
    )


class WebPage(EnvironmentSettings):
    """The web page"""

    web_url: str | None = setting(
        "SYNDICATION_WEB_URL",
        None,
        "How people reach the web page, such as https://desk.example.org; without it, it answers on this machine only.",
    )


class Backups(EnvironmentSettings):
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


class Archive(EnvironmentSettings):
    """Archive"""

    archive_url: StoreUrl = below(
        "local_directory",
        "archive",
        "SYNDICATION_ARCHIVE_URL",
        "The place of archived months: a directory, or any URL that fsspec knows, without a password in it. Each "
        "database has a place of its own, in which another one changes nothing.",
    )
    cold_landing_url: StoreUrl | None = setting(
        "SYNDICATION_COLD_LANDING_URL",
        None,
        "The colder place for landed files that were kept long enough: a directory, or any URL that fsspec knows, "
        "without a password in it. Needed where retention moves them (`landing.raw_files`).",
    )


class Media(EnvironmentSettings):
    """Media"""

    media_url: StoreUrl = below(
        "local_directory",
        "media",
        "SYNDICATION_MEDIA_URL",
        "The place of the stored pictures, videos and documents of posts: a directory, or any URL that fsspec knows, "
        "without a password in it. Each database has a place of its own, in which another one changes nothing.",
    )
    media_archive_url: StoreUrl | None = setting(
        "SYNDICATION_MEDIA_ARCHIVE_URL",
        None,
        "The place that old media move to, as a directory or any URL that fsspec knows, without a password in it: "
        "`syndication media archive` copies files there that are older than the setting `media.archive_after_days`, "
        "verifies them and removes them from SYNDICATION_MEDIA_URL. Without it, nothing moves.",
    )
    media_connections: Annotated[WholeNumber, AfterValidator(lambda number: number or 1)] = setting(
        "SYNDICATION_MEDIA_CONNECTIONS", 8, "How many media are fetched at once."
    )
    media_maximum_bytes: WholeNumber = setting(
        "SYNDICATION_MEDIA_MAXIMUM_BYTES",
        100 * 1024 * 1024,
        "The largest medium that is stored, in bytes. A larger one is refused.",
    )
    media_run_bytes: WholeNumber = setting(
        "SYNDICATION_MEDIA_RUN_BYTES",
        2 * 1024 * 1024 * 1024,
        "How many bytes one run fetches at most; what is left waits for the next run. 0 is no limit.",
    )


class Machines(EnvironmentSettings):
    """Many machines"""

    reading_url: SecretStr | None = setting(
        "SYNDICATION_READING_URL",
        None,
        "The URL of the same database for reading: a replica, a pooler, or both. Weekly reports are read there, once "
        "it has what was written; its login needs the role `syndication_reader` only. Without it, everything is read "
        "from SYNDICATION_DATABASE_URL.",
    )
    broker_url: SecretStr | None = setting(
        "SYNDICATION_BROKER_URL",
        None,
        "The URL of the Redis that hands runs to workers: `redis://:password@host:6379/0`. Required by a Dagster "
        "instance that uses deploy/dagster.yaml.",
    )


class People(EnvironmentSettings):
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
    erasure_key: SecretStr | None = setting(
        "SYNDICATION_ERASURE_KEY",
        None,
        "The key of the list of erased people, 32 characters or more; `syndication credentials key` prints one. Needed "
        "to erase a person whose posts were scraped, and from then on to load posts. It never changes.",
    )
