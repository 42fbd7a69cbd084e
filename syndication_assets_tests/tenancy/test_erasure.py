"""An organization is erased whole: its rows in every table and its audit log, and nothing of anybody else."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg import errors, sql

from syndication_assets.cli.main import main
from syndication_assets.database.connection import DatabaseError
from syndication_assets.database.sessions.locks import waiting_at_most
from syndication_assets.errors import SyndicationError
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets.tenancy.erasure import erase_organization, rows_to_erase
from syndication_assets_tests.new_databases import filled_template, new_database
from syndication_assets_tests.servers import Server
from syndication_assets_tests.tenancy.conftest import fill_two_organizations_of_people


@pytest.fixture(scope="module")
def template_of_people(server: Server, template_database: str) -> Iterator[str]:
    """The name of a database with two organizations, `first` and `second`, each with a row in every table."""
    with filled_template(server, template_database, fill_two_organizations_of_people) as name:
        yield name


@pytest.fixture
def filled(server: Server, template_of_people: str) -> Iterator[str]:
    with new_database(server, template_of_people) as url:
        yield url


def rows(url: str, *, without: str = "") -> dict[str, list[str]]:
    """Every row of every table as text, by table; without the rows that contain the text `without`."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "select c.oid::regclass::text, n.nspname, c.relname from pg_class c"
            " join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and n.nspname !~ '^pg_'"
            " and n.nspname <> 'information_schema' order by 1"
        ).fetchall()
        found = {}
        for name, schema, table in tables:
            statement = sql.SQL("select t::text from {} t order by 1").format(sql.Identifier(schema, table))
            found[name] = [row for (row,) in connection.execute(statement) if not without or without not in row]
    return found


def holding(url: str, text: str) -> set[str]:
    """The tables, partitions included, with a row that contains the text."""
    return {table for table, found in rows(url).items() if any(text in row for row in found)}


def id_of(url: str, slug: str) -> str:
    with psycopg.connect(url) as connection:
        statement = "select organization_id from tenancy.organizations where slug = %s"
        return str(connection.execute(statement, [slug]).fetchall()[0][0])


@pytest.mark.both_servers
def test_an_organization_goes_with_all_its_rows_and_everything_else_stays_as_it_is(filled: str):
    first = id_of(filled, "first")
    expected = rows_to_erase(filled, "first")
    kept = rows(filled, without=first)
    assert sum(map(len, kept.values())) > 100
    # The search finds rows in every table: one that stays would be found, too.
    with psycopg.connect(filled) as connection:
        partitioned = dict(
            connection.execute("select inhrelid::regclass::text, inhparent::regclass::text from pg_inherits").fetchall()
        )
    assert {partitioned.get(table, table) for table in holding(filled, first)} == expected.keys()

    erased = erase_organization(filled, "first")

    assert holding(filled, first) == set()
    record = rows(filled)["tenancy.erased_organizations"]
    assert rows(filled) == kept | {"tenancy.erased_organizations": record}
    # The log has grown by the deletions before it went.
    entries = erased.pop("tenancy.audit_log")
    assert entries > expected.pop("tenancy.audit_log")
    assert erased == expected


def test_the_slug_of_an_erased_organization_can_be_used_again(filled: str):
    erase_organization(filled, "first")
    with psycopg.connect(filled) as connection:
        connection.execute("insert into tenancy.organizations (slug, name) values ('first', 'First again')")
    assert rows_to_erase(filled, "first").keys() == {"tenancy.organizations", "tenancy.audit_log"}
    erase_organization(filled, "first")


def test_who_erased_an_organization_is_recorded_without_its_content(filled: str):
    first = id_of(filled, "first")
    with psycopg.connect(filled) as connection:
        name = connection.info.dbname
        connection.execute(sql.SQL("alter database {} set app.actor = 'ada'").format(sql.Identifier(name)))
    erased = erase_organization(filled, "first")
    with psycopg.connect(filled, autocommit=True) as connection:
        [(slug, actor, is_new, counts)] = connection.execute(
            "select slug, erased_by, erased_at > now() - interval '1 minute', row_counts"
            " from tenancy.erased_organizations"
        ).fetchall()
        assert (slug, actor, is_new, counts) == ("first", "ada", True, erased)
        assert first not in str(counts)
        for change in ("update {} set erased_by = 'nobody'", "delete from {}", "truncate {}"):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(change.format("tenancy.erased_organizations"))


