"""Secrets leave no trace: canaries pass through every command, run and failure, and are searched for everywhere."""

import base64
import logging
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner

from syndication_assets.channels import assets
from syndication_assets.channels.accounts.credentials import open_credential
from syndication_assets.channels.checks import channels_checks
from syndication_assets.cli.main import main
from syndication_assets.database.connection import transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.database.secret_box import new_key
from syndication_assets.settings import Settings
from syndication_assets_tests.canaries import everything_in, forms

pytestmark = pytest.mark.one_server

CANARY = "canary-QmVpbm4gQmhyZWFn-0123456789"


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    directory = tmp_path / "dagster"
    directory.mkdir()
    with dg.DagsterInstance.local_temp(str(directory)) as opened:
        yield opened


@dg.asset
def publisher_that_fails(context: dg.AssetExecutionContext, postgres: PostgresResource) -> None:
    """Opens the secret and makes the mistakes of a careless publisher: logs it, and fails with it in the message."""
    with transaction(postgres.url()) as connection:
        row = connection.execute("select organization_id, credential_id from channels.credentials").fetchall()[0]
        secret = open_credential(connection, Settings.from_environment(), *row)
    assert secret.get_secret_value() == CANARY
    context.log.info(f"publishing with {secret} {secret!r}")
    context.add_output_metadata({"secret": str(secret)})
    raise RuntimeError(f"the platform rejected {secret}")


def test_no_secret_or_key_is_found_anywhere(
    reference_url: str,
    secret_keys: str,
    instance: dg.DagsterInstance,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
):
    caplog.set_level(logging.DEBUG)
    outputs: list[str] = []

    def run(*arguments: str, stdin: str | None = None) -> None:
        result = CliRunner().invoke(main, list(arguments), input=stdin)
        outputs.extend([result.output, result.stderr, repr(result.exception)])

    new = new_key()
    run("credentials", "set", "page", "--platform", "facebook", stdin=CANARY)
    run("credentials", "set", "page", "--platform", "myspace", stdin=CANARY)
    run("credentials", "set", "Wrong Name", stdin=CANARY)
    run("credentials", "set", "other", "--expires-at", "yesterday", stdin=CANARY)
    run("account", "add", "--platform", "facebook", "--remote-id", "1", "--name", "P", "--credential", "page")
    for keys in (f"{new},{secret_keys}", secret_keys.replace(":", ";"), new_key()):
        monkeypatch.setenv("SYNDICATION_SECRET_KEYS", keys)
        for command in ("list", "check", "rotate", "check"):
            run("credentials", command)
        run("credentials", "set", "third", stdin=CANARY)
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", new)

    definitions = dg.Definitions(
        assets=[assets.reference, assets.credentials, assets.social_accounts, publisher_that_fails],
        asset_checks=[channels_checks],
        resources={"postgres": PostgresResource()},
    )
    job = definitions.resolve_implicit_global_asset_job_def()
    assert not job.execute_in_process(instance=instance, raise_on_error=False).success

    with transaction(reference_url) as connection:
        connection.execute("delete from channels.social_accounts")
        connection.execute("delete from channels.credentials where credential_name = 'page'")
    database = everything_in(reference_url)
    files = b"\n".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    output = capfd.readouterr()
    places = {
        "the output of the commands": "\n".join(outputs).encode(),
        "stdout and stderr": (output.out + output.err).encode(),
        "the log": caplog.text.encode(),
        "the database": database,
        "Dagster's event log": files,
    }
    for place, content in places.items():
        for secret in (CANARY, secret_keys.split(":")[1], new.split(":")[1]):
            for form in forms(secret):
                assert form not in content, f"{place} holds {form!r}"
    # Each place was really searched: what may be there is found.
    assert b"Stored page" in places["the output of the commands"]
    assert b"publishing with **********" in places["stdout and stderr"]
    assert b"channels.credentials" in database
    assert b"the platform rejected **********" in files


def test_the_search_finds_a_secret_in_the_database(database_url: str, tmp_path: Path):
    with transaction(database_url) as connection:
        connection.execute("update tenancy.organizations set description = %s", [f"x{CANARY}"])
    database = everything_in(database_url)
    assert all(form in database for form in forms(CANARY)[:3])
    for shift in range(3):
        assert any(form in base64.b64encode(b"y" * (shift + 3) + CANARY.encode()) for form in forms(CANARY)[4:])
