"""What stands still in publishing is found, and what only waits for its time or its platform is not."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.operations.conditions import Condition, find_conditions
from syndication_assets.publishing.sending.sending_holds import hold, release
from syndication_assets_tests.publishing.publishing_queue import PublishingQueue
from syndication_assets_tests.today import today


@pytest.fixture
def desk(database_url: str) -> PublishingQueue:
    return PublishingQueue(database_url)


def found(desk: PublishingQueue, kind: str) -> list[Condition]:
    with transaction(desk.url) as connection:
        conditions = find_conditions(connection, {}).conditions
    assert not [condition.message for condition in conditions if condition.kind == "condition_unknown"]
    return [condition for condition in conditions if condition.kind == kind]


def overdue(desk: PublishingQueue, minutes: int) -> str:
    """An account with a target that has been due for so many minutes."""
    account_id = desk.page()
    desk.due(account_id)
    desk.execute("update publishing.post_targets set scheduled_at = now() - make_interval(mins => %s)", [minutes])
    return account_id


@pytest.mark.parametrize(("minutes", "severity"), [(-10, None), (29, None), (31, "error"), (241, "critical")])
def test_a_queue_stands_still_after_half_an_hour(minutes: int, severity: str | None, desk: PublishingQueue):
    account_id = overdue(desk, minutes)
    problems = [(condition.subject, condition.severity) for condition in found(desk, "queue_stands_still")]
    assert problems == ([(account_id, severity)] if severity else [])


@pytest.mark.parametrize(
    "reason",
    [
        "the platform asked to wait",
        "the account is paused",
        "the next attempt is later",
        "its process is a draft",
        "the organization is paused",
        "the organization is a sample",
    ],
)
def test_what_may_not_be_sent_yet_does_not_stand_still(reason: str, desk: PublishingQueue):
    overdue(desk, 60)
    assert len(found(desk, "queue_stands_still")) == 1
    if reason == "the platform asked to wait":
        desk.execute(
            "insert into channels.platform_limits (organization_id, account_id, blocked_until, reason)"
            " select organization_id, account_id, now() + interval '1 hour', 'wait' from channels.social_accounts"
        )
    elif reason == "its process is a draft":
        desk.execute(
            "insert into publishing.content_processes (process_name, platform, channel_type, display_name,"
            " development_status) values ('product_post', 'facebook', 'feed_post', 'Products', 'draft')"
        )
    elif reason == "the organization is paused":
        with psycopg.connect(desk.url) as connection:
            connection.execute("update tenancy.organizations set is_active = false")
    elif reason == "the organization is a sample":
        with psycopg.connect(desk.url) as connection:
            connection.execute("update tenancy.organizations set settings = '{\"is_sample\": true}'")
    elif reason == "the account is paused":
        desk.execute("update channels.social_accounts set status = 'paused'")
    else:
        desk.execute("update publishing.post_targets set next_attempt_at = now() + interval '1 hour'")
    assert found(desk, "queue_stands_still") == []


@pytest.mark.parametrize("reason", ["the database was restored", "calls of the account are unknown"])
def test_what_a_restore_holds_back_is_released_by_a_person(reason: str, desk: PublishingQueue):
    account_id = overdue(desk, 60)
    (before,) = found(desk, "queue_stands_still")
    assert "syndication publish" in before.message
    if reason == "the database was restored":
        hold(desk.url, "restored from a backup")
    else:
        desk.insert(
            "publishing.lost_calls",
            "call_id",
            call_id="00000000-0000-4000-8000-000000000001",
            account_id=account_id,
            channel_type="feed_post",
            publisher="facebook",
            content_hash=b"",
            text_content="Sent.",
            called_at=datetime.now(UTC),
            recorded_target_id="tgt-00000001",
        )
    (held,) = found(desk, "queue_stands_still")
    assert "syndication targets release" in held.message
    release(desk.url, "ops")
    (released,) = found(desk, "queue_stands_still")
    assert released.message == before.message


def test_failed_and_unresolved_posts_wait_for_a_person(desk: PublishingQueue):
    account_id = desk.page()
    first, second, third = desk.due(account_id, 3)
    assert found(desk, "target_needs_a_person") == []
    for target_id, state in ((first, "failed"), (second, "needs_reconcile")):
        desk.execute(
            "update publishing.post_targets set state = 'publishing', leased_by = 'x', leased_until = now() where"
            " target_id = %s",
            [target_id],
        )
        desk.execute(
            "update publishing.post_targets set state = %s::publishing.target_state, leased_by = null,"
            " leased_until = null, error_message = 'The page is gone.' where target_id = %s",
            [state, target_id],
        )
    assert third
    (problem,) = found(desk, "target_needs_a_person")
    assert (problem.subject, problem.value, problem.severity) == (account_id, 2, "warning")
    assert "The page is gone." in problem.message


def test_a_disconnected_account_is_a_problem_with_its_reason(desk: PublishingQueue):
    account_id = desk.page()
    assert found(desk, "account_disconnected") == []
    desk.execute(
        "update channels.social_accounts set status = 'disconnected', status_reason = 'The token was revoked.'"
    )
    (problem,) = found(desk, "account_disconnected")
    assert (problem.subject, problem.severity) == (account_id, "error")
    assert "The token was revoked." in problem.message


@pytest.mark.parametrize(("hours", "days", "problems"), [(13, 0, 1), (13, 2, 1), (11, 0, 0), (13, -1, 0)])
def test_an_undecided_text_of_today_or_later_waits_after_twelve_hours(
    hours: int, days: int, problems: int, desk: PublishingQueue
):
    desk.text(desk.post(today() + timedelta(days=days)))
    desk.execute(
        "update content.posts_content set state = 'needs_review', created_at = now() - make_interval(hours => %s)",
        [hours],
    )
    assert len(found(desk, "text_waits_for_review")) == problems
