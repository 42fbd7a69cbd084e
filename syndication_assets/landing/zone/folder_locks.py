"""One lock per (organization, source, day) of the landing zone.

Loads of the day and withdrawals of its files hold the lock until they commit, so no file disappears between the listing
of a day and the reading of its files.
"""

from datetime import date

from syndication_assets.database.connection import Connection


def lock_folder(connection: Connection, organization: str, source: str, day: date) -> None:
    """Waits for the folder and holds it until the transaction ends."""
    connection.execute(
        "select pg_advisory_xact_lock(hashtext('landing folder'), hashtext(%s))",
        [f"{organization}/{source}/{day.isoformat()}"],
    )
