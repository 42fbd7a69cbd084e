"""Connection strings: what is malformed ends in one sentence that names the setting and never shows the password."""

import os

import pytest
import sqlalchemy
from click.testing import CliRunner, Result
from psycopg.conninfo import conninfo_to_dict

from syndication_assets.cli.main import main
from syndication_assets.database.connection import DatabaseError, connect
from syndication_assets.database.connection_url import InvalidUrlError, checked_url, sqlalchemy_url, without_secrets

CANARY = "canaryofapassword"
MALFORMED = [
    f"{CANARY}",
    f"mysql://somebody:{CANARY}@127.0.0.1/here",
    f"POSTGRESQL://somebody:{CANARY}@127.0.0.1/here",
    f"host=127.0.0.1 password={CANARY}",
    f"postgresql:somebody:{CANARY}@127.0.0.1/here",
    f"postgresql:/somebody:{CANARY}@127.0.0.1/here",
    # A password with a character that divides a URL: libpq would take its parts for a host, a port or a database.
    f"postgresql://somebody:{CANARY}@{CANARY}@127.0.0.1/here",
    f"postgresql://somebody:{CANARY}/{CANARY}@127.0.0.1/here",
    f"postgresql://somebody:12/{CANARY}@127.0.0.1/here",
    f"postgresql://somebody:{CANARY}?{CANARY}@127.0.0.1/here",
    f"postgresql://somebody:12?host={CANARY}@127.0.0.1/here",
    f"postgresql://somebody@name:{CANARY}@127.0.0.1/here",
    f"postgresql://somebody:{CANARY}",
    f"postgresql://somebody:{CANARY}/here",
    f"postgresql://127.0.0.1:{CANARY}/here",
    f"postgresql://somebody:{CANARY}@127.0.0.1:port/here",
    f"postgresql://somebody:{CANARY}@127.0.0.1:5432:5433/here",
    f"postgresql://somebody:{CANARY}@127.0.0.1:0/here",
    f"postgresql://somebody:{CANARY}@127.0.0.1:65536/here",
    f"postgresql://somebody:{CANARY}@127.0.0.1:99999999999999999999/here",
    f"postgresql://somebody:{CANARY}@127.0.0.1:-1/here",
    f"postgresql://somebody:{CANARY}@[::1/here",
    f"postgresql://somebody:{CANARY}@::1/here",
    f"postgresql://somebody:{CANARY}@[::1]x/here",
    f"postgresql://somebody:{CANARY}%zz@127.0.0.1/here",
    f"postgresql://somebody:{CANARY}%@127.0.0.1/here",
    f"postgresql://somebody:{CANARY}%00@127.0.0.1/here",
    f"postgresql://some%0abody:{CANARY}@127.0.0.1/here",
    f"postgresql://somebody:{CANARY}@127.0.0.1/he%1b[31mre",
    f"postgresql://somebody:{CANARY}@127.0.0.1/%ff",
    f"postgresql://somebody:{CANARY}@127.0.0.1/host%3D{CANARY}",
    f"postgresql://somebody:{CANARY}\n@127.0.0.1/here",
    f"postgresql://somebody:{CANARY}\x1b@127.0.0.1/here",
    f"postgresql://somebody:{CANARY} word@127.0.0.1/here",
    f"postgresql://somebody:{CANARY}\udcff@127.0.0.1/here",
    f"postgresql://somebody:{CANARY}@127.0.0.1/here?connect_timeout=soon",
    f"postgresql://somebody:{CANARY}@127.0.0.1/here?keepalives_idle=",
    f"postgresql://somebody:{CANARY}@127.0.0.1/here?no_such_option=1",
    f"postgresql://somebody:{CANARY}@127.0.0.1/here?{CANARY}",
    f"postgresql://somebody:{CANARY}@127.0.0.1/here?host={CANARY}:{CANARY}",
    f"postgresql://somebody:{CANARY}@a,b,/x:1/here",
    f"postgresql://somebody:{CANARY}@-u;{CANARY}/here",
    "postgresql://",
]
# They have the form of a URL, and fail when something connects: at the name of a host, an option or a service.
UNREACHABLE = [
    f"postgresql://somebody:{CANARY}@127.0.0.1:1/here",
    f"postgresql://somebody:{CANARY}@[::1]:1/here",
    f"postgresql://somebody:{CANARY}@127.0.0.1:1,127.0.0.1:2/here",
    f"postgresql://somebody:{CANARY}@127.0.0.1,127.0.0.2:1/here",
    f"postgresql://somebody:{CANARY}@127.0.0.1:1,2/here",
    f"postgresql://somebody:{CANARY}@{'a' * 64}.example:1/here",
    f"postgresql://somebody:{CANARY}@..:1/here",
    f"postgresql://somebody:{CANARY}@/here?host=/nowhere",
    f"postgresql://somebody:{CANARY}@/here?service={CANARY}x",
    f"postgresql:///here?host=127.0.0.1&port=1&password={CANARY}",
    f"postgresql://somebody:{CANARY}@127.0.0.1:1/here?sslmode=no",
    f"postgresql://somebody:{CANARY}@127.0.0.1:1/here?sslmode=verify-full&sslrootcert=/nowhere",
    f"postgresql://somebody:{CANARY}@127.0.0.1:1/here?target_session_attrs=any-of",
    f"postgresql://somebody:{CANARY}@127.0.0.1:1/here?hostaddr=here",
    f"postgresql+psycopg2://somebody:{CANARY}@127.0.0.1:1/here",
]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def assert_one_sentence(result: Result, variable: str):
    assert (result.exit_code, type(result.exception)) == (1, SystemExit), repr(result.exception)
    assert CANARY not in result.output.replace(f"{CANARY}x", "")
    assert result.output.startswith("Error: ")
    assert variable in result.output
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize("url", MALFORMED)
@pytest.mark.parametrize("command", ["status", "url", "psql", "migrate"])
def test_a_malformed_database_url_ends_in_one_sentence(
    command: str, url: str, monkeypatch: pytest.MonkeyPatch, tmp_path
):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    monkeypatch.setattr(os, "execve", lambda *_: pytest.fail("psql started"))
    result = run(command)
    assert_one_sentence(result, "SYNDICATION_DATABASE_URL")
    assert "SYNDICATION_DATABASE_URL is not the URL of a PostgreSQL database: set it to" in result.output


