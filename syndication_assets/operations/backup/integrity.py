"""Reads all files of all backups again, at both places: what nobody reads may be damaged for months.

It needs no server, so it costs little; only a restore proves that a backup has everything (`proving`).
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from syndication_assets.database.connection import database_url, transaction
from syndication_assets.operations.backup import backup_rows, client_programs
from syndication_assets.operations.backup.backup_store import BackupStore
from syndication_assets.operations.backup.copying import CopyStore
from syndication_assets.operations.backup.manifest import BackupError
from syndication_assets.operations.backup.progress import Report
from syndication_assets.settings import Settings


@dataclass(frozen=True, slots=True)
class Verified:
    """One backup at one place, whose files were read again."""

    name: str
    url: str
    size_bytes: int
    damage: str | None
    """What is wrong, as a sentence; None if nothing is."""


def verify_backups(settings: Settings, report: Report) -> list[Verified]:
    """Reads the files of all backups at both places, and records what it finds. The newest of a place come first.

    A backup that is known and whose folder is gone counts as damaged; `syndication backup remove` removes one for good.
    """
    own_url = database_url(settings)
    with transaction(own_url) as connection:
        stores = [BackupStore(settings.backup_url), CopyStore.of_database(connection)]
    found = []
    for store in stores:
        if store is None:
            continue
        with transaction(own_url) as connection:
            known = backup_rows.kept_at(connection, store.url)
        there = store.names()
        for name in sorted({*known, *there}, reverse=True):
            with transaction(own_url) as connection:
                recorded = backup_rows.recorded_hash(connection, name)
            verified = _verify(store, name, recorded, report)
            with transaction(own_url) as connection:
                backup_rows.record_verified(connection, name, store.url, verified.damage)
            found.append(verified)
    return found


def _verify(store: BackupStore, name: str, recorded_hash: str | None, report: Report) -> Verified:
    size_bytes = 0
    try:
        manifest, manifest_hash = store.read_manifest(name)
        size_bytes = manifest.size_bytes
        backup_rows.require_recorded(name, recorded_hash, manifest_hash)
        with tempfile.TemporaryDirectory(prefix="syndication-") as directory:
            folder = store.fetch(manifest, Path(directory), report)
            for content in manifest.databases:
                client_programs.require_readable(folder / content.file, int(manifest.server_version))
    except BackupError as error:
        return Verified(name, store.url, size_bytes, str(error))
    return Verified(name, store.url, size_bytes, None)
