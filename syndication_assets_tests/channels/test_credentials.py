"""Credentials in the database: always encrypted, opened for their own row only, and never shown to readers."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors
from pydantic import SecretStr

from syndication_assets.channels.accounts.credentials import (
    list_credentials,
    open_credential,
    rotate_credentials,
    store_credential,
    unopenable_credentials,
)
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.database.secret_box import SecretBox, SecretError, new_key
from syndication_assets.settings import Settings
from syndication_assets_tests.logins import login, url_as

pytestmark = pytest.mark.one_server

TOKEN = "EAAB-a-page-token"


@pytest.fixture
def connection(database_url: str, secret_keys: str) -> Iterator[Connection]:
    with transaction(database_url) as opened:
        yield opened


@pytest.fixture
def organization_id(connection: Connection) -> str:
    return str(connection.execute("select organization_id from tenancy.organizations").fetchall()[0][0])


def store(connection: Connection, organization_id: str, keys: str, name: str = "page", token: str = TOKEN) -> str:
    box = SecretBox(SecretStr(keys))
    return store_credential(connection, box, organization_id, name, SecretStr(token), platform=None, expires_at=None)


def opened(connection: Connection, organization_id: str, credential_id: str) -> str:
    secret = open_credential(connection, Settings.from_environment(), organization_id, credential_id)
    return secret.get_secret_value()


def sealed(connection: Connection) -> dict[str, str]:
    return dict(connection.execute("select credential_name, secret from channels.credentials").fetchall())


def test_a_publisher_opens_what_was_stored(connection: Connection, organization_id: str, secret_keys: str):
    credential_id = store(connection, organization_id, secret_keys)
    assert opened(connection, organization_id, credential_id) == TOKEN
    assert TOKEN not in sealed(connection)["page"]


def test_a_secret_of_the_same_name_replaces_the_first(connection: Connection, organization_id: str, secret_keys: str):
    first = store(connection, organization_id, secret_keys)
    connection.execute("update channels.credentials set refresh_attempts = 3, expires_at = now()")
    assert store(connection, organization_id, secret_keys, token="newer") == first
    assert opened(connection, organization_id, first) == "newer"
    row = connection.execute("select refresh_attempts, expires_at, count(*) over () from channels.credentials")
    assert row.fetchall() == [(0, None, 1)]


def test_the_error_names_a_missing_credential(connection: Connection, organization_id: str):
    with pytest.raises(SecretError, match="has no credential crd-ffffffff"):
        opened(connection, organization_id, "crd-ffffffff")


def test_a_ciphertext_copied_to_another_row_or_organization_does_not_open(
    connection: Connection, organization_id: str, secret_keys: str
):
    store(connection, organization_id, secret_keys)
    other = store(connection, organization_id, secret_keys, "other")
    connection.execute(
        "update channels.credentials set secret = (select secret from channels.credentials where credential_name"
        " = 'page') where credential_name = 'other'"
    )
    with pytest.raises(SecretError, match=r"'other' \(crd-.*\) cannot be opened.*belongs to another row"):
        opened(connection, organization_id, other)
    (stranger,) = connection.execute(
        "insert into tenancy.organizations (slug, name) values ('stranger', 'S') returning organization_id"
    ).fetchall()[0]
    connection.execute(
        "update channels.credentials set organization_id = %s where credential_name = 'page'", [stranger]
    )
    assert len(unopenable_credentials(connection, SecretBox(SecretStr(secret_keys)))) == 2


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        "",
        "v1",
        "v1:key:short:AAAAAAAAAAAAAAAAAAAAAA",
        f"v1:key-1:{'A' * 16}:{TOKEN}",
        f"v2:key-1:{'A' * 16}:{'A' * 22}",
        f"v1:key 1:{'A' * 16}:{'A' * 22}",
        f"v1:key-1:{'A' * 16}:{'A' * 22}\n",
        f"v1:key-1:{'A' * 16}:{'A' * 21}",
        f"v1:key-1:{'A' * 16}:{'A' * 21}=",
        f"{'A' * 40}",
    ],
)
def test_the_database_rejects_secrets_that_are_not_encrypted(connection: Connection, organization_id: str, secret: str):
    with pytest.raises(errors.CheckViolation):
        connection.execute(
            "insert into channels.credentials (organization_id, credential_name, secret) values (%s, 'plain', %s)",
            [organization_id, secret],
        )


@pytest.mark.parametrize("statement", ["select secret", "select *", "select length(secret)", "select c"])
def test_a_reader_sees_a_credential_but_not_its_secret(statement: str, database_url: str, secret_keys: str):
    with transaction(database_url) as connection:
        (organization_id,) = connection.execute("select organization_id from tenancy.organizations").fetchall()[0]
        store(connection, organization_id, secret_keys)
    with (
        login(database_url, member_of="syndication_reader") as name,
        psycopg.connect(url_as(name, database_url)) as reader,
    ):
        reader.execute("select set_config('app.organization_id', %s, false)", [organization_id])
        reader.commit()
        shown = reader.execute("select credential_name, key_id, expires_at from channels.credentials").fetchall()
        assert shown == [("page", secret_keys.partition(":")[0], None)]
        with pytest.raises(errors.InsufficientPrivilege):
            reader.execute(f"{statement} from channels.credentials c")


def audit(connection: Connection) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select action, row_key, old_values, new_values from tenancy.audit_log"
        " where table_name = 'channels.credentials' order by audit_id"
    ).fetchall()


def test_the_audit_log_records_changes_of_a_credential_without_its_ciphertext(
    connection: Connection, organization_id: str, secret_keys: str
):
    credential_id = store(connection, organization_id, secret_keys)
    connection.execute("update channels.credentials set secret = secret")
    store(connection, organization_id, secret_keys, token="newer")
    connection.execute("delete from channels.credentials")
    entries = audit(connection)
    assert sorted(action for action, *_ in entries) == ["delete", "insert", "update"]
    for _, row_key, old_values, new_values in entries:
        assert row_key == {"organization_id": organization_id, "credential_id": credential_id}
        for values in (old_values, new_values):
            assert values is None or (values["key_id"] == secret_keys.partition(":")[0] and "secret" not in values)


def test_a_new_secret_is_logged_even_if_no_other_column_changes(
    connection: Connection, organization_id: str, secret_keys: str
):
    store(connection, organization_id, secret_keys)
    connection.execute("update channels.credentials set secret = %s", [f"v1:key:{'A' * 16}:{'A' * 22}"])
    connection.execute("update channels.credentials set secret = %s", [f"v1:key:{'A' * 16}:{'B' * 22}"])
    assert len(audit(connection)) == 3


def test_rotation_reseals_everything_with_the_first_key_so_that_the_old_key_can_be_removed(
    connection: Connection, organization_id: str, secret_keys: str, monkeypatch: pytest.MonkeyPatch
):
    new = new_key()
    ids = {name: store(connection, organization_id, secret_keys, name, name) for name in ("page", "shop")}
    ids["new"] = store(connection, organization_id, new, "new", "new")
    before = sealed(connection)
    rotation = rotate_credentials(connection, SecretBox(SecretStr(f"{new},{secret_keys}")))
    assert (rotation.resealed, rotation.unchanged) == (2, 1)
    assert sealed(connection)["new"] == before["new"]
    assert {credential.key_id for credential in list_credentials(connection)} == {new.split(":")[0]}
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", new)
    assert {name: opened(connection, organization_id, credential_id) for name, credential_id in ids.items()} == {
        name: name for name in ids
    }


def test_rotation_is_all_or_nothing(database_url: str, secret_keys: str):
    lost, new = new_key(), new_key()
    with transaction(database_url) as connection:
        (organization_id,) = connection.execute("select organization_id from tenancy.organizations").fetchall()[0]
        store(connection, organization_id, secret_keys, "page")
        store(connection, organization_id, lost, "shop")
        before = sealed(connection)
    with pytest.raises(SecretError, match=r"'shop'.*does not contain"), transaction(database_url) as connection:
        rotate_credentials(connection, SecretBox(SecretStr(f"{new},{secret_keys}")))
    with transaction(database_url) as connection:
        assert sealed(connection) == before


@pytest.mark.parametrize(
    ("publisher", "platform", "has_credential"),
    [("facebook_graph", "facebook", False), ("facebook_graph", "linkedin", True)],
)
def test_the_database_rejects_an_account_that_cannot_be_published_to(
    reference_url: str, secret_keys: str, publisher: str, platform: str, has_credential: bool
):
    with transaction(reference_url) as connection:
        (organization_id,) = connection.execute("select organization_id from tenancy.organizations").fetchall()[0]
        credential_id = store(connection, organization_id, secret_keys) if has_credential else None
        with pytest.raises(errors.CheckViolation):
            connection.execute(
                "insert into channels.social_accounts (organization_id, platform, remote_account_id, display_name,"
                " publisher, credential_id) values (%s, %s, '1', 'Page', %s, %s)",
                [organization_id, platform, publisher, credential_id],
            )