def test_an_organization_is_not_erased_while_a_run_of_it_lives_and_is_after_the_run_has_died(filled: str):
    before = rows(filled)
    with run_session(filled, "test") as session:
        run = session.open(
            kind="load",
            organization_id=id_of(filled, "first"),
            source="linkedin_apify",
            platform="linkedin",
            first_day=date(2025, 11, 3),
            last_day=date(2025, 11, 3),
        )
        for attempt in (rows_to_erase, erase_organization):
            with pytest.raises(SyndicationError, match=f"in use by the load {run.run_id} of linkedin_apify: stop it"):
                attempt(filled, "first")
        assert rows_to_erase(filled, "second")
    assert len(rows(filled)["scraping.download_runs"]) == len(before["scraping.download_runs"]) + 1
    erase_organization(filled, "first")


def test_an_organization_is_not_erased_while_a_post_of_it_is_being_sent(filled: str):
    with psycopg.connect(filled) as connection:
        connection.execute("set local session_replication_role = replica")
        connection.execute(
            "update publishing.post_targets set state = 'publishing', leased_by = 'a', scheduled_at = now(),"
            " leased_until = now() + interval '1 minute' where organization_id = %s",
            [id_of(filled, "first")],
        )
    with pytest.raises(SyndicationError, match="in use by the sending of tgt-"):
        erase_organization(filled, "first")
    assert erase_organization(filled, "second")


def test_an_organization_is_not_erased_while_something_adds_rows_to_it(filled: str):
    first = id_of(filled, "first")
    with psycopg.connect(filled) as writer:
        writer.execute("set local role syndication_pipeline")
        writer.execute(
            "insert into scraping.hashtags (organization_id, hashtag, first_seen_at) values (%s, 'new', now())", [first]
        )
        with waiting_at_most(1), pytest.raises(DatabaseError, match=f"process {writer.info.backend_pid} "):
            erase_organization(filled, "first")
    assert "scraping.hashtags" in holding(filled, first)
    assert erase_organization(filled, "first")["scraping.hashtags"] == 2


def test_a_failure_erases_nothing(filled: str):
    before = rows(filled)
    with psycopg.connect(filled) as connection:
        connection.execute(
            "create table public.notes (organization_id text references tenancy.organizations (organization_id),"
            " note text)"
        )
        connection.execute("insert into public.notes values (%s, 'x')", [id_of(filled, "first")])
    with pytest.raises(DatabaseError, match="permission denied for table notes"):
        erase_organization(filled, "first")
    assert {table: found for table, found in rows(filled).items() if table in before} == before


@pytest.mark.parametrize("role", ["syndication_pipeline", "none"])
def test_the_audit_log_of_an_existing_organization_cannot_be_erased(role: str, filled: str):
    first = id_of(filled, "first")
    with psycopg.connect(filled, autocommit=True) as connection:
        connection.execute(f"set role {role}")
        with pytest.raises(errors.ObjectInUse, match="only the audit log of an erased one is erased"):
            connection.execute("select tenancy.finish_erasure(%s, 'first', '{}')", [first])
        connection.execute("select set_config('app.erased_organization_id', %s, false)", [first])
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("delete from tenancy.audit_log where organization_id = %s", [first])
    assert any(table.startswith("tenancy.audit_log") for table in holding(filled, first))


@pytest.mark.parametrize("role", ["syndication_reader", "nobody"])
def test_readers_cannot_finish_an_erasure(role: str, filled: str):
    with psycopg.connect(filled) as connection:
        if role == "nobody":
            connection.execute("create role nobody_erases nologin; set local role nobody_erases")
        else:
            connection.execute(f"set local role {role}")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("select tenancy.finish_erasure('org-00000000', 'x', '{}')")
        connection.rollback()


def test_an_unknown_slug_names_the_existing_ones(filled: str):
    with pytest.raises(SyndicationError, match="There is no organization 'nobody'; there are default, first, second"):
        erase_organization(filled, "nobody")


