"""Passwords: hashed, locked after wrong ones, and set again with a token that works once."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.tenancy.people import passwords, sign_in
from syndication_assets.tenancy.people.passwords import hash_password, is_password
from syndication_assets_tests.given_settings import give_setting

EMAIL, PASSWORD = "isla@bakery.example", "shortbread and tea"
MOST_FAILURES = 5
"""The default of people.failed_sign_ins."""


def test_a_hash_says_nothing_about_the_password_and_a_short_password_is_refused():
    first, second = hash_password(PASSWORD), hash_password(PASSWORD)
    assert first != second
    assert first.startswith("$argon2id$")
    assert is_password(first, PASSWORD)
    assert not is_password(first, PASSWORD + " ")
    assert not is_password(None, PASSWORD)
    assert not is_password("$argon2id$damaged", PASSWORD)
    for wrong in ("too short", "x" * (passwords.LONGEST + 1)):
        with pytest.raises(SyndicationError, match="12 to 1,024 characters"):
            hash_password(wrong)


@pytest.fixture
def person(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A person with a password; the URL of their database, which the environment names. Hashes are cheap here."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr(passwords, "_of_nobody", [])
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    with transaction(database_url) as connection:
        row = connection.execute("insert into tenancy.users (email) values (%s) returning user_id", [EMAIL]).fetchone()
        assert row is not None
        sign_in.set_password(connection, sign_in.begin_reset(connection, row[0]), PASSWORD)
    return database_url


def is_let_in(url: str, password: str = PASSWORD, email: str = EMAIL) -> bool:
    with transaction(url) as connection:
        return sign_in.sign_in(connection, email, password) is not None


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement)  # type: ignore[call-overload]
        return cursor.fetchall() if cursor.description else []


def test_only_the_right_password_of_an_active_user_signs_in(person: str):
    assert is_let_in(person, email=" Isla@Bakery.example ")
    assert not is_let_in(person, "a wrong password")
    assert not is_let_in(person, email="nobody@bakery.example")
    execute(person, "update tenancy.users set is_active = false")
    assert not is_let_in(person)


def test_wrong_passwords_in_a_row_lock_the_account_for_a_while(person: str):
    for _ in range(MOST_FAILURES - 1):
        assert not is_let_in(person, "a wrong password")
    assert is_let_in(person)  # the count begins again
    for _ in range(MOST_FAILURES):
        assert not is_let_in(person, "a wrong password")
    assert not is_let_in(person)
    execute(person, "update tenancy.passwords set locked_until = locked_until - interval '15 minutes'")
    assert is_let_in(person)


def test_guesses_at_the_same_time_count_one_by_one(person: str):
    with ThreadPoolExecutor(MOST_FAILURES) as pool:
        guesses = [pool.submit(is_let_in, person, f"a wrong password {n}") for n in range(MOST_FAILURES)]
        assert not any(guess.result() for guess in guesses)
    assert not is_let_in(person)


def test_a_password_is_set_with_a_token_that_works_once_and_unlocks(person: str):
    for _ in range(MOST_FAILURES):
        is_let_in(person, "a wrong password")
    runner = CliRunner()
    first, second = (runner.invoke(main, ["user", "reset-password", EMAIL]).output.splitlines()[-1] for _ in range(2))
    new_password = "another cup of tea"

    def set_password(token: str) -> str:
        return runner.invoke(main, ["user", "set-password"], input=f"{token}\n{new_password}\n").output

    assert "unknown, used or expired" in set_password(first)  # the second one ended it
    execute(person, "update tenancy.password_resets set expires_at = expires_at - interval '1 hour'")
    assert "unknown, used or expired" in set_password(second)
    execute(person, "update tenancy.password_resets set expires_at = expires_at + interval '1 hour'")
    assert "is set" in set_password(second)
    assert "unknown, used or expired" in set_password(second)
    assert is_let_in(person, new_password)
    assert not is_let_in(person)
    stored = execute(
        person,
        "select r::text from tenancy.password_resets r union all select a::text from tenancy.account_changes a"
        " union all select p::text from tenancy.passwords p",
    )
    assert not any(secret in str(stored) for secret in (first, second, PASSWORD, new_password))


def test_a_reader_reads_no_password(person: str):
    for table in ("passwords", "password_resets", "account_changes", "database_logins", "user_preferences"):
        with psycopg.connect(person) as connection:
            connection.execute("set role syndication_reader")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"select from tenancy.{table}")  # type: ignore[call-overload]


def test_how_many_wrong_passwords_lock_an_account_and_for_how_long_are_settings(person: str):
    give_setting(person, "people.failed_sign_ins", 2)
    give_setting(person, "people.lock_minutes", 60)
    assert not any(is_let_in(person, "a wrong password") for _ in range(2))
    assert not is_let_in(person)
    execute(person, "update tenancy.passwords set locked_until = locked_until - interval '59 minutes'")
    assert not is_let_in(person)
    execute(person, "update tenancy.passwords set locked_until = locked_until - interval '1 minute'")
    assert is_let_in(person)
