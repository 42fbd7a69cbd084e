"""Which database has Dagster's own tables: by default `dagster` on the server of the project's database."""

from psycopg.conninfo import make_conninfo

from syndication_assets.database.connection import connect
from syndication_assets.database.connection_url import STORAGE_VARIABLE, checked_url
from syndication_assets.settings import Settings

_IDENTITY = (
    "select system_identifier, (select oid from pg_database where datname = current_database())"
    " from pg_control_system()"
)


def database_beside(url: str, name: str) -> str:
    """The connection string of another database on the server of this one."""
    return make_conninfo(url, dbname=name)


def dagster_url(settings: Settings, url: str) -> str:
    """The URL of Dagster's database, whether it exists or not; `url` is that of the project's database."""
    if settings.dagster_storage_url is None:
        return database_beside(url, "dagster")
    return checked_url(settings.dagster_storage_url.get_secret_value(), STORAGE_VARIABLE)


def existing_dagster_url(settings: Settings, url: str) -> str | None:
    """The URL of Dagster's database; None if there is none yet, or if it is the project's database itself."""
    found = dagster_url(settings, url)
    if settings.dagster_storage_url is None:
        with connect(url) as connection:
            exists = connection.execute("select from pg_database where datname = 'dagster'").fetchone() is not None
        return found if exists else None
    with connect(url) as connection, connect(found, variable=STORAGE_VARIABLE) as other:
        is_same = connection.execute(_IDENTITY).fetchone() == other.execute(_IDENTITY).fetchone()
    return None if is_same else found
