"""The database as a Dagster resource. The URL is read from the environment at run time and never stored in a run."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from syndication_assets.database.acting import acting_as_service
from syndication_assets.database.connection import database_url
from syndication_assets.database.sessions.pooling import require_own_sessions


class PostgresResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The project's database: `SYNDICATION_DATABASE_URL`, or else the embedded server."""

    def url(self) -> str:
        """The URL of the database. Starts the embedded server if no URL is set.

        SharedSessionError if the URL leads through a pooler that shares sessions.
        """
        url = database_url()
        require_own_sessions(url)
        return url

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["PostgresResource"]:
        """What a run changes is its own doing, not that of the person who started it."""
        del context
        with acting_as_service():
            yield self
