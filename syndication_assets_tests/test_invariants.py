"""The invariant checker can fail: every kind of damage to an intact database is detected."""

from collections.abc import Iterator

import psycopg
import pytest

from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.facts import differences, facts
from syndication_assets_tests.invariants import broken_invariants
from syndication_assets_tests.sample_landing import land_samples
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, TUESDAY, WEDNESDAY, Desk, activity_id, post
from syndication_assets_tests.servers import Server


@pytest.fixture(scope="module")
def loaded(server: Server, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    zone = LandingZone(str(tmp_path_factory.mktemp("landing")))
    land_samples(zone, first_day=MONDAY, days=3, profiles=2, channels=1)
    with new_database(server, template_database) as url, run_session(url, "test") as session:
        desk = Desk(url, zone, session)
        desk.load(MONDAY, TUESDAY, WEDNESDAY)
        yield desk


def test_intact_samples_break_no_invariant_and_show_no_differences(loaded: Desk):
    assert broken_invariants(loaded.url, loaded.root) == []
    before = facts(loaded.url)
    assert sum(before["data_downloads"].values()) > 100
    assert differences(before, facts(loaded.url)) == []


SOME_SNAPSHOT = "download_id = (select download_id from scraping.data_downloads where {} limit 1)"
DAMAGE = {
    "a lost snapshot": f"delete from scraping.snapshots where {SOME_SNAPSHOT.format('true')}",
    "a doubled snapshot": "insert into scraping.snapshots (organization_id, post_id, downloaded_at, reactions,"
    " run_id, observed_at_source, landed_file_id) select organization_id, post_id,"
    " downloaded_at + interval '1 second', reactions, run_id, observed_at_source, landed_file_id"
    " from scraping.snapshots limit 1",
    "a changed counter": "update scraping.snapshots set reactions = reactions + 1"
    f" where {SOME_SNAPSHOT.format('reactions > 0')}",
    "a NULL that became 0": "update scraping.snapshots set comments = 0"
    f" where {SOME_SNAPSHOT.format('comments is null')}",
    "a zero that became NULL": "update scraping.snapshots set comments = null"
    f" where {SOME_SNAPSHOT.format('comments = 0')}",
    "a lost payload": "delete from scraping.raw_payloads where payload_hash = (select payload_hash"
    " from scraping.raw_payloads limit 1)",
    "a forgotten quarantine": "delete from landing.quarantine where position is not null and replayed_at is null",
    "a forgotten file": "delete from landing.files where source_file_path = (select min(source_file_path)"
    " from landing.files)",
    "a miscounted profile": "update scraping.profiles set post_count = post_count + 1 where username = (select"
    " min(username) from scraping.profiles)",
    "a post under a weaker id": "update scraping.posts p set urn = a.alias from scraping.post_aliases a"
    " where a.post_id = p.post_id and a.alias_kind = 'ugcPost' and p.urn_kind = 'activity'",
    "a text that counters alone erased": "update scraping.post_records r set text_content = null, content_observed_at ="
    " p.last_seen_at from scraping.posts p where p.post_id = r.post_id and r.urn_kind = 'video' and r.text_content is"
    " not null",
    "an author that an item without one erased": "update scraping.posts set author_username = null where urn_kind ="
    " 'video' and author_username is not null",
    "a split post": "update scraping.post_aliases set post_id = (select max(post_id) from scraping.posts where"
    " urn_kind = 'video') where alias_kind = 'ugcPost'",
}


@pytest.mark.parametrize(
    "statement",
    # Each reads all tables twice: the quick tests take every second.
    [
        pytest.param(statement, id=name, marks=[] if number % 2 == 0 else pytest.mark.slow)
        for number, (name, statement) in enumerate(DAMAGE.items())
    ],
)
def test_damage_is_detected(loaded: Desk, statement: str):
    before = facts(loaded.url)
    with psycopg.connect(loaded.url) as connection:
        connection.execute("set local session_replication_role = replica")  # disables constraints
        assert connection.execute(statement).rowcount > 0
        assert broken_invariants(connection, loaded.root) != []
        assert differences(before, facts(connection)) != []
        connection.rollback()


def test_rows_lost_by_a_load_that_commits_its_ledger_first_and_is_killed_are_detected(loaded: Desk):
    """The classic bug: according to the ledger, the file was loaded."""
    day = MONDAY.replace(day=20)
    path = loaded.land(day, 9, post(activity_id(1)))
    before = facts(loaded.url)
    with psycopg.connect(loaded.url) as ledger:
        ledger.execute(
            "insert into landing.files (organization_id, source_file_path, source, landed_on, content_hash,"
            " size_bytes, items, run_id) select organization_id, %s, source, %s, '', 1, 1, run_id"
            " from landing.files limit 1",
            [path, day],
        )
    # The process is killed here: the ledger is committed, the data is missing, and the next load would skip the file.
    problems = broken_invariants(loaded.url, loaded.root)
    assert any(path in problem and "raw_payloads" in problem for problem in problems)
    assert any("lead to 0 posts" in problem for problem in problems)
    # Our load does not trust the ledger: it reads the day, and all invariants hold.
    loaded.load(day)
    assert broken_invariants(loaded.url, loaded.root) == []
    assert differences(before, facts(loaded.url)) != []
