"""Loading the landed files of a day: the ledger, the runs, and what stops a load."""

import threading

import pytest

from syndication_assets import fault_points
from syndication_assets.database.connection import DatabaseError, transaction
from syndication_assets.landing.zone.landing_zone import LandedFilesMissingError
from syndication_assets.scraping.fetching.download_runs import RunCounters, run_session
from syndication_assets.scraping.loading import post_load as load_module
from syndication_assets_tests.facts import differences, facts
from syndication_assets_tests.invariants import broken_invariants
from syndication_assets_tests.sample_landing import land_samples
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, TUESDAY, Desk, activity_id, post

pytestmark = pytest.mark.both_servers

ONE = activity_id(1)
RUNS = "select status::text, error_message from scraping.download_runs order by started_at"


def test_a_second_load_of_a_day_changes_nothing(desk: Desk):
    land_samples(desk.zone, first_day=MONDAY, days=1, profiles=3, channels=1)
    (first,) = desk.load(MONDAY)
    before = facts(desk.url)
    versions = "select max(xmin::text::bigint) from scraping.{}"
    tables = ("post_records", "profiles", "snapshots", "media_records", "post_hashtags", "raw_payloads")
    written = [desk.value(versions.format(table)) for table in tables]
    (second,) = desk.load(MONDAY)
    assert first.total("posts_new") > 0
    assert second.total("posts_new") == second.total("posts_updated") == 0
    assert second.total("snapshots_new") == second.total("snapshots_updated") == second.total("snapshots_removed") == 0
    assert differences(before, facts(desk.url)) == []
    assert [desk.value(versions.format(table)) for table in tables] == written
    assert broken_invariants(desk.url, desk.root) == []


def test_a_day_without_files_opens_no_run(desk: Desk):
    (load,) = desk.load(MONDAY)
    assert load.runs == {}
    assert desk.rows(RUNS) == []


def test_the_counters_of_a_run_match_its_work(desk: Desk):
    desk.land(MONDAY, 9, post(ONE), post(activity_id(2), is_sponsored=True), post(activity_id(3), full_urn=5))
    desk.land(MONDAY, 18, post(ONE, text="edited"))
    desk.load(MONDAY)
    counters = (
        "select kind::text, source, platform, status::text, files_read, items_read, items_quarantined, posts_fetched,"
        " posts_new, posts_updated, snapshots_new, snapshots_updated, snapshots_removed, unknown_keys, error_message,"
        " completed_at >= started_at, system_info ? 'hostname' from scraping.download_runs order by started_at"
    )
    began = ("load", "linkedin_apify", "linkedin", "completed")
    assert desk.rows(counters) == [(*began, 2, 4, 1, 2, 2, 0, 3, 0, 0, {"$.is_sponsored": 1}, None, True, True)]
    desk.land(MONDAY, 20, post(ONE, text="edited again"))
    desk.load(MONDAY)
    assert desk.rows(counters)[1] == (*began, 3, 5, 1, 2, 0, 1, 1, 0, 0, {"$.is_sponsored": 1}, None, True, True)


def test_a_snapshot_that_its_file_no_longer_contains_is_removed_and_counted(desk: Desk):
    path = desk.land(MONDAY, 9, post(ONE), post(activity_id(2)))
    desk.load(MONDAY)
    desk.replace(path, b"[" + (desk.root / path).read_bytes()[1:].split(b', {"urn"')[0] + b"]")
    (again,) = desk.load(MONDAY)
    assert (again.total("snapshots_removed"), again.total("snapshots_new")) == (1, 0)
    assert desk.value("select count(*) from scraping.data_downloads") == 1


