"""Takes landed files back on purpose: out of the sight of every load, with the reason in the ledger and the audit log.

The rows that came of a file go with the next load of its day. The record of a post stays, because people may have
marked it: its text, media and hashtags are those of its newest observation, until a newer one comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Literal

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.folder_locks import lock_folder
from syndication_assets.landing.landing_zone import LandingZone
from syndication_assets.tenancy.organizations import require_organization

Outcome = Literal["moved", "gone", "withdrawn before"]


@dataclass(frozen=True, slots=True)
class LandedPath:
    """A path of the landing zone, taken apart: `<organization>/<source>/<YYYY-MM-DD>/…`."""

    path: str
    organization: str
    source: str
    day: date


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What became of one file: moved; gone already, so that only the ledger was told; or withdrawn before."""

    file: LandedPath
    outcome: Outcome


def withdraw_files(url: str, zone: LandingZone, paths: Sequence[str], reason: str) -> list[Withdrawal]:
    """Withdraws each file in a transaction of its own; all are looked at before the first is moved.

    A file moves before its row is committed. Whoever is killed in between leaves a file that a load misses and says
    so; doing it again tells the ledger. SyndicationError for what is no landed file.
    """
    reason = reason.strip()
    if not reason:
        raise SyndicationError("The reason is empty: say why the file is taken back, the audit log keeps it.")
    files = [_landed_path(path) for path in dict.fromkeys(paths)]
    for organization in sorted({file.organization for file in files}):
        require_organization(url, organization)
    with transaction(url) as connection:
        for file in files:
            if not (
                zone.exists(file.path)
                or zone.exists(zone.withdrawn_path(file.path))
                or _is_in_ledger(connection, file.path)
            ):
                raise SyndicationError(
                    f"There is no landed file {file.path}, neither in {zone.url} nor in the ledger: look at "
                    "source_file_path in landing.files."
                )
    return [_withdraw(url, zone, file, reason) for file in files]


def _withdraw(url: str, zone: LandingZone, file: LandedPath, reason: str) -> Withdrawal:
    with transaction(url) as connection:
        # A load of the day holds this lock from listing to commit: it reads the file, or never sees it.
        lock_folder(connection, file.organization, file.source, file.day)
        try:
            is_moved = zone.withdraw(file.path)
            place = zone.withdrawn_path(file.path)
            size_bytes = zone.size(place) if zone.exists(place) else 0
        except OSError as error:
            raise SyndicationError(
                f"{file.path} cannot be moved within {zone.url}: {error.strerror or type(error).__name__}. "
                "Mend that and withdraw it again; the database was not changed."
            ) from error
        fault_points.reach("withdrawal.moved")
        is_new = connection.execute(
            load_sql("landing/withdraw_file.sql"),
            {
                "slug": file.organization,
                "source_file_path": file.path,
                "source": file.source,
                "landed_on": file.day,
                "size_bytes": size_bytes,
                "reason": reason,
                "is_moved": is_moved,
            },
        ).rowcount
    if is_moved:
        return Withdrawal(file, "moved")
    if not is_new:
        return Withdrawal(file, "withdrawn before")
    return Withdrawal(file, "moved" if zone.exists(place) else "gone")


def _landed_path(path: str) -> LandedPath:
    """SyndicationError if no load would read a file of that path."""
    parts = PurePosixPath(path).parts
    is_readable = len(parts) >= 4 and "/".join(parts) == path and not any(part.startswith(".") for part in parts)
    try:
        day = date.fromisoformat(parts[2]) if is_readable else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != parts[2] or path.endswith(".meta.json"):
        raise SyndicationError(
            f"{path!r} is no path of a landed file: write it as the ledger does, relative to the landing zone, "
            "as in default/linkedin_apify/2025-11-25/dataset.json. Its .meta.json goes with it."
        )
    return LandedPath(path, parts[0], parts[1], day)


def _is_in_ledger(connection: Connection, path: str) -> bool:
    statement = "select from landing.files where source_file_path = %s"
    return connection.execute(statement, [path]).fetchone() is not None
