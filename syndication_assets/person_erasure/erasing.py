"""Erases a person: list, archives, landed files, rows, and everything that is computed again without them.

Each step commits by itself and can be repeated, so a killed erasure is completed by the same command. The list comes
first: from then on no load brings the person back, whatever lands.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, NamedTuple

from syndication_assets.database.connection import Connection, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.drop_in import contiguous_ranges
from syndication_assets.landing.zone.changing_zone import ChangingZone
from syndication_assets.media.media_store import MediaStore
from syndication_assets.media.stored_files import remove_unnamed, require_places
from syndication_assets.operations.archive.archive_store import ArchiveStore
from syndication_assets.operations.backup.progress import Report
from syndication_assets.person_erasure.anonymising import anonymise_rows
from syndication_assets.person_erasure.archived_files import archive_again, months_with, restore_months
from syndication_assets.person_erasure.found_person import (
    FoundPerson,
    add_identities,
    erasure_of,
    find_person,
    require_erasable,
)
from syndication_assets.person_erasure.landed_files import (
    MentioningFile,
    complete_redactions,
    mentioning_files,
    redact,
)
from syndication_assets.person_erasure.purging import purge, tidy
from syndication_assets.person_erasure.referring_rows import rows_of_person
from syndication_assets.scraping.erasure.erased_people import Treatment, key_check
from syndication_assets.scraping.erasure.erasure_list import erased_people, erasure_key, require_key
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets.scraping.loading.post_load import load_day
from syndication_assets.sql_assets.rollups import compute_rollup
from syndication_assets.tenancy.organization_tables import require_quiet

ROLLUPS = (
    "post_engagement_daily",
    "profile_engagement_daily",
    "platform_engagement_daily",
    "hashtag_engagement_daily",
    "post_cohorts",
    "product_post_performance",
)
"""In the order of their dependencies."""
Action = Literal["erase", "anonymise"]
"""`anonymise` keeps the numbers without the name."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the data of an installation is."""

    url: str
    zone: ChangingZone
    archive: ArchiveStore
    maximum_file_bytes: int
    media: MediaStore


class PlannedFile(NamedTuple):
    """A landed file that mentions the person, and what would happen to it."""

    path: str
    effect: Literal["removes", "changes", "leaves"]


@dataclass(slots=True)
class ErasurePlan:
    """What an erasure would change."""

    found: FoundPerson
    rows: dict[str, int]
    """Rows about the person by table. What is only named in other rows is counted by the erasure."""
    files: list[PlannedFile] = field(default_factory=list)
    archives: list[str] = field(default_factory=list)
    """Paths of the archived months that have the person."""


def plan_erasure(places: Places, slug: str, platform: str, name: str, action: Action = "erase") -> ErasurePlan:
    """What is stored about a person; nothing changes. SyndicationError for a person of whom nothing is known."""
    with transaction(places.url) as connection:
        found = find_person(connection, slug, platform, name)
        require_erasable(connection, found)
        rows = rows_of_person(connection, found)
    files = [
        PlannedFile(file.path, _effect(file))
        for file in mentioning_files(places.zone, found, planned_treatment(found, action))
    ]
    archives = [each.path for each in months_with(places.url, places.archive, found)]
    if not rows and not files and not archives:
        raise SyndicationError(
            f"Nothing is stored about {found.title}: `syndication profile list` shows the tracked profiles, and "
            "scraping.profiles has all of them."
        )
    return ErasurePlan(found, rows, files, archives)


