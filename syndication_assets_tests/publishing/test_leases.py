"""Leases: what a crash leaves behind, and rejecting a text during a lease."""

import threading
import time

import pytest
from pydantic import SecretStr

from syndication_assets.content.review.text_decisions import ReviewError, reject
from syndication_assets.database.connection import Connection, transaction
from syndication_assets_tests.publishing.fake_platform import (
    CrashError,
    FakePlatform,
    Response,
    accept_and_crash,
    crash_before_sending,
)
from syndication_assets_tests.publishing.publishing_queue import TOKEN, PublishingQueue


@pytest.mark.parametrize(("response", "accepted"), [(accept_and_crash, 1), (crash_before_sending, 0)])
def test_a_target_whose_call_crashed_is_never_resent_automatically(
    response: Response, accepted: int, queue: PublishingQueue, platform: FakePlatform, page: str
):
    crashed, _ = queue.due(page, 2)
    platform.responses.append(response)
    with pytest.raises(CrashError):
        queue.publish_to(platform, publish_concurrency=1)
    assert queue.target(crashed)["state"] == "publishing"
    queue.publish_to(platform)  # before the lease expires
    assert queue.target(crashed)["state"] == "publishing"
    queue.expire_leases()
    report = queue.publish_to(platform)
    assert report.recovered == {"needs_reconcile": 1}
    target = queue.target(crashed)
    assert target["state"] == "needs_reconcile"
    assert "ended without recording the outcome" in target["error_message"]
    assert [a["outcome"] for a in queue.attempts(crashed)] == ["unknown"]
    queue.publish_to(platform)
    assert len(platform.accepted) == accepted + 1
    assert len(platform.calls) == 2


def test_an_expired_lease_without_an_attempt_is_scheduled_again(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)
    queue.execute(
        "update publishing.post_targets set state = 'publishing', leased_by = 'dead', leased_until = '2020-01-01Z',"
        " attempts = 1"
    )
    assert queue.publish_to(platform).recovered == {"scheduled": 1}
    assert queue.target(target_id)["state"] == "published"
    assert queue.target(target_id)["attempts"] == 2


def test_rejecting_a_text_during_its_lease_waits_and_finds_it_sent(
    queue: PublishingQueue, page: str, monkeypatch: pytest.MonkeyPatch
):
    queue.due(page)
    content_id = queue.value("select content_id from publishing.post_targets")
    waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    platform, rejected = FakePlatform(), []

    def try_to_reject() -> None:
        try:
            reject(queue.url, content_id, "ann", "stop this")
            rejected.append("rejected")
        except ReviewError as error:
            rejected.append(str(error))

    person = threading.Thread(target=try_to_reject)

    def open_slowly(connection: Connection, *arguments: object) -> SecretStr:
        del connection, arguments
        person.start()
        deadline = time.monotonic() + 5
        while person.is_alive() and queue.value(waits) == 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        return SecretStr(TOKEN)

    monkeypatch.setattr("syndication_assets.publishing.sending.leases.open_credential", open_slowly)
    queue.publish_to(platform, publish_concurrency=1)
    person.join()
    assert rejected == [f"{content_id} was published, or may have been: it cannot be rejected any more."]
    assert queue.states() == ["published"]
    assert queue.value("select decision::text from content.approvals") == "approved"


def test_a_target_whose_text_is_being_rejected_is_not_leased(queue: PublishingQueue, platform: FakePlatform, page: str):
    rejected, other = queue.due(page, 2)
    content_id = queue.target(rejected)["content_id"]
    with transaction(queue.url) as connection:
        connection.execute("update content.posts_content set state = 'rejected' where content_id = %s", [content_id])
        assert queue.publish_to(platform).calls == 1
    assert (queue.target(rejected)["state"], queue.target(other)["state"]) == ("scheduled", "published")
