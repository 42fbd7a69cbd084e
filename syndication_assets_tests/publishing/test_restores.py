"""A restored, moved or rolled-back database never publishes again what was sent before."""

from collections.abc import Callable, Iterator
from copy import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets.database.connection import SQL_DIRECTORY
from syndication_assets.database.migrating.migrations import MigrationError, migrate, rollback, rows_lost_by_rollback
from syndication_assets.operations.backup.backup_store import BackupStore
from syndication_assets.operations.backup.taking import take_backup
from syndication_assets.publishing.dry_run.dry_run_publisher import DryRun
from syndication_assets.publishing.sending import clock, sending_holds
from syndication_assets.publishing.sending.sent_record import SentRecord
from syndication_assets.publishing.sending.target_decisions import cancel, resolve_as_not_published, retry
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.operations.backup.conftest import settings_of
from syndication_assets_tests.publishing.fake_platform import CrashError, FakePlatform, accept_and_crash
from syndication_assets_tests.publishing.publishing_queue import AFTER_SLOT, SENT, PublishingQueue
from syndication_assets_tests.servers import Server

Restore = Callable[[], None]


@pytest.fixture
def backup(queue: PublishingQueue, server: Server) -> Iterator[Callable[[], Restore]]:
    """Copies the database; the result puts the copy in its place, like a restored backup."""
    name = urlsplit(queue.url).path[1:]
    copy = f"{name}_backup"

    def replace(old: str, new: str) -> None:
        server.administer("drop database if exists {} with (force)", new)
        server.administer("create database {} template {} strategy file_copy", new, old)

    def take() -> Restore:
        replace(name, copy)
        return lambda: replace(copy, name)

    yield take
    server.administer("drop database if exists {} with (force)", copy)


def at_home(queue: PublishingQueue) -> None:
    """A person has looked at the restored database; this leaves the record alone to tell what was sent."""
    assert sending_holds.release(queue.url, "isla") == 0


def test_restoring_a_backup_publishes_nothing_again(
    queue: PublishingQueue, platform: FakePlatform, page: str, backup: Callable[[], Restore]
):
    targets = queue.due(page, 3)
    queue.publish_to(platform, limit=1)
    restore = backup()
    queue.publish_to(platform)
    assert len(platform.accepted) == 3
    restore()
    report = queue.publish_to(platform)
    assert len(platform.accepted) == 3
    (held,) = report.problems
    assert "restored or moved to another server" in held
    at_home(queue)
    queue.publish_to(platform)
    assert len(platform.accepted) == 3
    assert queue.states() == ["published", "needs_reconcile", "needs_reconcile"]
    assert "restored from a backup" in queue.target(targets[1])["error_message"]
    queue.reconcile({"facebook_graph": platform})
    assert queue.states() == ["published"] * 3
    assert [queue.attempts(target)[-1]["outcome"] for target in targets] == ["published"] * 3
    queue.due(queue.page("other", "facebook_graph"))
    queue.publish_to(platform)
    assert len(platform.accepted) == 4, "publishing goes on"


def test_a_backup_that_was_restored_by_the_command_publishes_nothing_again(
    queue: PublishingQueue, platform: FakePlatform, page: str, server: Server, tmp_path: Path
):
    """From before the first call, so that the database remembers no home; and the record of calls is lost."""
    queue.due(page, 2)
    settings = settings_of(queue.url, tmp_path, queue.url)
    taken = take_backup(settings, BackupStore(settings.backup_url), lambda _: None)
    queue.publish_to(platform)
    assert len(platform.accepted) == 2
    for file in SENT.rglob("*.json"):
        file.unlink()
    with new_database(server, "template0") as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNDICATION_DAGSTER_STORAGE_URL", url)
        place = f"{settings.backup_url}/{taken.manifest.name}"
        result = CliRunner().invoke(main, ["restore", place, "--database-url", url])
        assert result.exit_code == 0, result.output
        restored = copy(queue)
        restored.url = url
        assert restored.states() == ["scheduled", "scheduled"]
        (held,) = restored.publish_to(platform).problems
        assert "restored or moved to another server" in held
        assert len(platform.accepted) == 2
        at_home(restored)
        restored.publish_to(platform)
        assert len(platform.accepted) == 4, "a person has decided"


def test_without_the_record_and_the_home_of_the_database_a_restore_publishes_twice(
    queue: PublishingQueue, platform: FakePlatform, page: str, backup: Callable[[], Restore]
):
    """The negative control of the test above."""
    queue.due(page, 2)
    restore = backup()
    queue.publish_to(platform)
    restore()
    for file in SENT.rglob("*.json"):
        file.unlink()
    queue.publish_to(platform)
    assert len(platform.accepted) == 4


