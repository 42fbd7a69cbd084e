"""The checks of the channels room: they pass on the reference with an account, and each fails on its own damage."""

from collections.abc import Iterator

import dagster as dg
import pytest
from pydantic import SecretStr

from syndication_assets.channels import assets
from syndication_assets.channels.accounts.credentials import store_credential
from syndication_assets.channels.checks import CHECKS, channels_checks
from syndication_assets.channels.reference import load_reference
from syndication_assets.channels.reference_files import read_reference
from syndication_assets.database.connection import transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.database.secret_box import SecretBox, new_key
from syndication_assets.sql_assets.checks import SqlCheck, find_offenders, read_only_transaction
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.sample_database import WINDOW, Damage, broken_checks, check_files, damaged, names_of
from syndication_assets_tests.servers import Server

EXPIRY = SqlCheck("credentials", "none_expires_soon")
_LENGTH = "requirement_key = 'text_length' and platform = 'bluesky'"


DAMAGES = [
    Damage(
        "platform_channels__every_channel_in_use_limits_its_text",
        f"delete from channels.channel_requirements where {_LENGTH}",
    ),
    *(
        Damage(
            "platform_channels__every_channel_in_use_limits_its_text",
            f"update channels.channel_requirements set {change} where {_LENGTH}",
        )
        for change in ("is_active = false", "severity = 'soft'", "maximum = null", "requirement_category = 'media'")
    ),
    Damage(
        "platform_channels__every_channel_in_use_limits_its_text",
        "update channels.platform_channels set status = 'beta' where status = 'not_implemented'",
    ),
    Damage(
        "social_accounts__platform_is_active",
        "update channels.platforms set status = 'deprecated' where platform = 'facebook'",
    ),
    *(
        Damage(
            "social_accounts__every_account_is_connected",
            "insert into channels.account_health (organization_id, account_id, health, message, checked_at)"
            f" select organization_id, account_id, '{health}', 'So it is', now() from channels.social_accounts",
        )
        for health in ("expired", "revoked", "error")
    ),
]


@pytest.fixture(scope="module")
def channels_url(server: Server, template_database: str) -> Iterator[str]:
    """The reference, with a credential and the account that uses it."""
    with new_database(server, template_database) as url:
        with transaction(url) as connection:
            load_reference(connection, read_reference())
            (organization_id,) = connection.execute("select organization_id from tenancy.organizations").fetchall()[0]
            credential_id = store_credential(
                connection,
                SecretBox(SecretStr(new_key())),
                organization_id,
                "page",
                SecretStr("token"),
                platform="facebook",
                expires_at=None,
            )
            connection.execute(
                "insert into channels.social_accounts (organization_id, platform, remote_account_id, display_name,"
                " publisher, credential_id) values (%s, 'facebook', '1', 'Page', 'facebook_graph', %s)",
                [organization_id, credential_id],
            )
        yield url


def test_every_check_passes_on_the_reference(channels_url: str):
    with read_only_transaction(channels_url) as connection:
        assert broken_checks(connection, "channels", CHECKS) == {}


@pytest.mark.both_servers
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.check)
def test_each_damage_fails_its_own_check_only(channels_url: str, damage: Damage):
    with damaged(channels_url, "") as connection:
        connection.execute("reset role")
        for statement in damage.statement.split(";"):
            changed = connection.execute(statement)  # type: ignore[arg-type]
        assert changed.rowcount != 0, "the damage found nothing to damage"
        connection.execute("set local role syndication_pipeline")
        assert broken_checks(connection, "channels", CHECKS).keys() == {damage.check} | damage.also


@pytest.mark.parametrize(
    ("expires_in", "threshold", "is_reported"),
    [
        ("-1 day", -14, True),
        ("13 days", -14, True),
        ("15 days", -14, False),
        ("15 days", -16, True),
        ("-1 day", None, False),
    ],
)
def test_a_credential_is_reported_from_the_lowest_threshold_of_its_condition_on(
    channels_url: str, expires_in: str, threshold: int | None, is_reported: bool
):
    thresholds = "delete from operations.condition_levels where kind = 'credential_expires'"
    if threshold is not None:
        thresholds += f"; insert into operations.condition_levels values ('credential_expires', 'warning', {threshold})"
    with damaged(
        channels_url,
        f"{thresholds}; update channels.credentials set expires_at = now() + interval '{expires_in}'",
    ) as connection:
        offenders = find_offenders(connection, "channels", EXPIRY, WINDOW)
    assert bool(offenders.count) is is_reported
    assert "secret" not in offenders.columns


def test_a_credential_without_expiry_is_not_reported(channels_url: str):
    with read_only_transaction(channels_url) as connection:
        assert find_offenders(connection, "channels", EXPIRY, WINDOW).count == 0


def test_every_check_file_is_registered_and_has_a_damage():
    files = check_files("channels")
    listed = names_of(CHECKS)
    assert files == listed
    assert listed == {damage.check for damage in DAMAGES} | {"credentials__none_expires_soon"}


def test_a_run_of_the_group_loads_the_reference_and_checks_it(database_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    definitions = dg.Definitions(
        assets=[assets.reference, assets.credentials, assets.social_accounts],
        asset_checks=[channels_checks],
        jobs=[
            dg.define_asset_job(
                "channels",
                selection=dg.AssetSelection.groups("channels") | dg.AssetSelection.checks(channels_checks),
            )
        ],
        resources={"postgres": PostgresResource()},
    )
    result = definitions.resolve_job_def("channels").execute_in_process()
    evaluations = result.get_asset_check_evaluations()
    assert len(evaluations) == len(CHECKS)
    assert all(evaluation.passed for evaluation in evaluations)
