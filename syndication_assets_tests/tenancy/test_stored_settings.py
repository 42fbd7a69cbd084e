"""Settings in the database: what a value may be, whose value holds, and what is never shown."""

import re

import psycopg
import pytest
from psycopg.types.json import Jsonb
from pydantic import SecretStr

from syndication_assets.database.connection import DatabaseError, transaction
from syndication_assets.database.secret_box import SecretBox, SecretError, new_key
from syndication_assets.database.stored_settings import (
    read_secret_setting,
    read_setting,
    rotate_secret_settings,
    store_secret_setting,
)
from syndication_assets.settings import PROJECT_DIRECTORY
from syndication_assets.tenancy.known_settings import known_settings
from syndication_assets_tests.given_settings import give_setting
from syndication_assets_tests.rows import DatabaseRows

pytestmark = pytest.mark.both_servers
SERVER = "smtp://mailer:canary-password@mail.example:587"


class Tables(DatabaseRows):
    role = "syndication_pipeline"

    def __init__(self, url: str) -> None:
        self.url = url
        self.organization_id = self.value("select organization_id from tenancy.organizations where slug = 'default'")


@pytest.fixture
def tables(database_url: str) -> Tables:
    return Tables(database_url)


def read(tables: Tables, setting: str, organization_id: str | None = None) -> object:
    with transaction(tables.url) as connection:
        return read_setting(connection, setting, organization_id)


def test_the_value_of_an_organization_outranks_that_of_the_installation_which_outranks_the_default(tables: Tables):
    name, other = "selecting.no_repeat_days", "org-00000000"
    assert read(tables, name, tables.organization_id) == 30
    give_setting(tables.url, name, 60)
    assert read(tables, name) == read(tables, name, tables.organization_id) == 60
    give_setting(tables.url, name, 7, "default")
    assert (read(tables, name, tables.organization_id), read(tables, name, other), read(tables, name)) == (7, 60, 60)
    give_setting(tables.url, name, None)
    assert (read(tables, name, tables.organization_id), read(tables, name)) == (7, 30)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("selecting.no_repeat_days", -1),
        ("selecting.no_repeat_days", 3651),
        ("selecting.no_repeat_days", 1.5),
        ("selecting.no_repeat_days", "30"),
        ("selecting.no_repeat_days", True),
        ("web.language", "fr"),
        ("web.language", 1),
        ("studio.language", "english"),
        ("studio.tone", ""),
        ("studio.tone", " warm"),
        ("studio.tone", "two\nlines"),
        ("studio.tone", "x" * 501),
        ("studio.tone", ["warm"]),
    ],
)
def test_the_database_refuses_a_value_of_another_type_or_beyond_the_limits(setting: str, value: object, tables: Tables):
    for statement, parameters in (
        ("update tenancy.settings set value = %s where setting = %s", [Jsonb(value), setting]),
        (
            "insert into tenancy.organization_settings (value, setting, organization_id) values (%s, %s, %s)",
            [Jsonb(value), setting, tables.organization_id],
        ),
    ):
        with pytest.raises(DatabaseError, match=r"settings_value_fits|cannot be"):
            tables.execute(statement, parameters)
    assert tables.value("select value from tenancy.settings where setting = %s", [setting]) is None


@pytest.mark.parametrize("setting", ["people.link_minutes", "people.session_hours", "mail.server", "no.such_setting"])
def test_an_organization_has_no_value_of_what_belongs_to_the_installation(setting: str, tables: Tables):
    with pytest.raises(DatabaseError, match=r"setting of the whole installation|violates foreign key|cannot be"):
        tables.execute(
            "insert into tenancy.organization_settings (organization_id, setting, value) values (%s, %s, '1')",
            [tables.organization_id, setting],
        )


def test_a_read_only_setting_and_what_a_setting_may_be_change_by_migrations_only(tables: Tables):
    with pytest.raises(DatabaseError, match="settings_read_only_stays"):
        tables.execute("update tenancy.settings set value = '20' where setting = 'people.link_minutes'")
    for column, value in (("is_read_only", "false"), ("maximum", "9"), ("default_value", "'1'")):
        with pytest.raises(DatabaseError, match="permission denied"):
            tables.execute(f"update tenancy.settings set {column} = {value} where setting = 'people.lock_minutes'")
    for statement in ("delete from tenancy.settings", "insert into tenancy.settings (setting) values ('a.b')"):
        with pytest.raises(DatabaseError, match="permission denied"):
            tables.execute(statement)
    tables.execute("update tenancy.settings set value = '20' where setting = 'people.lock_minutes'")


