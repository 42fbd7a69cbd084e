"""The checks of the scraping room pass after a load, and each check detects its own damage."""

from collections.abc import Iterator

import pytest

from syndication_assets.landing.checks import CHECKS as LANDING_CHECKS
from syndication_assets.scraping.checks import CHECKS, FRESHNESS, NEW_KEYS
from syndication_assets.sql_assets.checks import find_offenders, read_only_transaction
from syndication_assets_tests.new_databases import new_database
from syndication_assets_tests.sample_database import (
    WINDOW,
    Damage,
    broken_checks,
    check_files,
    damaged,
    names_of,
)
from syndication_assets_tests.servers import Server

pytestmark = pytest.mark.both_servers

OPEN_QUARANTINE = "quarantine__has_no_open_items"
A_SNAPSHOT = "(select ctid from scraping.snapshots_2025_11 where observed_as = 'post' order by download_id limit 1)"

DAMAGES = [
    Damage(
        "download_runs__run_id_is_unique",
        "insert into scraping.download_runs (organization_id, run_id, kind, source, partition_from, partition_to,"
        " status, completed_at, script_name) select 'org-00000002', run_id, kind, source, partition_from,"
        " partition_to, status, completed_at, script_name from scraping.download_runs limit 1",
    ),
    Damage(
        "download_runs__none_is_left_running",
        "update scraping.download_runs set status = 'running', completed_at = null,"
        " started_at = now() - interval '25 hours' where run_id = (select min(run_id) from scraping.download_runs)",
    ),
    Damage(
        "download_runs__none_failed_last",
        "update scraping.download_runs set status = 'failed', error_message = 'the disk was full'"
        " where run_id = (select min(run_id) from scraping.download_runs)",
    ),
    Damage(
        "raw_payloads__place_is_unique",
        "update scraping.raw_payloads set position = 0 where position = 1 and source_file_path = "
        "(select source_file_path from scraping.raw_payloads where position in (0, 1)"
        " group by 1 having count(*) = 2 limit 1)",
    ),
    Damage(
        "raw_payloads__every_good_item_is_kept",
        "delete from scraping.raw_payloads where source_file_path = (select source_file_path"
        " from landing.files where source = 'linkedin_apify' and items > 3 order by observed_at limit 1)",
    ),
    Damage(
        "raw_payloads__every_good_item_is_kept",
        "update landing.files set items = items - 1 where source_file_path = (select source_file_path"
        " from landing.files where source = 'linkedin_apify' and items > 3 order by observed_at limit 1)",
    ),
    Damage(
        "quarantine__quarantine_id_is_unique",
        "insert into landing.quarantine (organization_id, quarantine_id, source, landed_on, source_file_path, reason,"
        " payload_bytes, replayed_at) select 'org-00000002', quarantine_id, source, landed_on, source_file_path,"
        " reason, payload_bytes, now() from landing.quarantine limit 1",
    ),
    Damage(
        OPEN_QUARANTINE,
        "update landing.quarantine set replayed_at = null"
        " where quarantine_id = (select min(quarantine_id) from landing.quarantine)",
    ),
    Damage(
        "profiles__profile_id_is_unique",
        "insert into scraping.profiles (organization_id, profile_id, platform, username)"
        " select 'org-00000002', profile_id, platform, username from scraping.profiles limit 1",
    ),
    Damage(
        "profiles__post_count_is_true",
        "update scraping.profiles set post_count = post_count + 1"
        " where profile_id = (select min(profile_id) from scraping.profiles)",
    ),
    Damage(
        "profile_snapshots__observed_when_its_file_was",
        "insert into scraping.profile_snapshots (organization_id, profile_id, observed_at, followers, run_id,"
        " landed_file_id) select organization_id, profile_id, f.observed_at + interval '1 minute', 7, f.run_id,"
        " f.landed_file_id from scraping.profiles join landing.files as f using (organization_id)"
        " where f.landed_on = '2025-11-04' order by profile_id, landed_file_id limit 1",
    ),
    Damage(
        "posts__post_id_is_unique",
        "insert into tenancy.organizations (organization_id, slug, name) values ('org-00000002', 'second', 'Second');"
        "insert into scraping.post_records (organization_id, post_id, platform, urn, urn_kind, content_observed_at,"
        " first_seen_at, last_seen_at) select 'org-00000002', post_id, platform, urn, urn_kind, content_observed_at,"
        " first_seen_at, last_seen_at from scraping.posts order by post_id limit 1;"
        "insert into scraping.post_aliases (organization_id, platform, alias_kind, alias, post_id, first_seen_at)"
        " select organization_id, platform, urn_kind, urn, post_id, first_seen_at from scraping.posts"
        " where organization_id = 'org-00000002'",
    ),
    Damage(
        "posts__posted_at_is_the_newest_told",
        "update scraping.post_records set posted_at = posted_at - interval '1 second' where post_id ="
        " (select min(post_id) from scraping.snapshots where posted_at is not null)",
    ),
    Damage(
        "posts__urn_is_among_its_aliases",
        "delete from scraping.post_aliases as a using scraping.posts as p where a.alias = p.urn"
        " and p.post_id = (select min(post_id) from scraping.posts)",
    ),
    Damage(
        "post_aliases__one_canonical_id_per_post",
        "insert into scraping.post_aliases (organization_id, platform, alias_kind, alias, post_id, first_seen_at)"
        " select organization_id, platform, alias_kind, alias || '0', post_id, first_seen_at"
        " from scraping.post_aliases where alias_kind = 'activity' limit 1",
    ),
    Damage(
        "post_media__media_id_is_unique",
        "alter table scraping.media_records drop constraint media_records_pkey cascade;"
        "insert into scraping.media_records (organization_id, media_id, post_id, media_key, media_type, media_url,"
        " position, first_seen_at, last_seen_at) select organization_id, media_id, post_id, media_key || '0',"
        " media_type, media_url, position, first_seen_at, last_seen_at from scraping.post_media limit 1",
        frozenset({"post_media__constraints_are_valid"}),
    ),
    Damage(
        "hashtags__hashtag_id_is_unique",
        "insert into scraping.hashtags (organization_id, hashtag_id, hashtag, first_seen_at)"
        " select 'org-00000002', hashtag_id, hashtag, first_seen_at from scraping.hashtags limit 1",
    ),
    Damage(
        "data_downloads__download_id_is_unique",
        "update scraping.snapshots set download_id = (select min(download_id) from scraping.data_downloads)"
        " where download_id = (select max(download_id) from scraping.data_downloads)",
    ),
    Damage(
        "data_downloads__observed_on_the_day_it_landed",
        "update scraping.snapshots set downloaded_at = downloaded_at + interval '1 day'"
        " where download_id ="
        " (select min(download_id) from scraping.data_downloads where downloaded_at < '2025-11-04')",
    ),
    Damage(
        "data_downloads__none_is_in_the_future",
        "select operations.ensure_month_partitions('scraping.snapshots', current_date, current_date + 1);"
        "update scraping.snapshots set downloaded_at = now() + interval '1 hour'"
        " where download_id = (select min(download_id) from scraping.data_downloads)",
    ),
    Damage(
        "data_downloads__reactions_add_up",
        "update scraping.snapshots set reactions = reactions + 1 where download_id ="
        " (select min(download_id) from scraping.data_downloads where stats ? 'reactions')",
    ),
]