def erase(places: Places, slug: str, platform: str, name: str, report: Report, action: Action = "erase") -> str:
    """Erases a person everywhere, or anonymises them, and returns the id of the erasure. A killed erasure is completed.

    SyndicationError, and nothing is erased, without SYNDICATION_ERASURE_KEY, under a legal hold, for an own account,
    and while something works for the organization.
    """
    key = erasure_key()
    require_places(places.url, places.media, slug)
    found, treatment = _begin(places.url, slug, platform, name, key, action)
    erasure_id = treatment.erasure_id
    months = months_with(places.url, places.archive, found)
    restore_months(places.url, places.archive, found, months, report)
    complete_redactions(places.url, places.zone, found, erasure_id)
    for file in mentioning_files(places.zone, found, treatment):
        if file.changes:
            report(f"redacting a file of {file.landed_on}")
            redact(places.url, places.zone, found, treatment, file)
    if treatment.is_anonymised:
        anonymise_rows(places.url, found, treatment)
    else:
        purge(places.url, found, erasure_id)
    # With what a camera wrote into them, such as a place.
    remove_unnamed(places.url, places.media, found.organization_id)
    days, landed_on = _days(places.url, found.organization_id, erasure_id)
    with run_session(places.url, "syndication profile erase") as session:
        for day in landed_on:
            report(f"loading {day} again")
            load_day(places.url, places.zone, day, maximum_file_bytes=places.maximum_file_bytes, session=session)
    _roll_up(places.url, days, report)
    with transaction(places.url) as connection:
        tidy(connection, found.organization_id)
    archive_again(places.url, places.archive, found, report)
    with transaction(places.url) as connection:
        connection.execute(
            "update tenancy.person_erasures set completed_at = now() where organization_id = %s and erasure_id = %s",
            [found.organization_id, erasure_id],
        )
    return erasure_id


def _effect(file: MentioningFile) -> Literal["removes", "changes", "leaves"]:
    if not file.changes:
        return "leaves"
    return "removes" if file.new_content is None else "changes"


def planned_treatment(found: FoundPerson, action: Action) -> Treatment:
    """A treatment to see what would change, without a key."""
    return Treatment("ers-00000000", action == "anonymise", b"", found.organization_id)


def _begin(url: str, slug: str, platform: str, name: str, key: bytes, action: Action) -> tuple[FoundPerson, Treatment]:
    with transaction(url) as connection:
        checks = connection.execute("select distinct key_check from tenancy.person_erasures")
        require_key(key, [bytes(check) for (check,) in checks])
        found = find_person(connection, slug, platform, name)
        require_erasable(connection, found)
        require_quiet(connection, slug, found.organization_id)
        begun = erasure_of(connection, found, key)
        if begun is not None and begun.is_anonymised != (action == "anonymise"):
            raise SyndicationError(
                f"{found.title} was {'anonymised' if begun.is_anonymised else 'erased'} by {begun.erasure_id}"
                + (f": erase {begun.erasure_id} instead." if begun.is_anonymised else ".")
            )
        if begun is None and found.profile_id is None:
            raise SyndicationError(
                f"{slug} has no profile {name!r} on {platform}: `syndication profile list` shows the tracked profiles, "
                "and scraping.profiles has all of them."
            )
        treatment = begun or _new_erasure(connection, found, key, action)
        add_identities(connection, found.organization_id, treatment.erasure_id, key, found.person.identities)
        return replace(found, erased=erased_people(connection)), treatment


def _new_erasure(connection: Connection, found: FoundPerson, key: bytes, action: Action) -> Treatment:
    rows = connection.execute(
        "insert into tenancy.person_erasures (organization_id, platform, action, key_check, requested_by)"
        " values (%s, %s, %s, %s, tenancy.current_actor()) returning erasure_id",
        [found.organization_id, found.person.platform, action, key_check(key)],
    ).fetchall()
    return Treatment(rows[0][0], action == "anonymise", key, found.organization_id)


def _days(url: str, organization_id: str, erasure_id: str) -> tuple[list[date], list[date]]:
    """The days to compute again, and those whose files have changed."""
    parameters = [organization_id, erasure_id]
    with transaction(url) as connection:
        days = connection.execute(
            "select days from tenancy.person_erasures where organization_id = %s and erasure_id = %s", parameters
        ).fetchall()[0][0]
        landed_on = connection.execute(
            "select distinct landed_on from landing.redactions where organization_id = %s and erasure_id = %s"
            " order by landed_on",
            parameters,
        ).fetchall()
    return list(days), [day for (day,) in landed_on]


def _roll_up(url: str, days: list[date], report: Report) -> None:
    for first_day, last_day in contiguous_ranges(days):
        for table in ROLLUPS:
            report(f"computing {table} from {first_day} to {last_day}")
            end_day = date.fromordinal(last_day.toordinal() + 1)
            with transaction(url, lock=f"engagement.{table}") as connection:
                compute_rollup(connection, "engagement", table, first_day, end_day)
