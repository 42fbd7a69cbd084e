"""A withdrawn file is moved and logged, and the next load of its day removes its rows."""

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.loading.withdrawal import Outcome, withdraw_files
from syndication_assets.landing.zone.folder_locks import lock_folder
from syndication_assets.landing.zone.landing_zone import LandedFilesMissingError, LandingError, LandingZone
from syndication_assets.scraping.checks import CHECKS
from syndication_assets.sql_assets.rollups import compute_rollup
from syndication_assets_tests.facts import differences, facts
from syndication_assets_tests.invariants import broken_invariants
from syndication_assets_tests.sample_database import ROLLUPS, broken_checks
from syndication_assets_tests.scraping.linkedin_dataset import (
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    Desk,
    activity_id,
    clear,
    post,
)

ONE, TWO, THREE = (activity_id(number) for number in (1, 2, 3))
LEDGER = "select withdrawn_at is not null, withdrawn_reason from landing.files where source_file_path = %s"
WITHDRAW = """
import sys
from syndication_assets.landing.zone.folder_locks import lock_folder
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.landing.loading.withdrawal import withdraw_files
url, zone, path = sys.argv[1:]
withdraw_files(url, LandingZone(zone), [path], "killed")
"""
# The tables that a withdrawal leaves unchanged: records of posts and authors, and the ledger.
LASTING = ("posts", "post_aliases", "post_media", "post_hashtags", "hashtags", "profiles", "landed_files")


def withdraw(desk: Desk, *paths: str, reason: str = "scraped with the wrong account") -> list[Outcome]:
    return [withdrawal.outcome for withdrawal in withdraw_files(desk.url, desk.zone, paths, reason)]


def hidden(path: str) -> str:
    return path.replace("default/", "default/.withdrawn/")


def roll_up(desk: Desk) -> None:
    for table in ROLLUPS:
        with transaction(desk.url, lock=f"engagement.{table}") as connection:
            compute_rollup(connection, "engagement", table, MONDAY, WEDNESDAY)


def audit(desk: Desk, path: str) -> list[tuple[Any, ...]]:
    return desk.rows(
        "select action, old_values ->> 'withdrawn_reason', new_values ->> 'withdrawn_reason' from tenancy.audit_log"
        " where table_name = 'landing.files' and row_key ->> 'source_file_path' = %s"
        " and occurred_at >= (select min(started_at) from scraping.download_runs) order by occurred_at",
        [path],
    )


def test_a_withdrawn_file_is_moved_with_its_companion_and_the_ledger_and_audit_log_have_the_reason(desk: Desk):
    path = desk.put(MONDAY, "export.json", b"[]")
    desk.put(MONDAY, "export.json.meta.json", b'{"observed_at": "2025-11-03T07:00:00Z"}')
    desk.load(MONDAY)
    assert desk.rows(LEDGER, [path]) == [(False, None)]
    assert withdraw(desk, path, reason=" the wrong account ") == ["moved"]
    assert (desk.root / hidden(path)).read_bytes() == b"[]"
    assert (desk.root / (hidden(path) + ".meta.json")).exists()
    assert list((desk.root / path).parent.iterdir()) == []
    assert list(desk.zone.files(MONDAY)) == []
    assert desk.rows(LEDGER, [path]) == [(True, "the wrong account")]
    assert audit(desk, path) == [("update", None, "the wrong account")]


def test_a_load_that_changes_the_ledger_writes_no_audit_row(desk: Desk):
    path = desk.put(MONDAY, "export.json", b"[]")
    desk.load(MONDAY)
    desk.put(MONDAY, "export.json", b"[ ]")
    desk.load(MONDAY)
    assert audit(desk, path) == []


