"""The database as a Dagster resource. The URL comes from the environment at run time, so no run record holds it."""

import dagster as dg

from syndication_assets.database.connection import database_url


class PostgresResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Where the project's PostgreSQL is: `SYNDICATION_DATABASE_URL`, else the embedded server."""

    def url(self) -> str:
        """The URL; starts the embedded server if it is the one in use."""
        return database_url()
