"""An erased person is found nowhere, does not come back, and nobody else's numbers change."""

import json
from datetime import date

import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets.database.migrating.migrations import migrate
from syndication_assets.errors import SyndicationError
from syndication_assets.person_erasure.erasing import plan_erasure
from syndication_assets.person_erasure.person_export import export_person
from syndication_assets_tests.person_erasure.neighbours import KEY, LENA, NAME, TEXT, Neighbours, by_lena, by_otto
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, TUESDAY

WEDNESDAY = date(2025, 11, 5)
_NUMBERS = (
    "select p.post_id, d.downloaded_at::text, d.reactions, d.comments, d.shares, d.stats::text, e.activity_date::text,"
    " e.reactions, e.reactions_delta, e.engagement_delta from scraping.post_records p"
    " left join scraping.data_downloads d using (organization_id, post_id)"
    " left join engagement.post_engagement_daily e on e.post_id = p.post_id"
    " and e.activity_date = (d.downloaded_at at time zone 'utc')::date order by 1, 2"
)
_TOTALS = (
    "select platform, activity_date, posts_observed, engagement_delta, reactions_delta"
    " from engagement.platform_engagement_daily order by 1, 2"
)
_FACTS = (
    "select p.urn, p.author_username, p.text_content, p.post_type, d.downloaded_at::text, d.reactions, r.payload::text"
    " from scraping.posts p join scraping.snapshots d using (organization_id, post_id)"
    " left join scraping.raw_payloads r on r.landed_on = (d.downloaded_at at time zone 'utc')::date"
    " and r.payload_hash >= int8send(d.payload_key) and substring(r.payload_hash for 8) = int8send(d.payload_key)"
    " order by 1, 5"
)


@pytest.mark.both_servers
def test_an_erased_person_is_found_nowhere_and_the_numbers_of_others_stay(neighbours: Neighbours):
    ((organization_id,),) = neighbours.execute("select organization_id from tenancy.organizations")
    # Its row went with the person's posts: what a camera wrote into a picture names people, too.
    neighbours.places.media.claim(neighbours.url)
    _, picture = neighbours.places.media.store(organization_id, b"\xff\xd8\xff" + NAME.encode(), "image/jpeg")
    # The search finds the person in rows, samples and files: what stayed would be found, too.
    found = neighbours.places_with(LENA, NAME, TEXT)
    assert {"scraping.profiles", "scraping.post_records", "landing.files", "landing.quarantine"} <= found
    assert {"scraping.raw_payloads_2025_11", "ai.llm_calls", "pg_statistic"} <= found
    assert any(".withdrawn" in place for place in found)
    assert any(place.startswith("tenancy.audit_log") for place in found)
    numbers = neighbours.numbers_of_otto()
    assert len(numbers) == 10

    erasure_id = neighbours.erase()

    assert not neighbours.places.media.exists(picture)
    assert neighbours.places_with(LENA, NAME, TEXT) == set()
    assert neighbours.numbers_of_otto() == numbers
    assert neighbours.broken_totals() == []
    # What is not the person's stays byte for byte, what is damaged included.
    assert len(neighbours.execute("select 1 from landing.quarantine where replayed_at is null")) == 2
    assert (
        neighbours.execute("select distinct author_username from scraping.posts where author_username <> 'otto'") == []
    )
    [(counts, completed)] = neighbours.execute(
        "select row_counts, completed_at is not null from tenancy.person_erasures"
    )
    assert completed
    assert counts["scraping.post_records"] == 7
    assert counts["scraping.snapshots"] == 10
    redactions = neighbours.execute("select source_file_path, new_hash is null from landing.redactions order by 1")
    assert len(redactions) == 5
    assert {path for path, is_gone in redactions if is_gone} == {
        f"default/.withdrawn/linkedin_apify/{MONDAY}/dataset_{erasure_id}_{MONDAY}_08-00-00-000.json"
    }