@pytest.mark.both_servers
def test_the_next_load_leaves_only_the_rows_of_the_remaining_files(desk: Desk):
    wrong = desk.land(MONDAY, 9, post(ONE, reactions=500), post(TWO), post(THREE, full_urn=5))
    desk.land(MONDAY, 18, post(ONE, reactions=7), post(TWO), username="bert")
    desk.land(TUESDAY, 9, post(ONE, reactions=8))
    desk.load(MONDAY, TUESDAY)
    roll_up(desk)
    before = facts(desk.url)
    withdraw(desk, wrong)
    # Before the next load, only the ledger changes.
    assert {line.split(":")[0] for line in differences(before, facts(desk.url))} == {
        "only first,  landed_files",
        "only second, landed_files",
    }
    (load,) = desk.load(MONDAY)
    roll_up(desk)
    assert load.total("snapshots_removed") == 2
    assert broken_invariants(desk.url, desk.root) == []
    after = {table: rows for table, rows in facts(desk.url).items() if table not in LASTING}
    with transaction(desk.url) as connection:
        assert broken_checks(connection, "scraping", CHECKS, (MONDAY, WEDNESDAY)) == {}
    clear(desk.url)
    desk.load(MONDAY, TUESDAY)
    roll_up(desk)
    never_landed = {table: rows for table, rows in facts(desk.url).items() if table not in LASTING}
    quarantined = after.pop("quarantine")
    assert never_landed.pop("quarantine") == {}
    assert [key for _, key, _ in quarantined] == ["replayed"]
    assert differences(after, never_landed) == []


def test_a_second_load_after_a_withdrawal_changes_nothing(desk: Desk):
    wrong = desk.land(MONDAY, 9, post(ONE))
    desk.load(MONDAY)
    withdraw(desk, wrong)
    desk.load(MONDAY)
    before = facts(desk.url)
    (again,) = desk.load(MONDAY)
    assert differences(before, facts(desk.url)) == []
    assert again.total("snapshots_removed") == 0


def test_a_post_of_withdrawn_files_only_keeps_its_record_and_the_marks_of_people(desk: Desk):
    wrong = desk.land(MONDAY, 9, post(ONE))
    desk.load(MONDAY)
    roll_up(desk)
    desk.execute("update scraping.posts set is_marked = true")
    withdraw(desk, wrong)
    desk.load(MONDAY)
    roll_up(desk)
    assert desk.rows("select urn, is_marked from scraping.posts") == [(ONE, True)]
    for table in ("scraping.data_downloads", "scraping.raw_payloads", "engagement.post_engagement_daily"):
        assert desk.value(f"select count(*) from {table}") == 0, table
    assert broken_invariants(desk.url, desk.root) == []


def test_an_item_that_another_file_also_contains_is_kept_under_that_file(desk: Desk):
    first = desk.land(MONDAY, 9, post(ONE))
    second = desk.land(MONDAY, 18, post(ONE), username="bert")
    desk.load(MONDAY)
    assert desk.value("select source_file_path from scraping.raw_payloads") == first
    withdraw(desk, first)
    desk.load(MONDAY)
    assert desk.value("select source_file_path from scraping.raw_payloads") == second
    assert broken_invariants(desk.url, desk.root) == []


@pytest.mark.parametrize("is_loaded_between", [True, False])
@pytest.mark.parametrize("reactions", [10, 11])
def test_a_file_may_land_again_under_its_path_with_the_same_or_different_content(
    desk: Desk, reactions: int, is_loaded_between: bool
):
    path = desk.land(MONDAY, 9, post(ONE, reactions=10), post(TWO))
    desk.load(MONDAY)
    before = facts(desk.url)
    withdraw(desk, path, reason="half of it")
    if is_loaded_between:
        desk.load(MONDAY)
    desk.land(MONDAY, 9, post(ONE, reactions=reactions), post(TWO))
    desk.load(MONDAY)
    assert desk.rows(LEDGER, [path]) == [(False, None)]
    assert audit(desk, path) == [("update", None, "half of it"), ("update", "half of it", None)]
    assert broken_invariants(desk.url, desk.root) == []
    with transaction(desk.url) as connection:
        assert broken_checks(connection, "scraping", CHECKS, (MONDAY, TUESDAY)) == {}
    if reactions == 10:
        assert differences(before, facts(desk.url)) == []


