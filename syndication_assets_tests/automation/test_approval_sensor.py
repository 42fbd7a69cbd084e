"""The approval sensor: requests the queue of a day once for the same approved texts, and nothing else."""

from datetime import date, timedelta

import dagster as dg
import pytest

from syndication_assets.automation.sensors.approval_sensor import approval_sensor
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.definitions import defs
from syndication_assets_tests.publishing.publishing_queue import PublishingQueue
from syndication_assets_tests.today import today

pytestmark = pytest.mark.one_server


@pytest.fixture
def desk(database_url: str, monkeypatch: pytest.MonkeyPatch) -> PublishingQueue:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    desk = PublishingQueue(database_url)
    desk.schedule(desk.page())
    return desk


def requested(instance: dg.DagsterInstance | None = None) -> list[dg.RunRequest]:
    with dg.build_sensor_context(
        instance=instance or dg.DagsterInstance.ephemeral(),
        definitions=defs,
        resources={"postgres": PostgresResource()},
        sensor_name="approval_sensor",
    ) as context:
        return list(approval_sensor.evaluate_tick(context).run_requests or ())


def days(requests: list[dg.RunRequest]) -> list[date]:
    return [date.fromisoformat(request.partition_key or "") for request in requests]


def test_the_day_of_an_approved_text_is_requested(desk: PublishingQueue):
    desk.text(desk.post(today()))
    assert requested() == [], "the text is not approved"
    desk.approved(today())
    assert days(requested()) == [today()]


def test_the_run_key_changes_only_when_another_text_is_approved(desk: PublishingQueue):
    desk.approved(today())
    first, again = requested(), requested()
    assert [request.run_key for request in first] == [request.run_key for request in again]
    desk.approved(today())
    assert [request.run_key for request in requested()] != [request.run_key for request in first]


def test_what_has_its_place_in_the_queue_is_not_requested(desk: PublishingQueue):
    desk.approved(today())
    desk.plan(today(), today() + timedelta(days=1))
    assert requested() == []


def test_future_days_and_days_more_than_30_days_ago_are_left_alone(desk: PublishingQueue):
    desk.approved(today() + timedelta(days=1))
    desk.approved(today() - timedelta(days=31))
    assert requested() == []


def test_a_channel_without_a_schedule_is_left_alone(desk: PublishingQueue):
    desk.execute("update publishing.publishing_schedules set is_active = false")
    desk.approved(today())
    assert requested() == []


def queue_run(instance: dg.DagsterInstance, status: dg.DagsterRunStatus, day: date) -> None:
    run = dg.DagsterRun(job_name="queue", status=status, tags={"dagster/partition": day.isoformat()})
    instance.add_run(run)


def test_after_a_failed_run_the_same_texts_are_requested_again_after_a_delay(
    desk: PublishingQueue, monkeypatch: pytest.MonkeyPatch
):
    desk.approved(today())
    with dg.instance_for_test() as instance:
        (first,) = requested(instance)
        queue_run(instance, dg.DagsterRunStatus.SUCCESS, today())
        queue_run(instance, dg.DagsterRunStatus.FAILURE, today() - timedelta(days=1))
        assert [request.run_key for request in requested(instance)] == [first.run_key]
        queue_run(instance, dg.DagsterRunStatus.FAILURE, today())
        assert requested(instance) == [], "not at once"
        monkeypatch.setattr("syndication_assets.automation.sensors.approval_sensor._RETRY_DELAY", timedelta(days=-1))
        (again,) = requested(instance)
    assert again.partition_key == first.partition_key
    assert again.run_key != first.run_key


def test_a_page_that_comes_later_is_requested(desk: PublishingQueue):
    desk.approved(today())
    desk.plan(today(), today() + timedelta(days=1))
    desk.schedule(desk.page("second"))
    assert days(requested()) == [today()]
