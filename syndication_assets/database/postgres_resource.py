"""The database as a Dagster resource. The URL is read from the environment at run time and never stored in a run."""

import dagster as dg

from syndication_assets.database.connection import database_url


class PostgresResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The project's database: `SYNDICATION_DATABASE_URL`, or else the embedded server."""

    def url(self) -> str:
        """The URL of the database. Starts the embedded server if no URL is set."""
        return database_url()