def test_a_file_that_lands_again_can_be_withdrawn_again_and_every_content_is_kept(desk: Desk):
    contents = (b"[]", b"[ ]", b"[]")
    for content in contents:
        path = desk.put(MONDAY, "export.json", content)
        desk.load(MONDAY)
        assert withdraw(desk, path, reason=f"{content!r}") == ["moved"]
    kept = sorted((desk.root / hidden(path)).parent.iterdir())
    assert [(file.name, file.read_bytes()) for file in kept] == [("export.json", b"[]"), ("export.json.2", b"[ ]")]
    assert len(audit(desk, path)) == 5


def test_a_file_withdrawn_before_its_first_load_is_never_read(desk: Desk):
    desk.land(MONDAY, 9, post(TWO))
    desk.load(MONDAY)
    path = desk.land(MONDAY, 18, post(ONE))
    assert withdraw(desk, path) == ["moved"]
    desk.load(MONDAY)
    assert desk.rows("select urn from scraping.posts") == [(TWO,)]
    assert desk.rows(LEDGER, [path]) == [(True, "scraped with the wrong account")]
    assert desk.value("select size_bytes from landing.files where run_id is null") > 100
    assert audit(desk, path) == [("insert", None, "scraped with the wrong account")]
    desk.land(MONDAY, 18, post(ONE))
    desk.load(MONDAY)
    assert desk.rows(LEDGER, [path]) == [(False, None)]
    assert broken_invariants(desk.url, desk.root) == []


def test_a_day_with_a_lost_file_loads_again_after_the_withdrawal_of_the_file(desk: Desk):
    path = desk.land(MONDAY, 9, post(ONE))
    desk.land(MONDAY, 18, post(TWO))
    desk.load(MONDAY)
    (desk.root / path).unlink()
    with pytest.raises(LandedFilesMissingError, match="syndication withdraw"):
        desk.load(MONDAY)
    assert withdraw(desk, path, reason="deleted by mistake, no backup") == ["gone"]
    desk.load(MONDAY)
    assert desk.value("select count(*) from scraping.data_downloads") == 1
    assert broken_invariants(desk.url, desk.root) == []


