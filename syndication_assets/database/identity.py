"""Which database this is: another one after a restore, a move to another server, or a recovery to a point in time."""

from syndication_assets.database.connection import Connection

IDENTITY = (
    "(select system_identifier::text from pg_control_system()) || '/'"
    " || (select timeline_id from pg_control_checkpoint()) || '/'"
    " || (select oid from pg_database where datname = current_database())"
)
"""What identifies this database: its server's files, their timeline, which a restore to a point in time changes, and
the database's number, which a dump does not keep."""


def identity_of(connection: Connection) -> str:
    """The identity of the connected database."""
    return str(connection.execute(f"select {IDENTITY}").fetchall()[0][0])
