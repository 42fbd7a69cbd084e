"""The archive as people look at it."""

from syndication_assets.database.connection import Connection, load_sql


def due_files(connection: Connection, organization: str | None, limit: int | None) -> tuple[int, int]:
    """How many files the next run would move, `limit` at most, and their bytes."""
    rows = connection.execute(
        load_sql("media/media_files/to_archive.sql"),
        {"organization": organization, "after_organization": "", "after_file": "", "maximum": limit},
    ).fetchall()
    return len(rows), sum(size_bytes for *_, size_bytes in rows)