@pytest.mark.both_servers(False)
def test_a_withdrawal_killed_before_its_commit_is_completed_by_the_next(desk: Desk):
    path = desk.land(MONDAY, 9, post(ONE))
    desk.load(MONDAY)
    killed = subprocess.run(
        [sys.executable, "-c", WITHDRAW, desk.url, desk.zone.url, path],
        env=os.environ | {"SYNDICATION_FAULT_POINT": "withdrawal.moved"},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert desk.rows(LEDGER, [path]) == [(False, None)]
    # The negative control: without its ledger row, a moved file counts as missing.
    with pytest.raises(LandedFilesMissingError):
        desk.load(MONDAY)
    assert withdraw(desk, path) == ["moved"]
    assert withdraw(desk, path, reason="again") == ["withdrawn before"]
    assert desk.rows(LEDGER, [path]) == [(True, "scraped with the wrong account")]
    assert len(audit(desk, path)) == 1
    desk.load(MONDAY)
    assert broken_invariants(desk.url, desk.root) == []


@pytest.mark.parametrize("calls_before_the_crash", [0, 1])
def test_an_interrupted_move_is_completed_by_the_next_withdrawal(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, calls_before_the_crash: int
):
    path = desk.put(MONDAY, "export.json", b"[]")
    desk.put(MONDAY, "export.json.meta.json", b"{}")
    desk.load(MONDAY)
    filesystem = desk.zone._filesystem
    remove, calls = filesystem.rm_file, []

    def break_off(absolute: str) -> None:
        calls.append(absolute)
        if len(calls) > calls_before_the_crash:
            raise PermissionError(13, "Permission denied")
        remove(absolute)

    with monkeypatch.context() as patched:
        patched.setattr(filesystem, "rm_file", break_off)
        with pytest.raises(SyndicationError, match="Permission denied"):
            withdraw(desk, path)
    assert desk.rows(LEDGER, [path]) == [(False, None)]
    assert withdraw(desk, path) == ["moved"]
    assert list((desk.root / path).parent.iterdir()) == []
    kept = (desk.root / hidden(path)).parent.iterdir()
    assert sorted(file.name for file in kept) == ["export.json", "export.json.meta.json"]


def test_a_withdrawal_waits_for_a_running_load(desk: Desk):
    path = desk.land(MONDAY, 9, post(ONE))
    desk.load(MONDAY)
    with transaction(desk.url) as connection:
        lock_folder(connection, "default", "linkedin_apify", MONDAY)
        process = subprocess.Popen([sys.executable, "-c", WITHDRAW, desk.url, desk.zone.url, path])
        while desk.value("select count(*) from pg_locks where locktype = 'advisory' and not granted") == 0:
            assert process.poll() is None
        assert (desk.root / path).exists()
    assert process.wait(timeout=30) == 0
    assert not (desk.root / path).exists()


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("default/linkedin_apify/2025-11-03/never.json", "is neither in"),
        ("nobody/linkedin_apify/2025-11-03/a.json", "there are default"),
        ("default/linkedin_apify/a.json", "is not the path of a landed file"),
        ("default/linkedin_apify/2025-13-01/a.json", "is not the path of a landed file"),
        ("default/linkedin_apify/2025-11-03/../../../a.json", "is not the path of a landed file"),
        ("/default/linkedin_apify/2025-11-03/a.json", "is not the path of a landed file"),
        ("default/.withdrawn/linkedin_apify/2025-11-03/a.json", "is not the path of a landed file"),
        ("default/linkedin_apify/2025-11-03/a.json.meta.json", "comes along"),
    ],
)
def test_an_invalid_path_moves_nothing_not_even_the_files_named_before_it(desk: Desk, path: str, hint: str):
    good = desk.land(MONDAY, 9, post(ONE))
    with pytest.raises(SyndicationError, match=hint):
        withdraw(desk, good, path)
    assert (desk.root / good).exists()


def test_a_withdrawal_without_a_reason_is_rejected(desk: Desk):
    path = desk.land(MONDAY, 9, post(ONE))
    with pytest.raises(SyndicationError, match="say why"):
        withdraw(desk, path, reason=" ")
    assert (desk.root / path).exists()


def test_links_are_not_followed(desk: Desk, tmp_path: Path):
    outside = tmp_path / "outside.json"
    outside.write_bytes(b"[]")
    path = desk.land(MONDAY, 9, post(ONE)).replace("09-00", "10-00")
    (desk.root / path).symlink_to(outside)
    with pytest.raises(LandingError, match="remove the link"):
        withdraw(desk, path)
    assert outside.read_bytes() == b"[]"


def test_files_of_an_object_store_can_be_withdrawn():
    zone = LandingZone("memory://withdrawal")
    path, _ = zone.land("default", "linkedin_apify", MONDAY, "a.json", b"[]", {"observed_at": "2025-11-03T07:00:00Z"})
    assert zone.withdraw(path)
    assert not zone.withdraw(path)
    assert list(zone.files(MONDAY)) == []
    assert list(zone.days()) in ([], [("default", "linkedin_apify", date(2025, 11, 3))])
    assert zone.size(zone.withdrawn_path(path)) == 2
    assert zone.exists(zone.withdrawn_path(path) + ".meta.json")


def test_the_ledger_rejects_a_withdrawal_without_a_reason(desk: Desk):
    desk.land(MONDAY, 9, post(ONE))
    desk.load(MONDAY)
    with pytest.raises(psycopg.errors.CheckViolation):
        desk.execute("update landing.files set withdrawn_at = now()")
