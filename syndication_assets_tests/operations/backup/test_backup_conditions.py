"""Damaged, unread and uncopied backups are problems, of which alerts tell."""

import pytest

from syndication_assets_tests.operations.test_conditions import Rows


@pytest.fixture
def rows(database_url: str) -> Rows:
    return Rows(database_url)


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ("verified_at = now()", []),
        ("verified_at = now() - interval '4 days'", ["backup_unverified"]),
        ("started_at = now() - interval '4 days', finished_at = now() - interval '4 days'", ["backup_unverified"]),
        ("verified_at = now(), damage = 'one.dump is missing.'", ["backup_damaged"]),
        ("verified_at = now(), damage = 'one.dump is missing.', removed_at = now()", []),
        (
            "verified_at = now(), copy_url = '/b', copied_at = now(), copy_verified_at = now(), copy_damage = 'x.'",
            ["backup_damaged"],
        ),
    ],
)
def test_damage_and_files_that_nobody_reads_are_problems(changes: str, kinds: list[str], rows: Rows):
    add_backup(rows)
    rows.execute(f"update operations.backups set {changes}")
    assert [kind for kind in ("backup_damaged", "backup_unverified") if rows.found(kind)] == kinds


@pytest.mark.parametrize(
    ("named", "copied", "severity"),
    [(None, None, None), (1, None, None), (3, None, "warning"), (5, None, "error"), (9, 1, None), (9, 3, "warning")],
)
def test_a_second_place_without_a_recent_backup_is_a_problem(
    named: int | None, copied: int | None, severity: str | None, rows: Rows
):
    """`named` is how many days ago the place was named, and `copied` how old the backup is that it has."""
    add_backup(rows, days=copied or 9)
    if named is not None:
        rows.execute("alter table tenancy.settings disable trigger user")
        rows.execute(
            "update tenancy.settings set value = '\"/second\"', updated_at = now() - make_interval(days => %s)"
            " where setting = 'backups.copy_url'",
            [named],
        )
    if copied is not None:
        rows.execute("update operations.backups set copy_url = '/second', copied_at = now(), copy_verified_at = now()")
    assert [condition.severity for condition in rows.found("backup_copy_old")] == ([severity] if severity else [])


def add_backup(rows: Rows, days: int = 1) -> None:
    rows.execute(
        "insert into operations.backups (backup_name, url, started_at, finished_at, size_bytes, manifest_hash,"
        " newest_migration) select 'a', '/a', now() - make_interval(days => %(days)s),"
        " now() - make_interval(days => %(days)s), 1, repeat('0', 64), 'x'",
        {"days": days},
    )