def test_neither_a_load_nor_a_rebuild_nor_a_new_file_brings_the_person_back(
    neighbours: Neighbours, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
):
    neighbours.erase()
    facts = neighbours.execute(_FACTS)
    with neighbours.desk() as desk:
        desk.load(MONDAY, TUESDAY)
        assert neighbours.execute(_FACTS) == facts
        desk.land(WEDNESDAY, 6, by_lena(11), by_otto(1), username=LENA, is_fetched=True)
        desk.land(WEDNESDAY, 7, by_lena(12), by_otto(4, "I quote", quoted=by_lena(11)), username="otto")
        # Without an author only its ids tell whose it is.
        desk.land(WEDNESDAY, 8, by_lena(13) | {"author": None}, by_otto(6), username="someone")
        desk.load(WEDNESDAY)
    assert {place for place in neighbours.places_with(LENA, NAME, TEXT) if "/" not in place} == set()
    new = neighbours.execute(
        "select p.author_username, p.reposted_post_id from scraping.snapshots s join scraping.posts p"
        " using (organization_id, post_id) where s.downloaded_at >= '2025-11-05'"
    )
    assert new == [("otto", None), ("otto", None)]
    # Erased again, the new files are without the person, too.
    neighbours.erase()
    assert neighbours.places_with(LENA, NAME, TEXT) == set()
    # A database that only has the landed files ends in the same facts.
    migrate(empty_database_url)
    rebuilt = Neighbours(empty_database_url, neighbours.root)
    with rebuilt.desk() as desk:
        desk.load(MONDAY, TUESDAY)
    assert rebuilt.execute(_FACTS) == facts
    # Negative control: without the list, a new file does bring the person back.
    neighbours.execute("delete from tenancy.person_erasures")
    with neighbours.desk() as desk:
        desk.land(WEDNESDAY, 9, by_lena(11), username=LENA, is_fetched=True)
        desk.load(WEDNESDAY)
    assert "scraping.profiles" in neighbours.places_with(LENA)
    monkeypatch.delenv("SYNDICATION_ERASURE_KEY")


def test_a_load_without_the_key_of_the_list_is_refused(neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch):
    neighbours.erase()
    for key, message in ((None, "SYNDICATION_ERASURE_KEY is not set"), ("x" * 40, "is another key")):
        if key is None:
            monkeypatch.delenv("SYNDICATION_ERASURE_KEY")
        else:
            monkeypatch.setenv("SYNDICATION_ERASURE_KEY", key)
        with neighbours.desk() as desk, pytest.raises(SyndicationError, match=message):
            desk.load(MONDAY)


def test_a_killed_erasure_is_completed_and_archived_months_are_written_again(neighbours: Neighbours):
    """It is killed at each point in turn, and continues each time."""
    numbers = neighbours.numbers_of_otto()
    assert len(neighbours.archive().removed) == 6
    assert len({place for place in neighbours.places_with(LENA, NAME, TEXT) if place.endswith(".parquet")}) == 1
    for point in ("file_written", "before_purge", "purged"):
        neighbours.erase_and_be_killed(f"person_erasure.{point}")
    assert neighbours.execute("select completed_at from tenancy.person_erasures") == [(None,)]
    neighbours.erase()
    assert neighbours.execute("select completed_at is not null from tenancy.person_erasures") == [(True,)]
    assert neighbours.execute("select distinct state::text from operations.archives") == [("archived",)]
    assert neighbours.execute("select 1 from scraping.snapshots") == []
    assert neighbours.places_with(LENA, NAME, TEXT) == set()
    neighbours.restore()
    assert neighbours.places_with(LENA, NAME, TEXT) == set()
    assert neighbours.numbers_of_otto() == numbers
    neighbours.roll_up()
    assert neighbours.broken_totals() == []