@pytest.mark.parametrize("url", UNREACHABLE)
def test_a_database_url_that_leads_nowhere_ends_in_one_sentence(
    url: str, monkeypatch: pytest.MonkeyPatch, only_resolves_addresses: None
):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", url)
    assert_one_sentence(run("status"), "SYNDICATION_DATABASE_URL")


@pytest.mark.parametrize("url", [*MALFORMED, *UNREACHABLE[:-1], f"postgresql+psycopg://somebody:{CANARY}@127.0.0.1/a"])
def test_dagsters_url_ends_in_one_sentence_too(
    url: str, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path, only_resolves_addresses: None
):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_DAGSTER_STORAGE_URL", url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    monkeypatch.setattr(os, "execv", lambda *_: pytest.fail("Dagster started"))
    assert_one_sentence(run("materialize", "--partitions", "2025-11-25"), "SYNDICATION_DAGSTER_STORAGE_URL")


@pytest.fixture
def only_resolves_addresses(monkeypatch: pytest.MonkeyPatch):
    """No test asks a name server."""
    monkeypatch.setenv("RES_OPTIONS", "attempts:1 timeout:1")
    monkeypatch.setenv("PGSERVICEFILE", "/nowhere")
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "3")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://here",
        "postgres://somebody@here.example.com:5432/name",
        "postgresql+psycopg://somebody:%40%2F%3A%3F@10.0.0.1/name",
        "postgresql://somebody:p#w[d&=;x@10.0.0.1/name",
        "postgresql://[2001:db8::7]:5433/name?sslmode=require&connect_timeout=5",
        "postgresql://a:1,b:2,/c/name?target_session_attrs=read-write".replace(",/c", ",c"),
        "postgresql://somebody@/name?host=/run/postgresql",
        "postgresql:///name?service=mine",
        "postgresql://somebody@%2Frun%2Fpostgresql/name",
        "postgresql://хост.example/имя",
    ],
)
def test_urls_that_libpq_accepts_are_accepted(url: str):
    assert conninfo_to_dict(checked_url(url))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://somebody:p%40s%2Fs%23w%5B%25@here:5433/name",
        "postgresql://somebody:p#w[d&=;+x@10.0.0.1/name",
        "postgresql://[2001:db8::7]:5433/name?sslmode=require",
        "postgresql://a:1,b:2/name?target_session_attrs=read-write",
        "postgresql://a,b/name",
        "postgresql:///name?host=/run/my%20postgresql&application_name=a%26b",
        "postgresql:///name?service=mine",
    ],
)
def test_dagsters_driver_gets_what_libpq_reads_from_the_url(url: str):
    _, options = sqlalchemy.create_engine(sqlalchemy_url(url, "dagster")).dialect.create_connect_args(
        sqlalchemy.make_url(sqlalchemy_url(url, "dagster"))
    )
    expected = conninfo_to_dict(url) | {"dbname": "dagster"}
    assert {name: str(value) for name, value in options.items()} == {
        name: str(value) for name, value in expected.items()
    }


def test_a_password_in_a_message_of_the_server_is_taken_out():
    url = f"postgresql://somebody:{CANARY}@127.0.0.1/here"
    assert without_secrets(f"no entry for {CANARY} here", url) == "no entry for … here"
    assert CANARY not in without_secrets(f"no entry for {CANARY}", f"{url}%zz")


def test_what_libpq_rejects_only_when_it_connects_is_a_sentence_too():
    """The negative control of the check: without it these URLs reach the driver."""
    with pytest.raises(InvalidUrlError), connect(f"postgresql://somebody:{CANARY}@127.0.0.1/here?connect_timeout=soon"):
        pass
    with pytest.raises(DatabaseError, match="Cannot connect"), connect("postgresql://127.0.0.1:1/here"):
        pass
