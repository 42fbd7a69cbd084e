"""Outcomes of a call: the state of the target, the wait before the next attempt, and the account."""

from datetime import UTC, datetime, timedelta

import pytest

from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.publishing.publisher import Post
from syndication_assets_tests.given_settings import give_setting
from syndication_assets_tests.publishing.fake_platform import (
    FakePlatform,
    Response,
    accept_and_lose_the_response,
    lose_the_request,
    reject_with,
)
from syndication_assets_tests.publishing.publishing_queue import AFTER_SLOT, TOKEN, PublishingQueue


@pytest.mark.parametrize(
    ("response", "state", "message"),
    [
        (reject_with(OutcomeKind.PERMANENT), "failed", "syndication targets retry tgt-"),
        (reject_with(OutcomeKind.RETRYABLE), "scheduled", "It was retryable."),
        (reject_with(OutcomeKind.DISCONNECTED), "scheduled", "The account is disconnected"),
        (reject_with(OutcomeKind.REFRESH_TOKEN), "scheduled", "The account is disconnected"),
        (lose_the_request, "needs_reconcile", "syndication targets resolve tgt-"),
        (accept_and_lose_the_response, "needs_reconcile", "syndication targets resolve tgt-"),
    ],
)
def test_each_outcome_leads_to_its_state_with_a_message_and_no_immediate_retry(
    response: Response, state: str, message: str, queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)
    platform.responses.append(response)
    queue.publish_to(platform)
    queue.publish_to(platform, now=datetime.now(UTC))
    target = queue.target(target_id)
    assert target["state"] == state
    assert message in target["error_message"]
    assert len(platform.calls) == 1


def test_a_retryable_rejection_is_retried_with_growing_waits_and_finally_fails(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)
    platform.responses.extend([reject_with(OutcomeKind.RETRYABLE)] * 3)
    give_setting(queue.url, "publishing.maximum_attempts", 3)
    waits = []
    for _ in range(2):
        queue.publish_to(platform)
        (wait,) = queue.rows("select extract(epoch from next_attempt_at - now()) / 60 from publishing.post_targets")[0]
        waits.append(round(float(wait)))
        queue.pass_waits()
    assert waits == [5, 10]
    queue.publish_to(platform)
    target = queue.target(target_id)
    assert (target["state"], target["attempts"]) == ("failed", 3)
    assert "rejected 3 times" in target["error_message"]
    assert [attempt["outcome"] for attempt in queue.attempts(target_id)] == ["retryable"] * 3


