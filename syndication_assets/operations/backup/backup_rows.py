"""The rows of operations.backups: which backups were made, which of them are proven, and which are removed."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.operations.backup.manifest import BackupError, Manifest


class Backup(NamedTuple):
    """One row of operations.backups."""

    backup_id: str
    backup_name: str
    url: str
    started_at: datetime
    finished_at: datetime
    size_bytes: int
    newest_migration: str
    proven_at: datetime | None
    is_proven: bool | None
    restore_seconds: Decimal | None
    proof_problem: str | None
    removed_at: datetime | None
    verified_at: datetime | None
    damage: str | None
    copy_url: str | None
    copied_at: datetime | None
    copy_verified_at: datetime | None
    copy_damage: str | None
    copy_removed_at: datetime | None


def record_backup(connection: Connection, manifest: Manifest, manifest_hash: str, url: str) -> str:
    """Adds the row of a complete backup unless it is there; returns its id."""
    parameters = {
        "backup_name": manifest.name,
        "url": url,
        "started_at": manifest.started_at,
        "finished_at": manifest.finished_at,
        "size_bytes": manifest.size_bytes,
        "manifest_hash": manifest_hash,
        "newest_migration": manifest.newest_migration,
    }
    (backup_id,) = connection.execute(load_sql("operations/backups/record_backup.sql"), parameters).fetchall()[0]
    return str(backup_id)


def record_proof(connection: Connection, name: str, restore_seconds: float | None, problem: str | None) -> None:
    """Writes the outcome of a proof into the row of its backup, if it has one; without a problem it is proven."""
    parameters = {"backup_name": name, "restore_seconds": restore_seconds, "proof_problem": problem}
    connection.execute(load_sql("operations/backups/record_proof.sql"), parameters)


def recorded_hash(connection: Connection, name: str) -> str | None:
    """The hash of the manifest as it was when the backup was made; None if the database does not know the backup."""
    row = connection.execute("select manifest_hash from operations.backups where backup_name = %s", [name]).fetchone()
    return None if row is None else str(row[0])


def require_recorded(name: str, recorded: str | None, manifest_hash: str) -> None:
    """BackupError if the database knows the backup (`recorded_hash`), and its manifest is not as it was made."""
    if recorded not in {None, manifest_hash}:
        raise BackupError(f"The manifest of {name} was changed after the backup. Use another backup.")


def newest_proven(connection: Connection) -> str | None:
    """The newest backup that a restore has proven."""
    row = connection.execute(
        "select backup_name from operations.backups where is_proven and removed_at is null"
        " order by backup_name desc limit 1"
    ).fetchone()
    return None if row is None else str(row[0])


def mark_removed(connection: Connection, names: Collection[str]) -> None:
    """Records that these backups are gone."""
    connection.execute(
        "update operations.backups set removed_at = clock_timestamp() where backup_name = any(%s)", [list(names)]
    )


def record_verified(connection: Connection, name: str, url: str, damage: str | None) -> None:
    """Writes what was found when the files of a backup at a place were read again, if it has a row."""
    parameters = {"backup_name": name, "url": url, "damage": damage}
    connection.execute(load_sql("operations/backups/record_verified.sql"), parameters)


def record_copy(connection: Connection, name: str, url: str) -> None:
    """Records that the second place has a backup, if this has a row."""
    connection.execute(load_sql("operations/backups/record_copy.sql"), {"backup_name": name, "url": url})


def mark_copies_removed(connection: Connection, names: Collection[str]) -> None:
    """Records that the second place has these backups no more."""
    connection.execute(
        "update operations.backups set copy_removed_at = clock_timestamp()"
        " where backup_name = any(%s) and copied_at is not null",
        [list(names)],
    )


def kept_at(connection: Connection, url: str) -> list[str]:
    """The backups that this database knows at a place, its own or the second one, the newest first."""
    return [
        name
        for (name,) in connection.execute(
            "select backup_name from operations.backups where (url = %(url)s and removed_at is null)"
            " or (copy_url = %(url)s and copy_removed_at is null) order by backup_name desc",
            {"url": url},
        )
    ]


def damaged_copies(connection: Connection, url: str) -> list[str]:
    """The backups whose copy at the second place was found damaged."""
    return [
        name
        for (name,) in connection.execute(
            "select backup_name from operations.backups"
            " where copy_url = %s and copy_removed_at is null and copy_damage is not null",
            [url],
        )
    ]


def proven_since(connection: Connection, moment: datetime) -> bool:
    """Whether the newest proof has succeeded, at that moment or later."""
    row = connection.execute(
        "select is_proven and proven_at >= %s from operations.backups where proven_at is not null"
        " order by proven_at desc limit 1",
        [moment],
    ).fetchone()
    return row is not None and bool(row[0])


def list_backups(connection: Connection) -> list[Backup]:
    """The backups that are somewhere, the newest first."""
    return [
        Backup(*row)
        for row in connection.execute(
            f"select {', '.join(Backup._fields)} from operations.backups"  # noqa: S608
            " where removed_at is null or (copied_at is not null and copy_removed_at is null)"
            " order by backup_name desc"
        )
    ]