def test_an_anonymised_person_leaves_the_numbers(neighbours: Neighbours):
    numbers, totals = neighbours.execute(_NUMBERS), neighbours.execute(_TOTALS)
    posts = {urn for (urn,) in neighbours.execute("select urn from scraping.posts where author_username = %s", [LENA])}
    erasure_id = neighbours.erase("anonymise")
    assert neighbours.places_with(LENA, NAME, TEXT) == set()
    assert neighbours.execute(_NUMBERS) == numbers
    assert neighbours.execute(_TOTALS) == totals
    assert neighbours.broken_totals() == []
    anonymous = neighbours.execute(
        "select urn, text_content, url from scraping.posts where author_username = %s", [erasure_id]
    )
    assert len(anonymous) == len(posts) == 5
    assert posts.isdisjoint(urn for urn, _, _ in anonymous)
    assert {(text, url) for _, text, url in anonymous} == {(None, None)}
    # A load changes nothing, and what lands later is loaded without the name.
    with neighbours.desk() as desk:
        desk.load(MONDAY, TUESDAY)
        assert neighbours.execute(_NUMBERS) == numbers
        desk.land(WEDNESDAY, 7, by_lena(11, reactions=99), by_otto(4, quoted=by_lena(12)), username="otto")
        desk.load(WEDNESDAY)
    assert {place for place in neighbours.places_with(LENA, NAME, TEXT) if "/" not in place} == set()
    known = neighbours.execute(
        "select p.author_username, s.reactions from scraping.snapshots s join scraping.posts p"
        " using (organization_id, post_id) where s.downloaded_at >= '2025-11-05' order by 2"
    )
    assert (erasure_id, 99) in known
    assert len(known) == 3
    with pytest.raises(SyndicationError, match="was anonymised"):
        neighbours.erase()


def test_an_erasure_is_refused_under_a_hold_for_an_own_account_and_for_nobody(neighbours: Neighbours):
    neighbours.execute(
        "insert into operations.legal_holds (organization_id, reason, held_by)"
        " select organization_id, 'case 12', 'test' from tenancy.organizations"
    )
    before = neighbours.places_with(LENA)
    with pytest.raises(SyndicationError, match="legal hold"):
        neighbours.erase()
    neighbours.execute("update operations.legal_holds set released_by = 'test', released_at = now()")
    neighbours.execute("insert into channels.platforms (platform, display_name) values ('linkedin', 'LinkedIn')")
    neighbours.execute(
        "insert into channels.social_accounts (organization_id, platform, remote_account_id, display_name)"
        " select organization_id, 'linkedin', %s, 'Lena' from tenancy.organizations",
        [LENA],
    )
    with pytest.raises(SyndicationError, match="on which the organization publishes"):
        neighbours.erase()
    assert neighbours.places_with(LENA) - {"channels.social_accounts"} >= before - {"pg_statistic"}


def test_what_would_change_is_shown_and_nothing_changes(neighbours: Neighbours):
    before = neighbours.places_with(LENA, NAME)
    plan = plan_erasure(neighbours.places, "default", "linkedin", "Lena-Beispiel")
    assert plan.rows["scraping.post_records"] == 6
    assert plan.rows["scraping.snapshots"] == 10
    assert sorted(file.effect for file in plan.files) == ["changes"] * 4 + ["removes"]
    exported = export_person(neighbours.places, "default", "linkedin", LENA)
    assert exported["profile"]["username"] == LENA
    assert len(exported["posts"]) == 5
    assert len(exported["snapshots"]) == 10
    assert exported["payloads"]
    assert [file["path"] for file in exported["landed_files"]] == [file.path for file in plan.files]
    assert neighbours.places_with(LENA, NAME) == before
    assert neighbours.execute("select 1 from tenancy.person_erasures") == []


def test_the_commands_show_erase_and_keep_the_profile_from_being_tracked_again(
    neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", neighbours.url)
    monkeypatch.setenv("SYNDICATION_LANDING_URL", neighbours.zone.url)
    monkeypatch.setenv("SYNDICATION_ARCHIVE_URL", neighbours.places.archive.url)

    def run(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, ["profile", *arguments])
        assert result.exit_code == code, result.output
        return result.output

    assert json.loads(run("export-person", "linkedin", LENA))["profile"]["username"] == LENA
    shown = run("erase-person", "linkedin", LENA, "--dry-run")
    assert "10 rows of scraping.snapshots" in shown
    assert "Nothing was changed." in shown
    assert "Nothing is stored" in run("erase-person", "linkedin", "nobody", "--dry-run", code=1)
    monkeypatch.delenv("SYNDICATION_ERASURE_KEY")
    assert "SYNDICATION_ERASURE_KEY is not set" in run("erase-person", "linkedin", LENA, "--yes", code=1)
    monkeypatch.setenv("SYNDICATION_ERASURE_KEY", KEY)
    assert "Done: ers-" in run("erase-person", "linkedin", LENA, "--yes")
    assert "is the name of a person who was erased" in run("add", "linkedin", LENA, code=1)
    assert "was erased" not in run("add", "linkedin", "somebody-else", code=1)
