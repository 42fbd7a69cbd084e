"""The commands of providers of accounts: they are added, checked, and accounts are bound to members."""

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets_tests.rows import DatabaseRows
from syndication_assets_tests.web.provider_server import ProviderServer

pytestmark = pytest.mark.one_server


class Tables(DatabaseRows):
    def __init__(self, url: str) -> None:
        self.url = url
        self.organization_id = str(self.value("select organization_id from tenancy.organizations limit 1"))


@pytest.fixture
def provider() -> Iterator[ProviderServer]:
    with ProviderServer() as server:
        yield server


@pytest.fixture
def tables(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Tables:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    return Tables(database_url)


def _run(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(main, ["sign-in-provider", *arguments])
    assert result.exit_code == status, result.output
    return result.output


def test_a_provider_is_added_and_checked_and_removed(tables: Tables, provider: ProviderServer):
    assert "has no provider" in _run("check", "--organization", "default", status=1)
    added = ("--label", "Bakery ID", "--issuer", provider.issuer, "--client-id", "desk")
    _run("add", "--organization", "default", *added)
    shown = _run("check", "--organization", "default")
    assert "Bakery ID answers, with 1 keys." in shown
    assert "/sign-in/with/default/back" in shown
    provider.described = {"issuer": "https://elsewhere.example"}
    assert "calls itself" in _run("check", "--organization", "default", status=1)
    _run("edit", "--organization", "default", "--issuer", "http://elsewhere.example", status=1)
    _run("remove", "--organization", "default", "--yes")
    assert tables.rows("select * from tenancy.sign_in_providers") == []
    changes = tables.rows("select action from tenancy.audit_log where table_name = 'tenancy.sign_in_providers'")
    assert len(changes) == 2


def test_an_account_is_bound_to_one_member(tables: Tables, provider: ProviderServer):
    added = ("--label", "Bakery ID", "--issuer", provider.issuer, "--client-id", "desk")
    _run("add", "--organization", "default", *added)
    for email in ("edi@bakery.example", "ida@bakery.example", "uma@bakery.example"):
        tables.execute("insert into tenancy.users (email) values (%s)", [email])
    tables.execute(
        "insert into tenancy.organization_members (organization_id, user_id, role)"
        " select %s, user_id, 'owner' from tenancy.users where email <> 'uma@bakery.example'",
        [tables.organization_id],
    )
    tables.execute(
        "insert into tenancy.database_logins (user_id, login) select user_id, session_user from tenancy.users"
        " where email = 'edi@bakery.example'"
    )
    where = ("--organization", "default")
    _run("bind", "edi@bakery.example", "account-1", *where)
    assert "another member's" in _run("bind", "ida@bakery.example", "account-1", *where, status=1)
    assert "is no member" in _run("bind", "uma@bakery.example", "account-2", *where, status=1)
    _run("bind", "edi@bakery.example", "account-2", *where)
    (bound,) = json.loads(_run("accounts", "--json"))
    assert (bound["user"], bound["subject"]) == ("edi@bakery.example", "account-2")
    _run("unbind", "edi@bakery.example", *where)
    assert "has no account" in _run("unbind", "edi@bakery.example", *where, status=1)