def _erase(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, *arguments: str, answer: str = "") -> Result:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    with psycopg.connect(url) as connection:
        (owner,) = connection.execute(
            "select user_id from tenancy.organization_members where organization_id = %s", [id_of(url, arguments[0])]
        ).fetchall()[0]
    monkeypatch.setenv("SYNDICATION_ACTOR", owner)
    return CliRunner().invoke(main, ["organization", "erase", *arguments], input=answer)


def test_the_command_shows_the_rows_and_asks_for_the_slug(filled: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any):
    folder = tmp_path / "landing" / "first" / "linkedin_apify" / "2025-11-03"
    folder.mkdir(parents=True)
    (folder / "posts.json").write_text("[]")
    result = _erase(filled, monkeypatch, tmp_path, "first", answer="second\n")
    assert result.exit_code == 1
    assert "1 rows of scraping.snapshots will be erased" in result.output
    assert f"1 landed files stay in {tmp_path}/landing/first" in result.output
    assert "This is not the slug: nothing was erased." in result.output
    assert "scraping.hashtags" in holding(filled, id_of(filled, "first"))

    result = _erase(filled, monkeypatch, tmp_path, "first", answer="first\n")
    assert result.exit_code == 0, result.output
    assert "Erased first: " in result.output
    assert (folder / "posts.json").exists()


def test_the_command_does_not_ask_with_yes(filled: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any):
    result = _erase(filled, monkeypatch, tmp_path, "second", "--yes")
    assert result.exit_code == 0, result.output
    assert "Erased second: " in result.output


_SAMPLED = (
    "select s.starelid::regclass::text from pg_statistic s where s.stavalues1::text ~ 'sampled-name'"
    " or s.stavalues2::text ~ 'sampled-name' order by 1"
)


@pytest.mark.both_servers
def test_the_planner_keeps_no_sample_of_what_an_erasure_has_removed(new_database_url: str):
    with psycopg.connect(new_database_url, autocommit=True) as connection:
        connection.execute("insert into tenancy.organizations (slug, name) values ('first', 'First')")
        connection.execute(
            "insert into scraping.profiles (organization_id, platform, username, name) select organization_id,"
            " 'linkedin', 'sampled-name-' || n, 'Sampled' from tenancy.organizations, generate_series(1, 300) as n"
            " where slug = 'first'"
        )
        connection.execute(
            "select operations.ensure_month_partitions('operations.api_usage', '2026-11-02', '2026-11-02')"
        )
        month = connection.execute(
            "insert into operations.api_usage (organization_id, provider, operation, used_at)"
            " select organization_id, 'sampled-name', 'get', '2026-11-02' from tenancy.organizations,"
            " generate_series(1, 300) where slug = 'first' returning tableoid::regclass::text"
        ).fetchall()[0][0]
        connection.execute(
            "insert into tenancy.tiers (tier, description) select 't' || n, 'A tier.' from generate_series(1, 300) as n"
        )
        connection.execute("analyze")
        before = connection.execute(_SAMPLED).fetchall()
        assert {("scraping.profiles",), ("operations.api_usage",), (month,)} <= set(before)
        erase_organization(new_database_url, "first")
        after = {name for (name,) in connection.execute(_SAMPLED)}
        if connection.info.server_version >= 180000:
            assert after == set()
        else:  # the limit that the manual states
            assert "scraping.profiles" in after
        kept = "select count(*) from pg_statistic where starelid = 'tenancy.tiers'::regclass"
        assert connection.execute(kept).fetchall()[0][0] > 0, "a table with rows keeps its samples"


@pytest.mark.both_servers
def test_a_table_that_row_level_security_shows_empty_keeps_its_samples(new_database_url: str):
    with psycopg.connect(new_database_url, autocommit=True) as connection:
        connection.execute(
            "insert into scraping.profiles (organization_id, platform, username) select organization_id,"
            " 'linkedin', 'sampled-name-' || n from tenancy.organizations, generate_series(1, 300) as n"
        )
        connection.execute("set role syndication_pipeline")
        connection.execute("select tenancy.sample_again('scraping', 'profiles')")
        connection.execute("reset role")
        assert ("scraping.profiles",) in connection.execute(_SAMPLED).fetchall()
