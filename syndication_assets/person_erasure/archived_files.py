"""Takes a person out of archived months: they are restored, changed like all other rows, and archived again.

The new files are verified like any other before the old ones go.
"""

from collections.abc import Iterator
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from syndication_assets.database.connection import Connection, transaction
from syndication_assets.operations.archive.archive_records import ArchivedMonth, archived_months
from syndication_assets.operations.archive.archive_store import ArchiveError, ArchiveStore
from syndication_assets.operations.archive.archiving import run_archive
from syndication_assets.operations.archive.month_restoring import months_to_restore, restore
from syndication_assets.operations.archive.parquet_months import read_batches
from syndication_assets.operations.archive.verifying import damage_of
from syndication_assets.operations.backup.progress import Report
from syndication_assets.person_erasure.found_person import FoundPerson
from syndication_assets.tenancy.organization_tables import AUDIT_LOG

_OF_POSTS = ("scraping.", "engagement.")


def months_with(url: str, store: ArchiveStore, found: FoundPerson) -> list[ArchivedMonth]:
    """The archived months whose files have the person: by name, by an id of a post, by the ids of rows.

    Without the audit log, whose months cannot be restored.
    """
    with transaction(url) as connection:
        archives = [
            each
            for each in archived_months(connection, found.slug)
            if each.state != "restored" and each.table_name != AUDIT_LOG
        ]
        keys = _keys(connection, found)
    return [each for each in archives if _has(store, each, found, keys)]


def restore_months(
    url: str, store: ArchiveStore, found: FoundPerson, months: list[ArchivedMonth], report: Report
) -> None:
    """Restores them; of a month with posts of the person all tables, because its totals are computed again.

    ArchiveError before anything changes if the place of the archives is another database's.
    """
    if months:
        store.claim(url)
    with transaction(url) as connection:
        wanted = {
            each.path: each
            for month in sorted(
                {(m.month, None if m.table_name.startswith(_OF_POSTS) else m.table_name) for m in months}, key=str
            )
            for each in _to_restore(connection, found.slug, *month)
        }
    for archived in sorted(wanted.values(), key=lambda each: (each.month, each.table_name)):
        restore(url, store, archived, report)


def archive_again(url: str, store: ArchiveStore, found: FoundPerson, report: Report) -> int:
    """Archives what is restored; returns how many files were written.

    A month that nobody archives any more stays in its table, and its old file goes. ArchiveError if one failed.
    """
    run = run_archive(url, store, report, organization=found.slug, again=True)
    if run.failed:
        raise ArchiveError("\n".join(f"{title}: {problem}" for title, problem in run.failed))
    with transaction(url) as connection:
        left = [each for each in archived_months(connection, found.slug) if each.state == "restored"]
        for archived in left:
            connection.execute(
                "delete from operations.archives where organization_id = %(organization_id)s"
                " and table_name = %(table_name)s and month = %(month)s and state = 'restored'",
                archived.key,
            )
    for archived in left:
        store.remove(archived.path)
    return len(run.written)


def _to_restore(connection: Connection, slug: str, month: date, table: str | None) -> Iterator[ArchivedMonth]:
    for archived in months_to_restore(connection, slug, month, table):
        if table is not None or archived.table_name.startswith(_OF_POSTS):
            yield archived


def _keys(connection: Connection, found: FoundPerson) -> set[str]:
    """The ids of the profile and of its posts, also of those that were merged."""
    rows = connection.execute(
        "with posts as ("
        "  select post_id from scraping.post_records where organization_id = %(organization_id)s"
        "    and profile_id = %(profile_id)s"
        ") select post_id from posts union all select m.losing_post_id from scraping.merged_posts as m"
        " where m.organization_id = %(organization_id)s and m.winning_post_id in (select p.post_id from posts as p)",
        {"organization_id": found.organization_id, "profile_id": found.profile_id},
    )
    return {post_id for (post_id,) in rows} | ({found.profile_id} if found.profile_id is not None else set())


def _has(store: ArchiveStore, archived: ArchivedMonth, found: FoundPerson, keys: set[str]) -> bool:
    wanted = pa.array(sorted(keys), pa.string())
    with store.open(archived.path) as stream, damage_of(archived.path):
        return any(
            _in_column(column, wanted, found)
            for batch in read_batches(stream)
            for column in batch.columns
            if pa.types.is_string(column.type)
        )


def _in_column(column: pa.Array, wanted: pa.Array, found: FoundPerson) -> bool:
    if pc.any(pc.is_in(column, value_set=wanted)).as_py():
        return True
    return any(found.person.may_be_in(value.encode()) for value in pc.unique(column).to_pylist() if value is not None)
