"""Backups and their proofs as assets, and the checks of the record of both."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.operations.backup.backup_store import BackupStore
from syndication_assets.operations.backup.copying import copy_backups
from syndication_assets.operations.backup.integrity import verify_backups
from syndication_assets.operations.backup.manifest import BackupError
from syndication_assets.operations.backup.progress import now_and_then
from syndication_assets.operations.backup.proving import prove
from syndication_assets.operations.backup.taking import take_backup
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import BACKUP, BACKUP_INTEGRITY, BACKUP_PROOF
from syndication_assets.sql_assets.checks import (
    SqlCheck,
    check_result,
    check_window,
    find_offenders,
    not_evaluated,
    read_only_transaction,
)
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.table_specs import external_table

_SECONDS_IN_AN_HOUR = 3600

CHECKS = [
    SqlCheck("backups", "newest_is_recent", dg.AssetCheckSeverity.WARN),
    SqlCheck("backups", "a_restore_is_proven"),
    SqlCheck("backups", "every_backup_is_intact"),
    SqlCheck("backups", "files_were_read_again", dg.AssetCheckSeverity.WARN),
    SqlCheck("backups", "newest_copy_is_recent"),
]


@dg.asset(key=["operations", "backup"], group_name="operations", kinds={"postgres"}, owners=OWNERS, tags=BACKUP)
def backup(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """A backup of both databases in SYNDICATION_BACKUP_URL: a dump of each, with a manifest of the rows that a restore
    must have. Older backups are removed when more than SYNDICATION_BACKUPS_KEPT are there.

    A re-run takes another backup. A backup that cannot be completed leaves nothing that looks like one.
    """
    settings = Settings.from_environment()
    store = BackupStore(settings.backup_url)
    taken = take_backup(settings, store, now_and_then(context.log.info))
    manifest = taken.manifest
    return dg.MaterializeResult(
        metadata={
            "backup": manifest.name,
            "place": store.url,
            "size_bytes": manifest.size_bytes,
            "seconds": taken.seconds,
            "rows": manifest.rows,
            "databases": ", ".join(content.database for content in manifest.databases),
            "newest_migration": manifest.newest_migration,
            "removed": ", ".join(taken.removed) or "none",
        }
    )


@dg.asset(
    key=["operations", "backup_copy"],
    group_name="operations",
    deps=[backup],
    kinds={"postgres"},
    owners=OWNERS,
    tags=BACKUP,
)
def backup_copy(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Copies of the backups at the second place, which the setting `backups.copy_url` names: those that it lacks, and
    those that were damaged there. All files are read again after they were written. Does nothing without the setting.

    A re-run copies nothing twice, and goes on with the files that an interrupted copy has not completed.
    """
    copied = copy_backups(Settings.from_environment(), now_and_then(context.log.info))
    if copied is None:
        return dg.MaterializeResult(metadata={"place": "none: the setting backups.copy_url names one"})
    if copied.problems:
        raise BackupError(" ".join(copied.problems))
    return dg.MaterializeResult(
        metadata={
            "place": copied.url,
            "copied": ", ".join(copied.copied) or "none",
            "removed": ", ".join(copied.removed) or "none",
        }
    )


@dg.asset(
    key=["operations", "backup_integrity"],
    group_name="operations",
    deps=[backup, backup_copy],
    kinds={"postgres"},
    owners=OWNERS,
    tags=BACKUP_INTEGRITY,
)
def backup_integrity(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """All files of all backups, at both places, read again: sizes and hashes are those of the manifests, and pg_restore
    can list what the dumps have. Nothing is restored.

    A re-run reads them again. The run fails if a file is missing or was changed, and `operations.backups` says which.
    """
    verified = verify_backups(Settings.from_environment(), now_and_then(context.log.info))
    damaged = [each.damage for each in verified if each.damage is not None]
    if damaged:
        raise BackupError(" ".join(damaged))
    return dg.MaterializeResult(
        metadata={
            "backups": len(verified),
            "places": ", ".join(sorted({each.url for each in verified})) or "none",
            "size_bytes": sum(each.size_bytes for each in verified),
        }
    )


@dg.asset(
    key=["operations", "backup_proof"],
    group_name="operations",
    deps=[backup],
    kinds={"postgres"},
    owners=OWNERS,
    tags=BACKUP_PROOF,
)
def backup_proof(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """The proof that the newest backup can be restored: it is restored into a scratch server on this machine, all rows
    are compared with its manifest, and constraints, rights and policies are checked. Nothing else is touched.

    A re-run proves the backup again. The run fails if anything is missing, and `operations.backups` says what.
    """
    settings = Settings.from_environment()
    store = BackupStore(settings.backup_url)
    proof = prove(settings, store, store.newest(), now_and_then(context.log.info))
    if proof.problem is not None:
        raise BackupError(f"The backup {proof.name} is not proven: {proof.problem}")
    if proof.manifest is None or proof.restore_seconds is None:
        raise AssertionError("a proven backup was restored")
    age = datetime.now(UTC) - proof.manifest.started_at
    return dg.MaterializeResult(
        metadata={
            "backup": proof.name,
            "place": store.url,
            "age_hours": age.total_seconds() / _SECONDS_IN_AN_HOUR,
            "size_bytes": proof.manifest.size_bytes,
            "rows": proof.manifest.rows,
            "restore_seconds": proof.restore_seconds,
            "seconds": proof.seconds,
        }
    )


backups = external_table(
    "operations",
    "backups",
    "One row is one complete backup, with its copy at the second place, what was wrong with its files when they were "
    "last read, and the outcome of the newest attempt to restore it. Written by `syndication backup`, its commands and "
    "the assets of the same names.",
    deps=[backup.key, backup_copy.key, backup_integrity.key, backup_proof.key],
    tags={},
)


@dg.multi_asset_check(
    name="backups_check",
    specs=[check.spec("operations") for check in CHECKS],
    description="The age of the newest backup, copy, reading and proven restore, and whether anything is damaged.",
    can_subset=True,
)
def backups_check(context: dg.AssetCheckExecutionContext, postgres: PostgresResource) -> Iterator[dg.AssetCheckResult]:
    """Only evaluates the present: a run over past days passes and reports that it was not evaluated."""
    window = check_window(context)
    for check in CHECKS:
        if check.spec("operations").key not in context.selected_asset_check_keys:
            continue
        if window[1] < datetime.now(UTC).date():
            key = check.spec("operations").asset_key
            yield not_evaluated(key, check.name, check.severity, window, "the backups of today")
            continue
        with read_only_transaction(postgres.url()) as connection:
            offenders = find_offenders(connection, "operations", check, window)
        yield check_result("operations", check, offenders, window)