def test_a_secret_is_stored_encrypted_for_its_setting_alone_and_never_as_a_value(tables: Tables):
    keys = SecretStr(new_key())
    with transaction(tables.url) as connection:
        assert read_secret_setting(connection, keys, "mail.server") is None
        store_secret_setting(connection, SecretBox(keys), "mail.server", SecretStr(SERVER))
        opened = read_secret_setting(connection, keys, "mail.server")
    assert opened is not None
    assert opened.get_secret_value() == SERVER
    stored = str(tables.rows("select s::text from tenancy.settings as s"))
    assert "canary" not in stored
    with pytest.raises(SecretError, match=r"mail\.server cannot be opened"), transaction(tables.url) as connection:
        read_secret_setting(connection, SecretStr(new_key()), "mail.server")
    sql_of_another_row = (
        "update tenancy.settings as s set secret = o.secret from tenancy.settings as o"
        " where s.setting = 'mail.sender' and o.setting = 'mail.server'"
    )
    for statement in (
        "update tenancy.settings set value = '\"smtp://plain\"' where setting = 'mail.server'",
        sql_of_another_row,
        "update tenancy.settings set secret = 'smtp://plain' where setting = 'mail.server'",
    ):
        with pytest.raises(DatabaseError, match=r"settings_encrypted_is_a_secret|encrypted_secret"):
            tables.execute(statement)


def test_a_rotation_seals_a_secret_with_the_first_key(tables: Tables):
    old, new = new_key(), new_key()
    with transaction(tables.url) as connection:
        store_secret_setting(connection, SecretBox(SecretStr(old)), "mail.server", SecretStr(SERVER))
    both = SecretBox(SecretStr(f"{new},{old}"))
    for expected in ((1, 0), (0, 1)):
        with transaction(tables.url) as connection:
            assert rotate_secret_settings(connection, both) == expected
    with transaction(tables.url) as connection:
        assert read_secret_setting(connection, SecretStr(new), "mail.server") == SecretStr(SERVER)


def test_every_change_is_logged_with_its_actor_and_without_the_secret(tables: Tables):
    keys = SecretBox(SecretStr(new_key()))
    with transaction(tables.url) as connection:
        connection.execute("select set_config('app.actor', 'isla', true)")
        store_secret_setting(connection, keys, "mail.server", SecretStr(SERVER))
        connection.execute("update tenancy.settings set value = '9' where setting = 'people.session_hours'")
    give_setting(tables.url, "studio.tone", "dry", "default")
    changes = tables.rows(
        "select actor, row_key ->> 'setting', new_values ->> 'value', new_values ? 'secret', old_values ? 'secret'"
        " from channels.rule_changes where table_name = 'tenancy.settings' order by 2"
    )
    assert changes == [
        ("isla", "mail.server", None, False, False),
        ("isla", "people.session_hours", "9", False, False),
    ]
    assert tables.rows(
        "select action, new_values ->> 'value' from tenancy.audit_log"
        " where table_name = 'tenancy.organization_settings'"
    ) == [("insert", "dry")]


def test_a_reader_sees_values_and_no_secret(tables: Tables):
    with psycopg.connect(tables.url) as connection:
        connection.execute("set role syndication_reader")
        assert connection.execute("select tenancy.setting('people.session_hours')").fetchall() == [(12,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select secret from tenancy.settings")


def test_what_is_said_to_be_wrong_is_what_the_database_refuses(tables: Tables):
    """The limits in Python are those of the rows, so that a message can say what to write."""
    trials = [0, 1, 5, 30, 10**9 + 1, -1, "en", "fr", "english", "a@b.example", "a b", "", " x", "x" * 10]
    with transaction(tables.url) as connection:
        known = known_settings(connection)
        for each in known.values():
            for value in trials:
                ((fits,),) = connection.execute(
                    "select tenancy.is_setting_value(%s, s.data_type, s.minimum, s.maximum, s.choices, s.pattern)"
                    " from tenancy.settings as s where setting = %s",
                    [Jsonb(value), each.setting],
                ).fetchall()
                problem = each.problem_of(value)
                assert fits == (problem is None), (each.setting, value, problem)


def test_the_manual_names_every_setting(tables: Tables):
    manual = (PROJECT_DIRECTORY / "docs" / "configure.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \| .* \| (yes|no) \|$", manual, flags=re.MULTILINE)
    assert listed == tables.rows(
        "select setting, case when is_of_organizations then 'yes' else 'no' end from tenancy.settings order by setting"
    )
