"""Withdraws landed files: hides them from every load, with the reason in the ledger and the audit log.

Rematerializing the day removes everything loaded from the file. Posts keep their record, because people may have marked
them: text, media and hashtags stay as last observed, until a newer observation replaces them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Literal

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.folder_locks import lock_folder
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.tenancy.organizations import require_organization

Outcome = Literal["moved", "gone", "withdrawn before"]


@dataclass(frozen=True, slots=True)
class LandedPath:
    """A path of the landing zone and its parts: `<organization>/<source>/<YYYY-MM-DD>/…`."""

    path: str
    organization: str
    source: str
    day: date


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The outcome for one file: moved; already gone, so that only the ledger changed; or withdrawn before."""

    file: LandedPath
    outcome: Outcome


def withdraw_files(url: str, zone: LandingZone, paths: Sequence[str], reason: str) -> list[Withdrawal]:
    """Withdraws each file in its own transaction; all paths are validated before the first file moves.

    A file moves before its ledger row is committed. If the process dies in between, the next load reports the file as
    missing, and withdrawing it again completes the ledger. Raises SyndicationError for a path that never landed.
    """
    reason = reason.strip()
    if not reason:
        raise SyndicationError("The reason is empty: say why the file is withdrawn; the audit log keeps the reason.")
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
                    f"The file {file.path} is neither in {zone.url} nor in the ledger: look up source_file_path in "
                    "landing.files."
                )
    return [_withdraw(url, zone, file, reason) for file in files]


def _withdraw(url: str, zone: LandingZone, file: LandedPath, reason: str) -> Withdrawal:
    with transaction(url) as connection:
        # A load of the day holds this lock from listing to commit, so it either reads the file or never lists it.
        lock_folder(connection, file.organization, file.source, file.day)
        try:
            is_moved = zone.withdraw(file.path)
            place = zone.withdrawn_path(file.path)
            size_bytes = zone.size(place) if zone.exists(place) else 0
        except OSError as error:
            raise SyndicationError(
                f"{file.path} cannot be moved within {zone.url}: {error.strerror or type(error).__name__}. "
                "Fix that and withdraw the file again. The database was not changed."
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
    """Raises SyndicationError if no load would read a file at this path."""
    parts = PurePosixPath(path).parts
    is_readable = len(parts) >= 4 and "/".join(parts) == path and not any(part.startswith(".") for part in parts)
    try:
        day = date.fromisoformat(parts[2]) if is_readable else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != parts[2] or path.endswith(".meta.json"):
        raise SyndicationError(
            f"{path!r} is not the path of a landed file: write it relative to the landing zone, as in the ledger: "
            "default/linkedin_apify/2025-11-25/dataset.json. Its .meta.json comes along."
        )
    return LandedPath(path, parts[0], parts[1], day)


def _is_in_ledger(connection: Connection, path: str) -> bool:
    statement = "select from landing.files where source_file_path = %s"
    return connection.execute(statement, [path]).fetchone() is not None
