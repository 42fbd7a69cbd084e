"""The files of migrations: `sql/migrations/NNNN_room_what.up.sql` and `.down.sql` are one of them."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from syndication_assets.database.connection import SQL_DIRECTORY
from syndication_assets.errors import SyndicationError


class MigrationError(SyndicationError):
    """The database and the migration files do not fit together, or a migration failed."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One pair of SQL files."""

    revision: str
    name: str
    up_path: Path
    down_path: Path

    @property
    def checksum(self) -> str:
        """Of the file's text: a checkout that ends its lines the other way has not edited it."""
        return hashlib.sha256(self.up_path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def find_migrations(directory: Path = SQL_DIRECTORY / "migrations") -> list[Migration]:
    """The migrations in order. Each needs both directions and a number of its own."""
    migrations: list[Migration] = []
    for up_path in sorted(directory.glob("*.up.sql")):
        name = up_path.name.removesuffix(".up.sql")
        if re.fullmatch(r"\d{4}_[a-z0-9_]+", name) is None:
            raise MigrationError(f"{up_path.name} is not named NNNN_room_what.up.sql: rename it.")
        migration = Migration(name.split("_")[0], name, up_path, directory / f"{name}.down.sql")
        if not migration.down_path.exists():
            raise MigrationError(f"{up_path.name} has no {migration.down_path.name}: write how to undo it.")
        if migrations and migrations[-1].revision == migration.revision:
            raise MigrationError(f"{migrations[-1].name} and {name} have the same number: renumber the newer one.")
        migrations.append(migration)
    known_down_paths = {migration.down_path for migration in migrations}
    for down_path in sorted(directory.glob("*.down.sql")):
        if down_path not in known_down_paths:
            raise MigrationError(f"{down_path.name} undoes nothing: there is no .up.sql of its name.")
    return migrations
