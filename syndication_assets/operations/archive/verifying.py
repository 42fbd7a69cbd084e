"""Reads an archive back from its place, and compares it with what was recorded of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from syndication_assets.database.connection import transaction
from syndication_assets.operations.archive.archive_records import (
    ArchivedMonth,
    archived_months,
    set_verified,
    shape_of_archive,
)
from syndication_assets.operations.archive.archive_store import ArchiveError, ArchiveStore
from syndication_assets.operations.archive.month_totals import MonthTotals, differences
from syndication_assets.operations.archive.parquet_months import DamagedFile, totals_of_file
from syndication_assets.operations.backup.progress import Report

VERIFIED_IN_A_RUN = 3


def totals_read_back(store: ArchiveStore, path: str, time_column: str, counters: Sequence[str]) -> MonthTotals:
    """The totals of a file. ArchiveError if it is missing or damaged."""
    with store.open(path) as stream, damage_of(path):
        return totals_of_file(stream, time_column, counters)


@contextmanager
def damage_of(path: str) -> Iterator[None]:
    """Turns what a damaged file raises into one sentence."""
    try:
        yield
    except ArchiveError:
        raise
    except KeyError as error:
        raise ArchiveError(
            f"The archive {path} lacks the column {error}: restore it with the version that wrote it."
        ) from None
    except DamagedFile as error:
        raise ArchiveError(
            f"The archive {path} is damaged ({type(error).__name__}): put it back from a copy, then run "
            "`syndication archive verify`."
        ) from None


def problem_of(store: ArchiveStore, archived: ArchivedMonth, time_column: str) -> str | None:
    """Why the file of a month is not as it was written; None if it is."""
    try:
        sha256, size_bytes = store.hash_and_size(archived.path)
        if (sha256, size_bytes) != (archived.sha256, archived.size_bytes):
            return (
                f"The archive {archived.path} was changed: it has {size_bytes:,} of {archived.size_bytes:,} bytes, "
                f"SHA-256 {sha256[:12]}… instead of {archived.sha256[:12]}…. Put it back from a copy."
            )
        found = totals_read_back(store, archived.path, time_column, list(archived.sums))
    except ArchiveError as error:
        return str(error)
    different = differences(archived.totals, found)
    return f"The archive {archived.path} has other rows: {'; '.join(different[:3])}." if different else None


def verify(url: str, store: ArchiveStore, archived: ArchivedMonth, time_column: str) -> str | None:
    """Reads the file of a month back, records the outcome, and returns the problem; None if there is none."""
    problem = problem_of(store, archived, time_column)
    with transaction(url) as connection:
        set_verified(connection, archived, problem)
    return problem


def verify_oldest(url: str, store: ArchiveStore, report: Report) -> list[tuple[str, str]]:
    """Verifies the archives that were verified longest ago, a few in each run; returns titles and problems."""
    with transaction(url) as connection:
        archived = [each for each in archived_months(connection) if each.state == "archived"]
        oldest = sorted(archived, key=lambda each: each.verified_at)[:VERIFIED_IN_A_RUN]
        shapes = [shape_of_archive(connection, each) for each in oldest]
    problems = []
    for each, shape in zip(oldest, shapes, strict=True):
        report(f"verifying {each.title}")
        problem = verify(url, store, each, shape.time_column)
        if problem is not None:
            problems.append((each.title, problem))
    return problems
