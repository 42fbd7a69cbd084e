"""Publishing: the state after each outcome, which targets are leased, and what a crash leaves behind."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from syndication_assets.channels.outcome import Outcome, OutcomeKind
from syndication_assets.content.review.text_decisions import ReviewError, edit, reject
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.dry_run.dry_run_publisher import DryRun
from syndication_assets.publishing.publish import publish_due
from syndication_assets.publishing.publisher import Post
from syndication_assets.publishing.target_decisions import resolve_as_cancelled, resolve_as_not_published, retry
from syndication_assets_tests.publishing.fake_platform import (
    CrashError,
    FakePlatform,
    accept,
    accept_and_crash,
    accept_and_lose_the_response,
    crash_before_sending,
    lose_the_request,
    reject_with,
)
from syndication_assets_tests.publishing.publishing_queue import AFTER_SLOT, NOON, TOKEN, PublishingQueue, settings_of

Response = Callable[[FakePlatform, Post], Outcome]


@pytest.fixture
def platform() -> FakePlatform:
    return FakePlatform()


@pytest.fixture
def page(queue: PublishingQueue) -> str:
    return queue.page(publisher="facebook_graph")


def publish(queue: PublishingQueue, platform: FakePlatform, **more):
    return queue.publish({"facebook_graph": platform}, **more)


def test_a_due_target_is_published_once_with_its_attempt_and_post_id(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)
    report = publish(queue, platform)
    assert report.outcomes == {OutcomeKind.PUBLISHED: 1}
    assert publish(queue, platform).calls == 0
    assert platform.secrets == [TOKEN]
    target = queue.target(target_id)
    assert (target["state"], target["platform_post_id"], target["attempts"]) == ("published", "page_1", 1)
    assert target["leased_by"] is None
    assert target["is_simulated"] is False
    (attempt,) = queue.attempts(target_id)
    assert (attempt["outcome"], attempt["platform_post_id"], attempt["publisher"]) == (
        "published",
        "page_1",
        "facebook_graph",
    )
    assert attempt["started_at"] <= attempt["finished_at"]


def test_the_publisher_gets_the_content_of_the_text(queue: PublishingQueue, platform: FakePlatform, page: str):
    content = queue.approve(
        queue.text(
            text="Shortbread", link_url="https://shop.example/a", image_url="https://x.example/i", alt_text="Tin"
        )
    )
    queue.schedule(page)
    queue.plan()
    publish(queue, platform)
    (post,) = platform.calls
    assert (
        queue.value("select target_id from publishing.post_targets where content_id = %s", [content]) == post.target_id
    )
    assert (post.remote_account_id, post.channel_type, post.text) == ("page", "feed_post", "Shortbread")
    assert (post.link_url, post.image_url, post.alt_text) == ("https://shop.example/a", "https://x.example/i", "Tin")


def test_no_target_is_sent_before_it_is_due(queue: PublishingQueue, platform: FakePlatform, page: str):
    queue.due(page)
    assert publish(queue, platform, now=NOON - timedelta(seconds=1)).calls == 0
    assert publish(queue, platform, now=NOON).calls == 1


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
    publish(queue, platform)
    publish(queue, platform, now=datetime.now(UTC))
    target = queue.target(target_id)
    assert target["state"] == state
    assert message in target["error_message"]
    assert len(platform.calls) == 1


def test_a_retryable_rejection_is_retried_with_growing_waits_and_finally_fails(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)
    platform.responses.extend([reject_with(OutcomeKind.RETRYABLE)] * 3)
    waits = []
    for _ in range(2):
        publish(queue, platform, publish_maximum_attempts=3)
        (wait,) = queue.rows("select extract(epoch from next_attempt_at - now()) / 60 from publishing.post_targets")[0]
        waits.append(round(float(wait)))
        queue.pass_waits()
    assert waits == [5, 10]
    publish(queue, platform, publish_maximum_attempts=3)
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
    publish(queue, platform, publish_concurrency=1, now=datetime.now(UTC))
    assert {post.target_id for post in platform.calls} == {first, elsewhere}
    publish(queue, FakePlatform(), now=datetime.now(UTC) + timedelta(minutes=39))
    assert queue.target(second)["attempts"] == 0
    assert queue.attempts(first)[0]["retry_after"] is not None
    assert queue.value("select reason from channels.platform_limits") == "It was retryable."
    publish(queue, platform, now=datetime.now(UTC) + timedelta(minutes=41))
    assert queue.target(first)["state"] == queue.target(second)["state"] == "published"


def test_a_rate_limit_of_the_app_applies_to_all_accounts_of_its_publisher_only(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    other, rehearsal = queue.page("other", "facebook_graph"), queue.page("rehearsal")
    queue.due(page)
    queue.due(other)
    platform.responses.append(reject_with(OutcomeKind.RETRYABLE, wait=timedelta(minutes=40), is_app_wide=True))
    publish(queue, platform, publish_concurrency=1, now=datetime.now(UTC))
    assert len(platform.calls) == 1
    resting = {account for (account,) in queue.rows("select account_id from channels.platform_limits")}
    assert resting == {page, other}
    assert rehearsal not in resting


def test_a_rate_limit_does_not_count_as_a_rejection_of_the_post(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)
    platform.responses.extend([reject_with(OutcomeKind.RETRYABLE, wait=timedelta(minutes=1))] * 4)
    for _ in range(5):
        publish(queue, platform, publish_maximum_attempts=2)
        queue.pass_waits()
    assert (queue.target(target_id)["state"], queue.target(target_id)["attempts"]) == ("published", 5)


def test_a_revoked_token_disconnects_the_account_and_its_posts_wait_until_it_is_active_again(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    targets = queue.due(page, 3)
    platform.responses.append(reject_with(OutcomeKind.DISCONNECTED))
    publish(queue, platform, publish_concurrency=1)
    assert len(platform.calls) == 1
    status, reason = queue.rows("select status::text, status_reason from channels.social_accounts")[0]
    assert status == "disconnected"
    assert "It was disconnected. Get a new token" in reason
    queue.execute("update channels.social_accounts set status = 'active'")
    publish(queue, platform)
    assert [queue.target(target_id)["state"] for target_id in targets] == ["published"] * 3


def test_an_expired_token_is_renewed_once_and_the_post_is_published_with_the_new_token(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)
    platform.responses.append(reject_with(OutcomeKind.REFRESH_TOKEN))
    platform.new_secret = "renewed"
    publish(queue, platform)
    assert platform.secrets == [TOKEN, "renewed"]
    assert queue.target(target_id)["state"] == "published"
    assert queue.value("select status::text from channels.social_accounts") == "active"


def test_a_token_that_is_rejected_after_its_renewal_disconnects_the_account(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    queue.due(page)
    platform.responses.extend([reject_with(OutcomeKind.REFRESH_TOKEN)] * 3)
    platform.new_secret = "renewed"
    publish(queue, platform)
    assert len(platform.calls) == 2
    assert queue.value("select status::text from channels.social_accounts") == "disconnected"


def test_a_text_that_lost_its_approval_at_the_last_moment_is_not_sent(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    queue.schedule(page)
    content = queue.approved()
    queue.plan()
    queue.withdraw(content)
    assert publish(queue, platform).withdrawn == 1
    assert platform.calls == []
    assert queue.states() == ["draft"]


def test_an_approval_of_a_different_text_does_not_count(queue: PublishingQueue, platform: FakePlatform, page: str):
    queue.due(page)
    queue.execute("update content.approvals set content_hash = 'other words'")
    assert publish(queue, platform).calls == 0


@pytest.mark.parametrize(
    "statement",
    [
        "update channels.social_accounts set status = 'paused'",
        "update channels.social_accounts set status = 'disconnected'",
        "update channels.platforms set status = 'inactive'",
        "update channels.platform_channels set status = 'deprecated'",
        (
            "insert into publishing.content_processes (process_name, platform, channel_type, display_name, is_active)"
            " values ('announcement', 'facebook', 'feed_post', 'By hand', false)"
        ),
        "update tenancy.organizations set is_active = false",
        "update tenancy.organizations set settings = '{\"is_sample\": true}'",
        (
            "insert into channels.platform_limits"
            " select organization_id, account_id, '2100-01-01Z', 'why' from channels.social_accounts"
        ),
    ],
)
def test_no_call_is_made_for_an_account_that_may_not_be_published_to(
    statement: str, queue: PublishingQueue, platform: FakePlatform, page: str
):
    queue.due(page)
    queue.execute(statement)
    try:
        publish(queue, platform)
    finally:
        queue.execute("update tenancy.organizations set is_active = true, settings = '{}'")
    assert platform.calls == []
    assert queue.states() == ["scheduled"]


def test_a_dry_run_marks_its_target_as_simulated_and_gives_it_a_fixed_id(queue: PublishingQueue):
    (target_id,) = queue.due(queue.page())
    queue.publish()
    target = queue.target(target_id)
    assert (target["platform_post_id"], target["is_simulated"]) == (f"dry-run_{target_id}", True)


def test_a_page_that_stops_simulating_is_not_marked_as_simulated(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    queue.schedule(page)
    queue.execute("update channels.social_accounts set publisher = 'dry_run'")
    queue.approved()
    queue.plan()
    assert queue.value("select is_simulated from publishing.post_targets") is True
    queue.execute("update channels.social_accounts set publisher = 'facebook_graph'")
    publish(queue, platform)
    assert queue.value("select is_simulated from publishing.post_targets") is False


def test_a_real_page_that_missed_its_slot_waits_for_a_person_and_a_simulation_goes_on(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (real,) = queue.due(page)
    (simulated,) = queue.due(queue.page("rehearsal"))
    now = NOON + timedelta(hours=25)
    publishers = {"facebook_graph": platform, "dry_run": DryRun()}
    report = publish_due(queue.url, settings_of(publish_maximum_delay_hours=24), now, publishers, 10)
    assert report.missed == 1
    assert platform.calls == []
    assert queue.target(real)["state"] == "ready"
    assert "by more than 24 hours and was not sent" in queue.target(real)["error_message"]
    assert queue.target(simulated)["state"] == "published"


def test_a_credential_that_cannot_be_opened_is_a_problem_of_its_account_and_nothing_is_leased(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    other = queue.page("other", "facebook_graph")
    queue.due(page, 2)
    (elsewhere,) = queue.due(other)
    queue.execute(
        "update channels.credentials set secret = (select secret from channels.credentials where credential_name ="
        " 'token-other') where credential_name = 'token-page'"
    )
    report = publish(queue, platform)
    assert [post.target_id for post in platform.calls] == [elsewhere]
    (problem,) = report.problems
    assert problem.startswith(f"Account {page}: The credential 'token-page'")
    assert queue.value("select count(*) from publishing.publish_attempts") == 1
    assert queue.value("select sum(attempts) from publishing.post_targets") == 1


def test_the_limit_counts_calls(queue: PublishingQueue, platform: FakePlatform, page: str):
    queue.due(page, 5)
    assert publish(queue, platform, limit=3).calls == 3
    assert publish(queue, platform, limit=3).calls == 2


def test_a_publisher_that_raises_leaves_its_target_unresolved_and_its_message_hidden(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    def raise_with_the_token(_platform: FakePlatform, _post: Post) -> Outcome:
        raise ValueError(f"token {TOKEN}")

    (target_id,) = queue.due(page)
    platform.responses.append(raise_with_the_token)
    publish(queue, platform)
    target = queue.target(target_id)
    assert target["state"] == "needs_reconcile"
    assert "ValueError" in target["error_message"]
    assert TOKEN not in target["error_message"]


@pytest.mark.parametrize(("response", "accepted"), [(accept_and_crash, 1), (crash_before_sending, 0)])
def test_a_target_whose_call_crashed_is_never_resent_automatically(
    response: Response, accepted: int, queue: PublishingQueue, platform: FakePlatform, page: str
):
    crashed, _ = queue.due(page, 2)
    platform.responses.append(response)
    with pytest.raises(CrashError):
        publish(queue, platform, publish_concurrency=1)
    assert queue.target(crashed)["state"] == "publishing"
    publish(queue, platform)  # before the lease expires
    assert queue.target(crashed)["state"] == "publishing"
    queue.expire_leases()
    report = publish(queue, platform)
    assert report.recovered == {"needs_reconcile": 1}
    target = queue.target(crashed)
    assert target["state"] == "needs_reconcile"
    assert "ended without recording the outcome" in target["error_message"]
    assert [a["outcome"] for a in queue.attempts(crashed)] == ["unknown"]
    publish(queue, platform)
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
    assert publish(queue, platform).recovered == {"scheduled": 1}
    assert queue.target(target_id)["state"] == "published"
    assert queue.target(target_id)["attempts"] == 2


def test_a_response_that_arrives_after_the_lease_expired_still_counts(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    def accept_slowly(fake: FakePlatform, post: Post) -> Outcome:
        queue.expire_leases()
        assert queue.publish({}).recovered == {"needs_reconcile": 1}
        return accept(fake, post)

    (target_id,) = queue.due(page)
    platform.responses.append(accept_slowly)
    publish(queue, platform)
    assert queue.target(target_id)["state"] == "published"
    assert [a["outcome"] for a in queue.attempts(target_id)] == ["published"]


def test_a_response_that_arrives_after_a_person_rescheduled_the_target_prevents_a_second_post(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)

    def accept_very_slowly(fake: FakePlatform, post: Post) -> Outcome:
        queue.expire_leases()
        queue.publish({})
        resolve_as_not_published(queue.url, target_id, "isla")
        return accept(fake, post)

    platform.responses.append(accept_very_slowly)
    publish(queue, platform)
    publish(queue, platform)
    assert queue.target(target_id)["state"] == "published"
    assert len(platform.accepted) == 1


def move(queue: PublishingQueue, target_id: str, state: str) -> None:
    """Moves a rescheduled target, as a person, the planning or another version may do."""
    queue.execute(
        "update publishing.post_targets set state = %s, error_message = 'why',"
        " scheduled_at = case when %s in ('draft', 'ready') then null else scheduled_at end where target_id = %s",
        [state, state, target_id],
    )


@pytest.mark.parametrize("state", ["draft", "ready", "cancelled"])
def test_a_response_that_arrives_after_its_target_was_moved_still_publishes_the_target(
    state: str, queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)

    def accept_very_slowly(fake: FakePlatform, post: Post) -> Outcome:
        queue.expire_leases()
        queue.publish({})
        resolve_as_not_published(queue.url, target_id, "isla")
        move(queue, target_id, state)
        return accept(fake, post)

    platform.responses.append(accept_very_slowly)
    publish(queue, platform)
    target = queue.target(target_id)
    assert (target["state"], target["platform_post_id"], target["error_message"]) == ("published", "page_1", None)
    with pytest.raises(SyndicationError, match="is published"):
        retry(queue.url, target_id, "isla")
    assert len(platform.accepted) == 1


def test_a_response_that_arrives_after_the_next_version_was_scheduled_unschedules_that_version(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)
    post = queue.target(target_id)["post_core_id"]
    queue.schedule(page)

    def accept_very_slowly(fake: FakePlatform, post_to_send: Post) -> Outcome:
        queue.expire_leases()
        queue.publish({})
        resolve_as_not_published(queue.url, target_id, "isla")
        queue.execute("update content.posts_content set state = 'superseded'")
        queue.approve(queue.text(post, version=2))
        assert queue.plan().targets_written == 1
        return accept(fake, post_to_send)

    platform.responses.append(accept_very_slowly)
    publish(queue, platform)
    queue.plan()
    publish(queue, platform)
    assert queue.target(target_id)["state"] == "published"
    assert sorted(queue.states()) == ["draft", "published"]
    assert len(platform.accepted) == 1


def test_a_rejected_call_publishes_its_target_with_the_id_of_an_earlier_published_call(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)

    def reject_after_the_first_was_accepted(fake: FakePlatform, _post: Post) -> Outcome:
        queue.execute(
            "update publishing.publish_attempts set outcome = 'published', platform_post_id = 'page_1'"
            " where attempt_number = 1"
        )
        fake.accepted.append(("page_1", "the first call", datetime.now(UTC)))
        return Outcome(OutcomeKind.PERMANENT, message="It already exists.")

    platform.responses.extend([reject_with(OutcomeKind.RETRYABLE), reject_after_the_first_was_accepted])
    publish(queue, platform)
    queue.pass_waits()
    publish(queue, platform)
    assert (queue.target(target_id)["state"], queue.target(target_id)["platform_post_id"]) == ("published", "page_1")


def test_a_target_with_a_published_attempt_is_neither_leased_nor_retried(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)
    platform.responses.append(reject_with(OutcomeKind.RETRYABLE))
    publish(queue, platform)
    queue.pass_waits()
    queue.execute("update publishing.publish_attempts set outcome = 'published', platform_post_id = 'page_1'")
    assert publish(queue, platform).calls == 0
    with pytest.raises(SyndicationError, match=f"has it as page_1.* targets cancel {target_id}"):
        retry(queue.url, target_id, "isla")


def test_a_target_cancelled_while_unresolved_counts_as_sent_for_editing_and_planning(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)
    queue.schedule(page)
    platform.responses.append(accept_and_lose_the_response)
    publish(queue, platform)
    resolve_as_cancelled(queue.url, target_id, "isla")
    content_id = queue.target(target_id)["content_id"]
    with pytest.raises(ReviewError, match="was published, or may have been"):
        edit(queue.url, content_id, "ann", "Other words")
    # Even if a new version is inserted past the check:
    queue.execute("update content.posts_content set state = 'superseded'")
    queue.approve(queue.text(queue.target(target_id)["post_core_id"], version=2))
    assert queue.plan().texts == 0


def test_the_id_of_another_post_leaves_the_target_unresolved_and_the_run_goes_on(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    targets = queue.due(page, 3)
    same = reject_with(OutcomeKind.PUBLISHED, platform_post_id="page_9")
    platform.responses.extend([same, same])
    report = publish(queue, platform, publish_concurrency=1)
    assert report.calls == 3
    assert [queue.target(target_id)["state"] for target_id in targets] == ["published", "needs_reconcile", "published"]
    assert "page_9" in queue.target(targets[1])["error_message"]
    assert [attempt["outcome"] for attempt in queue.attempts(targets[1])] == ["unknown"]
    assert queue.value("select count(*) from publishing.execution_history") == 1


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

    monkeypatch.setattr("syndication_assets.publishing.leases.open_credential", open_slowly)
    publish(queue, platform, publish_concurrency=1)
    person.join()
    assert rejected == [f"{content_id} was published, or may have been: it cannot be rejected any more."]
    assert queue.states() == ["published"]
    assert queue.value("select decision::text from content.approvals") == "approved"


def test_a_target_whose_text_is_being_rejected_is_not_leased(queue: PublishingQueue, platform: FakePlatform, page: str):
    rejected, other = queue.due(page, 2)
    content_id = queue.target(rejected)["content_id"]
    with transaction(queue.url) as connection:
        connection.execute("update content.posts_content set state = 'rejected' where content_id = %s", [content_id])
        assert publish(queue, platform).calls == 1
    assert (queue.target(rejected)["state"], queue.target(other)["state"]) == ("scheduled", "published")


def test_each_run_adds_a_row_of_counts_to_the_history(queue: PublishingQueue, platform: FakePlatform, page: str):
    queue.due(page, 3)
    platform.responses.append(reject_with(OutcomeKind.PERMANENT))
    publish(queue, platform, publish_concurrency=1)
    (row,) = queue.rows(
        "select process_name, platform, channel_type, execution_status::text, input_data, output_data, error_message"
        " from publishing.execution_history"
    )
    assert row == (
        "announcement",
        "facebook",
        "feed_post",
        "partial",
        {"targets": 3},
        {"published": 2, "permanent": 1},
        "1 of 3 targets were not published.",
    )
    publish(queue, platform, now=AFTER_SLOT)
    assert queue.value("select count(*) from publishing.execution_history") == 1
