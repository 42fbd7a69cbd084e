"""Which executors may act on a platform for an organization."""

import psycopg

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError


def give_consent(connection: Connection, organization_id: str, executor: str, why: str, person: str) -> None:
    """Signs an executor on. SyndicationError for one that acts on no platform."""
    try:
        connection.execute(
            "insert into curation.executor_consents (organization_id, executor, why, given_by) values (%s, %s, %s, %s)"
            " on conflict (organization_id, executor) do update set why = excluded.why, given_by = excluded.given_by",
            [organization_id, executor, why, person],
        )
    except psycopg.errors.CheckViolation:
        raise SyndicationError(
            f"{executor!r} needs no consent, is no name of an executor, or the reason is empty."
        ) from None


def withdraw_consent(connection: Connection, organization_id: str, executor: str) -> None:
    """SyndicationError if it was not signed on."""
    removed = connection.execute(
        "delete from curation.executor_consents where organization_id = %s and executor = %s",
        [organization_id, executor],
    ).rowcount
    if not removed:
        raise SyndicationError(f"{executor!r} is not signed on.")