def test_the_number_of_unknown_keys_of_a_run_is_limited(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(load_module, "_MAXIMUM_UNKNOWN_KEYS", 3)
    desk.land(MONDAY, 9, *(post(activity_id(number), **{f"key{number}": 1, "often": 1}) for number in range(9)))
    (load,) = desk.load(MONDAY)
    assert len(load.unknown_keys) == 3
    assert load.unknown_keys["$.often"] == 9


def test_a_failed_load_changes_nothing_and_its_run_keeps_the_error(desk: Desk):
    desk.land(MONDAY, 9, post(ONE))
    desk.load(MONDAY)
    before = facts(desk.url)
    desk.land(MONDAY, 18, post(ONE, text="edited"))
    desk.execute("alter table scraping.post_records add constraint nobody_edits check (text_content <> 'edited')")
    try:
        with pytest.raises(DatabaseError, match="nobody_edits") as caught:
            desk.load(MONDAY)
    finally:
        desk.execute("alter table scraping.post_records drop constraint nobody_edits")
    assert differences(before, facts(desk.url)) == []
    status, message = desk.rows(RUNS)[1]
    assert status == "failed"
    assert message == str(caught.value)
    desk.load(MONDAY)
    assert broken_invariants(desk.url, desk.root) == []


def test_an_interrupted_load_is_cancelled(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    desk.land(MONDAY, 9, post(ONE))
    monkeypatch.setattr(fault_points, "reach", interrupt)
    with pytest.raises(KeyboardInterrupt):
        desk.load(MONDAY)
    assert desk.rows(RUNS) == [("cancelled", "KeyboardInterrupt")]
    assert desk.value("select count(*) from scraping.posts") == 0


def test_a_dead_run_is_closed_by_the_next_run_and_a_live_run_is_not(desk: Desk):
    organization_id = desk.value("select organization_id from tenancy.organizations where slug = 'default'")
    about = {"kind": "load", "organization_id": organization_id, "source": "linkedin_apify", "platform": "linkedin"}
    days = {"first_day": MONDAY, "last_day": MONDAY}
    with run_session(desk.url, "dies") as dying:
        dead = dying.open(**about, **days)
    with run_session(desk.url, "lives") as living:
        alive = living.open(**about, **days)
        other_kind = living.open(**(about | {"kind": "fetch"}), **days)
        statuses = dict(desk.rows("select run_id, status::text from scraping.download_runs"))
        assert statuses == {dead.run_id: "failed", alive.run_id: "running", other_kind.run_id: "running"}
        desk.land(MONDAY, 9, post(ONE))
        desk.load(MONDAY)
        assert (
            desk.value("select status::text from scraping.download_runs where run_id = %s", [alive.run_id]) == "running"
        )
        living.close(alive, "completed", RunCounters(files_read=3))
        living.close(other_kind, "cancelled", RunCounters())
    ended = "select status::text, files_read, error_message from scraping.download_runs where run_id = %s"
    assert desk.rows(ended, [alive.run_id]) == [("completed", 3, None)]
    ((_, _, message),) = desk.rows(ended, [dead.run_id])
    assert alive.run_id in message


def test_a_missing_loaded_file_stops_the_load_of_its_day(desk: Desk):
    path = desk.land(MONDAY, 9, post(ONE))
    desk.land(MONDAY, 18, post(ONE))
    desk.load(MONDAY)
    before = facts(desk.url)
    content = (desk.root / path).read_bytes()
    (desk.root / path).unlink()
    with pytest.raises(LandedFilesMissingError, match=path):
        desk.load(MONDAY)
    assert differences(before, facts(desk.url)) == []
    assert desk.rows(RUNS)[1][0] == "failed"
    (desk.root / path).write_bytes(content)
    desk.load(MONDAY)
    assert differences(before, facts(desk.url)) == []


def test_a_day_whose_folder_is_missing_keeps_its_rows(desk: Desk):
    path = desk.land(MONDAY, 9, post(ONE))
    desk.load(MONDAY)
    before = facts(desk.url)
    (desk.root / path).unlink()
    (desk.root / path).parent.rmdir()
    with pytest.raises(LandedFilesMissingError):
        desk.load(MONDAY)
    assert differences(before, facts(desk.url)) == []


def test_a_file_without_loaded_items_may_be_removed(desk: Desk):
    """A load saw the temporary name of an upload before it was renamed, which must not block the day."""
    desk.land(MONDAY, 9, post(ONE))
    upload = desk.put(MONDAY, "dataset_bert.json.uploading", b"[")
    desk.load(MONDAY)
    (desk.root / upload).rename(desk.root / upload.removesuffix(".uploading"))
    (load,) = desk.load(MONDAY)
    assert load.total("files_read") == 2


def test_a_load_that_waits_for_another_reads_files_that_land_meanwhile(desk: Desk):
    desk.land(MONDAY, 9, post(ONE, text="#morning"))
    desk.load(MONDAY)
    errors = []

    def load() -> None:
        try:
            with run_session(desk.url, "waiting") as session:
                Desk(desk.url, desk.zone, session).load(MONDAY)
        except Exception as error:
            errors.append(error)

    with transaction(desk.url, lock="scraping load"):
        waiting = threading.Thread(target=load)
        waiting.start()
        while desk.value("select count(*) from pg_locks where locktype = 'advisory' and not granted") == 0:
            pass
        desk.land(MONDAY, 18, post(ONE, text="#evening"))
    waiting.join()
    assert errors == []
    assert desk.value("select text_content from scraping.posts") == "#evening"
    assert broken_invariants(desk.url, desk.root) == []


def test_a_quarantined_item_that_loads_now_is_marked_as_replayed(desk: Desk):
    desk.land(MONDAY, 9, post(ONE, reactions=5), post(activity_id(2), full_urn=7))
    desk.load(MONDAY)
    assert desk.value("select count(*) from landing.quarantine where replayed_at is null") == 1
    path = desk.value("select source_file_path from landing.files")
    content = (desk.root / path).read_bytes().replace(b'"full_urn": 7', b'"full_urn": null')
    desk.replace(path, content)
    desk.load(MONDAY)
    assert desk.rows("select replayed_at is not null from landing.quarantine") == [(True,)]
    assert desk.rows("select items, items_quarantined from landing.files") == [(2, 0)]
    assert broken_invariants(desk.url, desk.root) == []


def test_loads_of_different_days_do_not_affect_each_other(desk: Desk):
    desk.land(MONDAY, 9, post(ONE))
    desk.land(TUESDAY, 9, post(activity_id(2)))
    desk.load(MONDAY)
    before = facts(desk.url)
    desk.load(TUESDAY)
    assert not any("only first" in line and "profiles" not in line for line in differences(before, facts(desk.url)))