def test_retry_after_applies_to_the_whole_account_and_to_other_processes(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    other = queue.page("other", "facebook_graph")
    first, second = queue.due(page, 2)
    (elsewhere,) = queue.due(other)
    queue.execute("update publishing.post_targets set scheduled_at = %s where target_id = %s", [AFTER_SLOT, elsewhere])
    platform.responses.append(reject_with(OutcomeKind.RETRYABLE, wait=timedelta(minutes=40)))
    queue.publish_to(platform, publish_concurrency=1, now=datetime.now(UTC))
    assert {post.target_id for post in platform.calls} == {first, elsewhere}
    queue.publish_to(FakePlatform(), now=datetime.now(UTC) + timedelta(minutes=39))
    assert queue.target(second)["attempts"] == 0
    assert queue.attempts(first)[0]["retry_after"] is not None
    assert queue.value("select reason from channels.platform_limits") == "It was retryable."
    queue.publish_to(platform, now=datetime.now(UTC) + timedelta(minutes=41))
    assert queue.target(first)["state"] == queue.target(second)["state"] == "published"


def test_a_rate_limit_of_the_app_applies_to_all_accounts_of_its_publisher_only(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    other, simulated = queue.page("other", "facebook_graph"), queue.page("simulated")
    queue.due(page)
    queue.due(other)
    platform.responses.append(reject_with(OutcomeKind.RETRYABLE, wait=timedelta(minutes=40), is_app_wide=True))
    queue.publish_to(platform, publish_concurrency=1, now=datetime.now(UTC))
    assert len(platform.calls) == 1
    resting = {account for (account,) in queue.rows("select account_id from channels.platform_limits")}
    assert resting == {page, other}
    assert simulated not in resting


def test_a_rate_limit_does_not_count_as_a_rejection_of_the_post(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)
    platform.responses.extend([reject_with(OutcomeKind.RETRYABLE, wait=timedelta(minutes=1))] * 4)
    give_setting(queue.url, "publishing.maximum_attempts", 2)
    for _ in range(5):
        queue.publish_to(platform)
        queue.pass_waits()
    assert (queue.target(target_id)["state"], queue.target(target_id)["attempts"]) == ("published", 5)


def test_a_revoked_token_disconnects_the_account_and_its_posts_wait_until_it_is_active_again(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    targets = queue.due(page, 3)
    platform.responses.append(reject_with(OutcomeKind.DISCONNECTED))
    queue.publish_to(platform, publish_concurrency=1)
    assert len(platform.calls) == 1
    status, reason = queue.rows("select status::text, status_reason from channels.social_accounts")[0]
    assert status == "disconnected"
    assert "It was disconnected. Get a new token" in reason
    queue.execute("update channels.social_accounts set status = 'active'")
    queue.publish_to(platform)
    assert [queue.target(target_id)["state"] for target_id in targets] == ["published"] * 3


def test_an_expired_token_is_renewed_once_and_the_post_is_published_with_the_new_token(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)
    platform.responses.append(reject_with(OutcomeKind.REFRESH_TOKEN))
    platform.new_secret = "renewed"
    queue.publish_to(platform)
    assert platform.secrets == [TOKEN, "renewed"]
    assert queue.target(target_id)["state"] == "published"
    assert queue.value("select status::text from channels.social_accounts") == "active"


def test_a_token_that_is_rejected_after_its_renewal_disconnects_the_account(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    queue.due(page)
    platform.responses.extend([reject_with(OutcomeKind.REFRESH_TOKEN)] * 3)
    platform.new_secret = "renewed"
    queue.publish_to(platform)
    assert len(platform.calls) == 2
    assert queue.value("select status::text from channels.social_accounts") == "disconnected"


def test_a_publisher_that_raises_leaves_its_target_unresolved_and_its_message_hidden(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    def raise_with_the_token(_platform: FakePlatform, _post: Post) -> Outcome:
        raise ValueError(f"token {TOKEN}")

    (target_id,) = queue.due(page)
    platform.responses.append(raise_with_the_token)
    queue.publish_to(platform)
    target = queue.target(target_id)
    assert target["state"] == "needs_reconcile"
    assert "ValueError" in target["error_message"]
    assert TOKEN not in target["error_message"]


def test_the_id_of_another_post_leaves_the_target_unresolved_and_the_run_goes_on(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    targets = queue.due(page, 3)
    same = reject_with(OutcomeKind.PUBLISHED, platform_post_id="page_9")
    platform.responses.extend([same, same])
    report = queue.publish_to(platform, publish_concurrency=1)
    assert report.calls == 3
    assert [queue.target(target_id)["state"] for target_id in targets] == ["published", "needs_reconcile", "published"]
    assert "page_9" in queue.target(targets[1])["error_message"]
    assert [attempt["outcome"] for attempt in queue.attempts(targets[1])] == ["unknown"]
    assert queue.value("select count(*) from publishing.execution_history") == 1


def rejected_post(code: str | None = "99999", status: int | None = 400, **more: object) -> Response:
    return reject_with(OutcomeKind.PERMANENT, error_code=code, http_status=status, **more)


def test_a_second_rejection_for_the_same_reason_rests_the_account_and_keeps_its_queue(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    targets = queue.due(page, 5)
    platform.responses.extend([rejected_post()] * 5)
    queue.publish_to(platform, publish_concurrency=1, now=datetime.now(UTC))
    assert len(platform.calls) == 2
    assert queue.states() == ["failed", *["scheduled"] * 4]
    assert "Two posts in a row were rejected" in queue.target(targets[1])["error_message"]
    (hours,) = queue.rows("select extract(epoch from blocked_until - now()) / 3600 from channels.platform_limits")[0]
    assert round(float(hours)) == 24
    platform.responses.clear()
    queue.pass_waits()
    queue.publish_to(platform, publish_concurrency=1)
    assert queue.states() == ["failed", *["published"] * 4]


@pytest.mark.parametrize(
    "responses",
    [
        [rejected_post("1"), rejected_post("2"), rejected_post("3")],
        [rejected_post(is_about_the_post=True)] * 3,
        # Nothing was sent: the posts have no picture, for example.
        [rejected_post(None, None)] * 3,
    ],
    ids=["different reasons", "about the posts", "not sent"],
)
def test_rejections_of_the_posts_themselves_do_not_rest_the_account(
    responses: list[Response], queue: PublishingQueue, platform: FakePlatform, page: str
):
    queue.due(page, 4)
    platform.responses.extend(responses)
    queue.publish_to(platform, publish_concurrency=1)
    assert queue.states() == ["failed", "failed", "failed", "published"]


def test_a_published_post_between_two_rejections_shows_that_the_account_is_fine(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    queue.due(page, 3)
    accepted = reject_with(OutcomeKind.PUBLISHED, platform_post_id="page_9", http_status=200)
    platform.responses.extend([rejected_post(), accepted, rejected_post()])
    queue.publish_to(platform, publish_concurrency=1)
    assert queue.states() == ["failed", "published", "failed"]


def test_a_blocked_page_rests_and_its_queue_is_kept(queue: PublishingQueue, platform: FakePlatform, page: str):
    queue.due(page, 3)
    blocked = reject_with(OutcomeKind.RETRYABLE, error_code="368", http_status=400, wait=timedelta(days=1))
    platform.responses.append(blocked)
    queue.publish_to(platform, publish_concurrency=1, now=datetime.now(UTC))
    assert len(platform.calls) == 1
    assert queue.states() == ["scheduled"] * 3
