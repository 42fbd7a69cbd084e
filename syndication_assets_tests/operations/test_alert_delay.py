"""A failure is told by the first look after it: only the interval of the sensor delays it."""

from collections.abc import Iterator

import dagster as dg
import pytest

from syndication_assets.automation.sensors.alert_watch import alert_sensor
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.settings import Settings
from syndication_assets_tests.operations.alert_desk import AlertDesk
from syndication_assets_tests.operations.mail_server import MailServer, mail_server


@dg.op
def fails() -> None:
    raise dg.Failure("The shop is away.")


@dg.job
def broken() -> None:
    fails()


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch, database_url: str) -> Iterator[MailServer]:
    with mail_server() as server:
        monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
        monkeypatch.setenv("SYNDICATION_SMTP_URL", server.url)
        monkeypatch.setenv("SYNDICATION_MAIL_FROM", "syndication@acme.example")
        yield server


def look(instance: dg.DagsterInstance) -> None:
    with dg.build_sensor_context(instance=instance, resources={"postgres": PostgresResource()}) as context:
        alert_sensor(context)


def test_one_look_after_a_failed_run_sends_the_mail(database_url: str, mails: MailServer):
    AlertDesk(database_url).route(tells_of_installation=True, kind="run_failed")
    with dg.DagsterInstance.ephemeral() as instance:
        look(instance)
        assert mails.mails == []
        broken.execute_in_process(instance=instance, raise_on_error=False)
        look(instance)
    assert len(mails.mails) == 1
    assert "The shop is away." in mails.mails[0]


def test_the_time_between_two_looks_is_a_setting():
    assert alert_sensor.minimum_interval_seconds == Settings.from_environment().alert_seconds
