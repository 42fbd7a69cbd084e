"""Legal holds: orders to keep everything of an organization, or of some days of it."""

from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError


@dataclass(frozen=True, slots=True)
class LegalHold:
    """One row of operations.legal_holds, with names for people."""

    organization: str
    hold_id: str
    profile: str | None
    """The username of the profile that it is about; None for everything."""
    held_from: date | None
    held_to: date | None
    reason: str
    held_by: str
    held_at: datetime
    released_by: str | None
    released_at: datetime | None


def list_holds(connection: Connection) -> list[LegalHold]:
    """All holds, those that hold first."""
    cursor = connection.cursor(row_factory=class_row(LegalHold))
    return cursor.execute(
        "select o.slug as organization, h.hold_id, p.username as profile, h.held_from, h.held_to, h.reason,"
        " tenancy.actor_name(h.held_by) as held_by, h.held_at, tenancy.actor_name(h.released_by) as released_by,"
        " h.released_at from operations.legal_holds as h inner join tenancy.organizations as o using (organization_id)"
        " left join scraping.profiles as p on h.organization_id = p.organization_id and h.profile_id = p.profile_id"
        " order by h.released_at is not null, h.held_at, h.hold_id"
    ).fetchall()


def place_hold(
    connection: Connection,
    organization: str,
    reason: str,
    *,
    profile: str | None = None,
    held_from: date | None = None,
    held_to: date | None = None,
) -> str:
    """Places a hold and returns its id. SyndicationError without a reason, or for unknown names."""
    if not reason.strip():
        raise SyndicationError("A legal hold needs a reason: --reason 'case 12/2026'.")
    if held_from is not None and held_to is not None and held_from > held_to:
        raise SyndicationError("--from is after --to: give the first and the last day.")
    rows = connection.execute("select organization_id from tenancy.organizations where slug = %s", [organization])
    found = rows.fetchall()
    if not found:
        raise SyndicationError(
            f"There is no organization {organization!r}: `syndication organization list` shows them."
        )
    profile_id = None
    if profile is not None:
        profiles = connection.execute(
            "select profile_id from scraping.profiles where organization_id = %s and (username = %s or profile_id = %s)"
            " order by platform limit 1",
            [found[0][0], profile, profile],
        ).fetchall()
        if not profiles:
            raise SyndicationError(f"{organization} has no profile {profile!r}: `syndication profile list` shows them.")
        profile_id = profiles[0][0]
    return str(
        connection.execute(
            "insert into operations.legal_holds (organization_id, profile_id, held_from, held_to, reason, held_by)"
            " values (%s, %s, %s, %s, %s, tenancy.current_actor()) returning hold_id",
            [found[0][0], profile_id, held_from, held_to, reason.strip()],
        ).fetchall()[0][0]
    )


def release_hold(connection: Connection, hold_id: str) -> None:
    """Releases a hold. SyndicationError if none with this id holds."""
    released = connection.execute(
        "update operations.legal_holds set released_at = now(), released_by = tenancy.current_actor()"
        " where hold_id = %s and released_at is null",
        [hold_id],
    ).rowcount
    if not released:
        raise SyndicationError(f"No legal hold {hold_id} holds: `syndication retention holds` shows them.")