def test_a_call_that_published_nothing_is_looked_up_and_sent_again_by_a_person(
    queue: PublishingQueue, platform: FakePlatform, page: str, backup: Callable[[], Restore]
):
    (target_id,) = queue.due(page)
    restore = backup()
    queue.publish_to(platform)
    restore()
    at_home(queue)
    platform.accepted.clear()
    queue.reconcile({"facebook_graph": platform})
    assert queue.target(target_id)["state"] == "needs_reconcile"
    resolve_as_not_published(queue.url, target_id, "isla")
    queue.publish_to(platform, now=datetime.now(UTC))
    assert queue.states() == ["published"]
    assert len(platform.accepted) == 1


@pytest.mark.parametrize("state", ["draft", "ready", "failed", "needs_reconcile"])
def test_a_target_of_any_state_in_the_backup_becomes_unresolved(
    state: str, queue: PublishingQueue, platform: FakePlatform, page: str, backup: Callable[[], Restore]
):
    (target_id,) = queue.due(page)
    unscheduled = ", scheduled_at = null, schedule_id = null, slot_at = null" if state in ("draft", "ready") else ""
    statement = f"update publishing.post_targets set state = '{state}', error_message = 'before'{unscheduled}"
    with psycopg.connect(queue.url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(statement)
    restore = backup()
    with psycopg.connect(queue.url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("update publishing.post_targets set state = 'scheduled', scheduled_at = '2025-11-03 12:00Z'")
    queue.publish_to(platform)
    assert len(platform.accepted) == 1
    restore()
    at_home(queue)
    queue.publish_to(platform)
    queue.reconcile({"facebook_graph": platform})
    assert queue.target(target_id)["state"] == "published"
    assert len(platform.accepted) == 1


def test_an_account_waits_as_long_as_what_it_sent_is_not_in_the_database(
    queue: PublishingQueue, platform: FakePlatform, page: str, backup: Callable[[], Restore]
):
    """The text was written, approved and sent after the backup; its day is written again with other words."""
    other = queue.page("other", "facebook_graph")
    restore = backup()
    (sent,) = queue.due(page)
    queue.publish_to(platform)
    restore()
    at_home(queue)
    queue.due(page)
    with psycopg.connect(queue.url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("update content.posts_content set text_content = 'Other words', content_hash = 'other'")
        connection.execute("update content.approvals set content_hash = 'other'")
        connection.execute("update publishing.post_targets set content_hash = 'other'")
    (elsewhere,) = queue.due(other)
    report = queue.publish_to(platform)
    assert [post.target_id for post in platform.calls[1:]] == [elsewhere], "other accounts go on"
    (reason,) = report.problems
    assert reason.startswith(f"Page page ({page}) sends nothing: 1 calls since ")
    assert sent
    assert sending_holds.release(queue.url, "isla") == 1
    queue.publish_to(platform)
    assert len(platform.accepted) == 3
    assert queue.value("select released_by from publishing.lost_calls") == "isla"


def test_a_text_that_is_planned_after_the_restore_is_found_to_be_sent(
    queue: PublishingQueue, platform: FakePlatform, page: str, backup: Callable[[], Restore]
):
    queue.schedule(page)
    queue.approved()
    restore = backup()
    queue.plan()
    queue.publish_to(platform)
    restore()
    at_home(queue)
    assert queue.publish_to(platform).problems
    queue.plan()
    assert queue.publish_to(platform).problems == []
    queue.reconcile({"facebook_graph": platform})
    assert queue.states() == ["published"]
    assert len(platform.accepted) == 1


def test_days_before_the_backup_are_not_read(queue: PublishingQueue, platform: FakePlatform, page: str):
    queue.due(page, 2)
    queue.publish_to(platform)
    (day,) = SENT.iterdir()
    older = SENT / "2020-01-01"
    older.mkdir()
    (older / "00000000-0000-0000-0000-000000000000.json").write_text("not read")
    assert queue.publish_to(platform).problems == []
    (day / "11111111-1111-1111-1111-111111111111.json").write_text("{")
    (problem,) = queue.publish_to(platform).problems
    assert "11111111-1111-1111-1111-111111111111.json" in problem


def test_nothing_is_sent_that_cannot_be_recorded(queue: PublishingQueue, platform: FakePlatform, page: str):
    (target_id,) = queue.due(page)
    SENT.parent.mkdir(exist_ok=True)
    SENT.write_text("a file in the place of the directory")
    queue.publish_to(platform, now=datetime.now(UTC))
    assert platform.calls == []
    target = queue.target(target_id)
    assert target["state"] == "scheduled"
    assert "could not be recorded" in target["error_message"]
    SENT.unlink()
    queue.pass_waits()
    queue.publish_to(platform)
    assert queue.states() == ["published"]


def test_a_simulation_is_not_recorded_and_goes_on_in_a_restored_database(
    queue: PublishingQueue, platform: FakePlatform, page: str, backup: Callable[[], Restore]
):
    queue.due(page, 2)
    queue.publish_to(platform, limit=1)
    recorded = len(list(SENT.rglob("*.json")))
    restore = backup()
    restore()
    queue.due(queue.page("simulated"))
    report = queue.publish({"facebook_graph": platform, "dry_run": DryRun()})
    assert report.calls == 1
    assert len(list(SENT.rglob("*.json"))) == recorded == 1
    assert sorted(queue.states()) == ["published", "published", "scheduled"]


def test_a_call_of_a_dead_publisher_is_known_and_holds_nothing(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    queue.due(page, 2)
    platform.responses.append(accept_and_crash)
    with pytest.raises(CrashError):
        queue.publish_to(platform, publish_concurrency=1)
    assert queue.publish_to(platform).problems == []
    assert queue.value("select count(*) from publishing.lost_calls") == 0


def test_recorded_calls_are_readable_by_their_owner_only(queue: PublishingQueue, platform: FakePlatform, page: str):
    queue.due(page)
    queue.publish_to(platform)
    (file,) = SENT.rglob("*.json")
    assert oct(file.stat().st_mode)[-3:] == "600"
    assert oct(file.parent.stat().st_mode)[-3:] == "700"
    assert "canary" not in file.read_text()
    (call,) = SentRecord(str(SENT)).read(file.parent.name, [file.stem])
    assert (call.remote_account_id, call.publisher) == ("page", "facebook_graph")


def _steps_to_before_the_queue() -> int:
    return sum(path.name >= "0011" for path in (SQL_DIRECTORY / "migrations").glob("*.up.sql"))


def test_a_rollback_that_would_forget_sent_posts_is_refused(queue: PublishingQueue, platform: FakePlatform, page: str):
    queue.due(page, 2)
    queue.publish_to(platform)
    steps = _steps_to_before_the_queue()
    for refused in (rollback, rows_lost_by_rollback):
        with pytest.raises(MigrationError, match="the record of 2 calls that sent posts, or may have, would be lost"):
            refused(queue.url, steps=steps)
    assert queue.states() == ["published"] * 2
    assert migrate(queue.url) == []


def test_a_rollback_of_simulations_counts_its_rows(queue: PublishingQueue):
    queue.due(queue.page(), 2)
    queue.publish()
    lost = rows_lost_by_rollback(queue.url, steps=_steps_to_before_the_queue())
    assert lost["publishing.post_targets"] == lost["publishing.publish_attempts"] == 2
    assert "content.posts_content" not in lost


@pytest.mark.parametrize(("ahead", "side"), [(timedelta(minutes=2), "ahead of"), (-timedelta(minutes=2), "behind")])
def test_a_publisher_whose_clock_differs_from_the_databases_sends_nothing(
    ahead: timedelta,
    side: str,
    queue: PublishingQueue,
    platform: FakePlatform,
    page: str,
    monkeypatch: pytest.MonkeyPatch,
):
    queue.due(page)
    queue.due(queue.page("simulated"))
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + ahead)
    report = queue.publish({"facebook_graph": platform, "dry_run": DryRun()})
    assert report.calls == 1
    assert platform.calls == []
    (problem,) = report.problems
    assert f"The clock of this machine is 120 s {side} the database's" in problem
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + ahead / 3)
    assert queue.publish_to(platform).problems == []
    assert len(platform.accepted) == 1


def test_a_person_may_still_decide_about_lost_calls(
    queue: PublishingQueue, platform: FakePlatform, page: str, backup: Callable[[], Restore]
):
    (target_id,) = queue.due(page)
    cancel(queue.url, target_id, "isla")
    restore = backup()
    with psycopg.connect(queue.url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("update publishing.post_targets set state = 'failed', error_message = 'why'")
    retry(queue.url, target_id, "isla")
    queue.publish_to(platform, now=datetime.now(UTC))
    assert len(platform.accepted) == 1
    restore()
    at_home(queue)
    assert queue.publish_to(platform, now=AFTER_SLOT).problems, "the cancelled target is never sent, and a person looks"
    assert len(platform.accepted) == 1