@pytest.fixture(scope="module")
def sample_url(server: Server, sample_template: str) -> Iterator[str]:
    with new_database(server, sample_template) as url:
        yield url


def test_every_check_passes_on_what_a_load_leaves(sample_url: str):
    with read_only_transaction(sample_url) as connection:
        broken = broken_checks(connection, "landing", LANDING_CHECKS) | broken_checks(connection, "scraping", CHECKS)
        (quarantined,) = connection.execute("select count(*) from landing.quarantine").fetchall()[0]
    # The sample contains damaged files, which only the quarantine reports.
    assert {name: offenders.count for name, offenders in broken.items()} == {OPEN_QUARANTINE: quarantined}
    assert quarantined > 10
    assert broken[OPEN_QUARANTINE].columns[1:4] == ["source_file_path", "position", "reason"]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.check)
def test_each_check_and_no_other_detects_its_damage(sample_url: str, damage: Damage):
    replayed = "update landing.quarantine set replayed_at = now();"
    with damaged(sample_url, replayed + damage.statement) as connection:
        broken = broken_checks(connection, "landing", LANDING_CHECKS) | broken_checks(connection, "scraping", CHECKS)
    assert broken.keys() == {damage.check} | damage.also


def test_every_check_file_is_listed_and_has_a_damage():
    files = check_files("landing", "scraping")
    listed = names_of(LANDING_CHECKS, CHECKS)
    assert files == listed | names_of([FRESHNESS, NEW_KEYS])
    assert listed == {damage.check for damage in DAMAGES}


def test_a_file_without_a_time_is_not_from_the_future_before_noon_of_its_day(sample_url: str):
    early = (
        "select operations.ensure_month_partitions('scraping.snapshots', current_date, current_date + 1);"
        "update scraping.snapshots set observed_at_source = 'noon',"
        " downloaded_at = least(now() + interval '1 hour', current_date + interval '1 day' - interval '1 second')"
        " where download_id = (select min(download_id) from scraping.data_downloads)"
    )
    with damaged(sample_url, early) as connection:
        assert "data_downloads__none_is_in_the_future" not in broken_checks(connection, "scraping", CHECKS)


def test_a_failed_run_followed_by_a_successful_run_is_no_offender(sample_url: str):
    earlier_failure = (
        "insert into scraping.download_runs (organization_id, kind, source, partition_from, partition_to, status,"
        " started_at, completed_at, script_name) select organization_id, kind, source, partition_from, partition_to,"
        " 'failed', started_at - interval '1 hour', completed_at, script_name from scraping.download_runs"
    )
    with damaged(sample_url, earlier_failure) as connection:
        assert "download_runs__none_failed_last" not in broken_checks(connection, "scraping", CHECKS)


@pytest.mark.parametrize(("age_hours", "stale"), [(35, 0), (37, 2)])
def test_each_platform_is_fresh_until_the_lowest_threshold_is_reached(sample_url: str, age_hours: int, stale: int):
    aged = (
        "update landing.files set observed_at = observed_at + (now() - newest)"
        f" - interval '{age_hours} hours' from (select source as newest_source, max(observed_at) as newest"
        " from landing.files where items > 0 group by 1) as n where source = newest_source"
    )
    with damaged(sample_url, aged) as connection:
        offenders = find_offenders(connection, "scraping", FRESHNESS, WINDOW)
    assert offenders.count == stale
