"""Publishing: what each outcome makes of a target, what is claimed and what is not, and what a crash leaves."""

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
    crash_before_sending,
    lose_the_question,
    refuse,
    take,
    take_and_crash,
    take_and_lose_the_answer,
)
from syndication_assets_tests.publishing.queue_desk import AFTER_SLOT, NOON, TOKEN, QueueDesk, settings_of

Answer = Callable[[FakePlatform, Post], Outcome]


@pytest.fixture
def platform() -> FakePlatform:
    return FakePlatform()


@pytest.fixture
def page(desk: QueueDesk) -> str:
    return desk.page(publisher="facebook_graph")


def publish(desk: QueueDesk, platform: FakePlatform, **more):
    return desk.publish({"facebook_graph": platform}, **more)


def test_a_due_target_is_published_once_with_its_attempt_and_its_id(desk: QueueDesk, platform: FakePlatform, page: str):
    (target_id,) = desk.due(page)
    report = publish(desk, platform)
    assert report.outcomes == {OutcomeKind.PUBLISHED: 1}
    assert publish(desk, platform).calls == 0
    assert platform.secrets == [TOKEN]
    target = desk.target(target_id)
    assert (target["state"], target["platform_post_id"], target["attempts"]) == ("published", "page_1", 1)
    assert target["claimed_by"] is None
    assert target["is_simulated"] is False
    (attempt,) = desk.attempts(target_id)
    assert (attempt["outcome"], attempt["platform_post_id"], attempt["publisher"]) == (
        "published",
        "page_1",
        "facebook_graph",
    )
    assert attempt["started_at"] <= attempt["finished_at"]


def test_the_publisher_gets_what_the_text_says(desk: QueueDesk, platform: FakePlatform, page: str):
    content = desk.approve(
        desk.text(text="Shortbread", link_url="https://shop.example/a", image_url="https://x.example/i", alt_text="Tin")
    )
    desk.schedule(page)
    desk.plan()
    publish(desk, platform)
    (post,) = platform.calls
    assert (
        desk.value("select target_id from publishing.post_targets where content_id = %s", [content]) == post.target_id
    )
    assert (post.remote_account_id, post.channel_type, post.text) == ("page", "feed_post", "Shortbread")
    assert (post.link_url, post.image_url, post.alt_text) == ("https://shop.example/a", "https://x.example/i", "Tin")


def test_nothing_is_sent_before_its_time(desk: QueueDesk, platform: FakePlatform, page: str):
    desk.due(page)
    assert publish(desk, platform, now=NOON - timedelta(seconds=1)).calls == 0
    assert publish(desk, platform, now=NOON).calls == 1


@pytest.mark.parametrize(
    ("answer", "state", "message"),
    [
        (refuse(OutcomeKind.PERMANENT), "failed", "syndication targets retry tgt-"),
        (refuse(OutcomeKind.RETRYABLE), "scheduled", "It was retryable."),
        (refuse(OutcomeKind.DISCONNECTED), "scheduled", "The account is disconnected"),
        (refuse(OutcomeKind.REFRESH_TOKEN), "scheduled", "The account is disconnected"),
        (lose_the_question, "needs_reconcile", "syndication targets resolve tgt-"),
        (take_and_lose_the_answer, "needs_reconcile", "syndication targets resolve tgt-"),
    ],
)
def test_each_outcome_ends_in_its_state_with_a_message_and_is_not_sent_again_at_once(
    answer: Answer, state: str, message: str, desk: QueueDesk, platform: FakePlatform, page: str
):
    (target_id,) = desk.due(page)
    platform.answers.append(answer)
    publish(desk, platform)
    publish(desk, platform, now=datetime.now(UTC))
    target = desk.target(target_id)
    assert target["state"] == state
    assert message in target["error_message"]
    assert len(platform.calls) == 1


def test_a_refusal_that_may_pass_is_tried_again_later_and_later_and_fails_in_the_end(
    desk: QueueDesk, platform: FakePlatform, page: str
):
    (target_id,) = desk.due(page)
    platform.answers.extend([refuse(OutcomeKind.RETRYABLE)] * 3)
    waits = []
    for _ in range(2):
        publish(desk, platform, publish_maximum_attempts=3)
        (wait,) = desk.rows("select extract(epoch from next_attempt_at - now()) / 60 from publishing.post_targets")[0]
        waits.append(round(float(wait)))
        desk.pass_waits()
    assert waits == [5, 10]
    publish(desk, platform, publish_maximum_attempts=3)
    target = desk.target(target_id)
    assert (target["state"], target["attempts"]) == ("failed", 3)
    assert "refused 3 times" in target["error_message"]
    assert [attempt["outcome"] for attempt in desk.attempts(target_id)] == ["retryable"] * 3


def test_retry_after_holds_for_the_whole_account_and_for_other_processes(
    desk: QueueDesk, platform: FakePlatform, page: str
):
    other = desk.page("other", "facebook_graph")
    first, second = desk.due(page, 2)
    (elsewhere,) = desk.due(other)
    desk.execute("update publishing.post_targets set scheduled_at = %s where target_id = %s", [AFTER_SLOT, elsewhere])
    platform.answers.append(refuse(OutcomeKind.RETRYABLE, wait=timedelta(minutes=40)))
    publish(desk, platform, publish_concurrency=1, now=datetime.now(UTC))
    assert {post.target_id for post in platform.calls} == {first, elsewhere}
    publish(desk, FakePlatform(), now=datetime.now(UTC) + timedelta(minutes=39))
    assert desk.target(second)["attempts"] == 0
    assert desk.attempts(first)[0]["retry_after"] is not None
    assert desk.value("select reason from channels.platform_limits") == "It was retryable."
    publish(desk, platform, now=datetime.now(UTC) + timedelta(minutes=41))
    assert desk.target(first)["state"] == desk.target(second)["state"] == "published"


def test_a_limit_of_the_app_holds_for_all_accounts_of_its_publisher_and_for_no_other(
    desk: QueueDesk, platform: FakePlatform, page: str
):
    other, rehearsal = desk.page("other", "facebook_graph"), desk.page("rehearsal")
    desk.due(page)
    desk.due(other)
    platform.answers.append(refuse(OutcomeKind.RETRYABLE, wait=timedelta(minutes=40), is_app_wide=True))
    publish(desk, platform, publish_concurrency=1, now=datetime.now(UTC))
    assert len(platform.calls) == 1
    resting = {account for (account,) in desk.rows("select account_id from channels.platform_limits")}
    assert resting == {page, other}
    assert rehearsal not in resting


def test_a_rate_limit_is_no_refusal_of_the_post(desk: QueueDesk, platform: FakePlatform, page: str):
    (target_id,) = desk.due(page)
    platform.answers.extend([refuse(OutcomeKind.RETRYABLE, wait=timedelta(minutes=1))] * 4)
    for _ in range(5):
        publish(desk, platform, publish_maximum_attempts=2)
        desk.pass_waits()
    assert (desk.target(target_id)["state"], desk.target(target_id)["attempts"]) == ("published", 5)


def test_a_revoked_token_disconnects_the_account_and_its_posts_wait_until_it_is_active_again(
    desk: QueueDesk, platform: FakePlatform, page: str
):
    targets = desk.due(page, 3)
    platform.answers.append(refuse(OutcomeKind.DISCONNECTED))
    publish(desk, platform, publish_concurrency=1)
    assert len(platform.calls) == 1
    status, reason = desk.rows("select status::text, status_reason from channels.social_accounts")[0]
    assert status == "disconnected"
    assert "It was disconnected. Get a new token" in reason
    desk.execute("update channels.social_accounts set status = 'active'")
    publish(desk, platform)
    assert [desk.target(target_id)["state"] for target_id in targets] == ["published"] * 3


def test_an_expired_token_is_renewed_once_and_the_post_goes_out_with_the_new_one(
    desk: QueueDesk, platform: FakePlatform, page: str
):
    (target_id,) = desk.due(page)
    platform.answers.append(refuse(OutcomeKind.REFRESH_TOKEN))
    platform.new_secret = "renewed"
    publish(desk, platform)
    assert platform.secrets == [TOKEN, "renewed"]
    assert desk.target(target_id)["state"] == "published"
    assert desk.value("select status::text from channels.social_accounts") == "active"


def test_a_token_that_is_refused_again_after_it_was_renewed_disconnects_the_account(
    desk: QueueDesk, platform: FakePlatform, page: str
):
    desk.due(page)
    platform.answers.extend([refuse(OutcomeKind.REFRESH_TOKEN)] * 3)
    platform.new_secret = "renewed"
    publish(desk, platform)
    assert len(platform.calls) == 2
    assert desk.value("select status::text from channels.social_accounts") == "disconnected"


def test_a_text_that_lost_its_approval_at_the_last_moment_is_not_sent(
    desk: QueueDesk, platform: FakePlatform, page: str
):
    desk.schedule(page)
    content = desk.approved()
    desk.plan()
    desk.withdraw(content)
    assert publish(desk, platform).withdrawn == 1
    assert platform.calls == []
    assert desk.states() == ["draft"]


def test_an_approval_of_other_words_does_not_count(desk: QueueDesk, platform: FakePlatform, page: str):
    desk.due(page)
    desk.execute("update content.approvals set content_hash = 'other words'")
    assert publish(desk, platform).calls == 0


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
def test_an_account_that_may_not_be_published_to_is_left_alone(
    statement: str, desk: QueueDesk, platform: FakePlatform, page: str
):
    desk.due(page)
    desk.execute(statement)
    try:
        publish(desk, platform)
    finally:
        desk.execute("update tenancy.organizations set is_active = true, settings = '{}'")
    assert platform.calls == []
    assert desk.states() == ["scheduled"]


def test_a_dry_run_sends_nothing_is_marked_and_names_the_same_post_each_time(desk: QueueDesk):
    (target_id,) = desk.due(desk.page())
    desk.publish()
    target = desk.target(target_id)
    assert (target["platform_post_id"], target["is_simulated"]) == (f"dry-run_{target_id}", True)


def test_a_page_that_stops_rehearsing_is_not_called_simulated(desk: QueueDesk, platform: FakePlatform, page: str):
    desk.schedule(page)
    desk.execute("update channels.social_accounts set publisher = 'dry_run'")
    desk.approved()
    desk.plan()
    assert desk.value("select is_simulated from publishing.post_targets") is True
    desk.execute("update channels.social_accounts set publisher = 'facebook_graph'")
    publish(desk, platform)
    assert desk.value("select is_simulated from publishing.post_targets") is False


def test_a_slot_that_a_real_page_missed_by_a_day_waits_for_a_person_a_simulation_goes_on(
    desk: QueueDesk, platform: FakePlatform, page: str
):
    (real,) = desk.due(page)
    (simulated,) = desk.due(desk.page("rehearsal"))
    now = NOON + timedelta(hours=25)
    publishers = {"facebook_graph": platform, "dry_run": DryRun()}
    report = publish_due(desk.url, settings_of(publish_maximum_delay_hours=24), now, publishers, 10)
    assert report.missed == 1
    assert platform.calls == []
    assert desk.target(real)["state"] == "ready"
    assert "missed by more than 24 hours" in desk.target(real)["error_message"]
    assert desk.target(simulated)["state"] == "published"


def test_a_credential_that_does_not_open_is_a_problem_of_its_account_and_nothing_is_claimed(
    desk: QueueDesk, platform: FakePlatform, page: str
):
    other = desk.page("other", "facebook_graph")
    desk.due(page, 2)
    (elsewhere,) = desk.due(other)
    desk.execute(
        "update channels.credentials set secret = (select secret from channels.credentials where credential_name ="
        " 'token-other') where credential_name = 'token-page'"
    )
    report = publish(desk, platform)
    assert [post.target_id for post in platform.calls] == [elsewhere]
    (problem,) = report.problems
    assert problem.startswith(f"Account {page}: The credential 'token-page'")
    assert desk.value("select count(*) from publishing.publish_attempts") == 1
    assert desk.value("select sum(attempts) from publishing.post_targets") == 1


def test_the_limit_is_a_number_of_calls(desk: QueueDesk, platform: FakePlatform, page: str):
    desk.due(page, 5)
    assert publish(desk, platform, limit=3).calls == 3
    assert publish(desk, platform, limit=3).calls == 2


def test_a_publisher_that_raises_leaves_its_target_in_doubt_and_its_words_unsaid(
    desk: QueueDesk, platform: FakePlatform, page: str
):
    def raise_with_the_token(_platform: FakePlatform, _post: Post) -> Outcome:
        raise ValueError(f"token {TOKEN}")

    (target_id,) = desk.due(page)
    platform.answers.append(raise_with_the_token)
    publish(desk, platform)
    target = desk.target(target_id)
    assert target["state"] == "needs_reconcile"
    assert "ValueError" in target["error_message"]
    assert TOKEN not in target["error_message"]


@pytest.mark.parametrize(("answer", "taken"), [(take_and_crash, 1), (crash_before_sending, 0)])
def test_a_crash_in_the_call_leaves_a_target_that_is_never_sent_again_by_itself(
    answer: Answer, taken: int, desk: QueueDesk, platform: FakePlatform, page: str
):
    crashed, _ = desk.due(page, 2)
    platform.answers.append(answer)
    with pytest.raises(CrashError):
        publish(desk, platform, publish_concurrency=1)
    assert desk.target(crashed)["state"] == "publishing"
    publish(desk, platform)  # the lease still holds
    assert desk.target(crashed)["state"] == "publishing"
    desk.expire_leases()
    report = publish(desk, platform)
    assert report.recovered == {"needs_reconcile": 1}
    target = desk.target(crashed)
    assert target["state"] == "needs_reconcile"
    assert "ended without saying" in target["error_message"]
    assert [a["outcome"] for a in desk.attempts(crashed)] == ["unknown"]
    publish(desk, platform)
    assert len(platform.taken) == taken + 1
    assert len(platform.calls) == 2


def test_a_claim_whose_call_was_not_noted_is_scheduled_again(desk: QueueDesk, platform: FakePlatform, page: str):
    (target_id,) = desk.due(page)
    desk.execute(
        "update publishing.post_targets set state = 'publishing', claimed_by = 'dead', leased_until = '2020-01-01Z',"
        " attempts = 1"
    )
    assert publish(desk, platform).recovered == {"scheduled": 1}
    assert desk.target(target_id)["state"] == "published"
    assert desk.target(target_id)["attempts"] == 2


def test_an_answer_that_comes_after_the_lease_ran_out_still_counts(desk: QueueDesk, platform: FakePlatform, page: str):
    def take_slowly(fake: FakePlatform, post: Post) -> Outcome:
        desk.expire_leases()
        assert desk.publish({}).recovered == {"needs_reconcile": 1}
        return take(fake, post)

    (target_id,) = desk.due(page)
    platform.answers.append(take_slowly)
    publish(desk, platform)
    assert desk.target(target_id)["state"] == "published"
    assert [a["outcome"] for a in desk.attempts(target_id)] == ["published"]


def test_an_answer_that_comes_after_a_person_scheduled_it_again_keeps_it_from_going_out_twice(
    desk: QueueDesk, platform: FakePlatform, page: str
):
    (target_id,) = desk.due(page)

    def take_very_slowly(fake: FakePlatform, post: Post) -> Outcome:
        desk.expire_leases()
        desk.publish({})
        resolve_as_not_published(desk.url, target_id, "isla")
        return take(fake, post)

    platform.answers.append(take_very_slowly)
    publish(desk, platform)
    publish(desk, platform)
    assert desk.target(target_id)["state"] == "published"
    assert len(platform.taken) == 1


def moved(desk: QueueDesk, target_id: str, state: str) -> None:
    """What a person, the plan or another version may have made of a target that was scheduled again."""
    desk.execute(
        "update publishing.post_targets set state = %s, error_message = 'why',"
        " scheduled_at = case when %s in ('draft', 'ready') then null else scheduled_at end where target_id = %s",
        [state, state, target_id],
    )


@pytest.mark.parametrize("state", ["draft", "ready", "cancelled"])
def test_an_answer_that_comes_after_its_target_was_moved_publishes_it_all_the_same(
    state: str, desk: QueueDesk, platform: FakePlatform, page: str
):
    (target_id,) = desk.due(page)

    def take_very_slowly(fake: FakePlatform, post: Post) -> Outcome:
        desk.expire_leases()
        desk.publish({})
        resolve_as_not_published(desk.url, target_id, "isla")
        moved(desk, target_id, state)
        return take(fake, post)

    platform.answers.append(take_very_slowly)
    publish(desk, platform)
    target = desk.target(target_id)
    assert (target["state"], target["platform_post_id"], target["error_message"]) == ("published", "page_1", None)
    with pytest.raises(SyndicationError, match="is published"):
        retry(desk.url, target_id, "isla")
    assert len(platform.taken) == 1


def test_an_answer_that_comes_after_the_next_version_was_scheduled_keeps_that_from_going_out(
    desk: QueueDesk, platform: FakePlatform, page: str
):
    (target_id,) = desk.due(page)
    post = desk.target(target_id)["post_core_id"]
    desk.schedule(page)

    def take_very_slowly(fake: FakePlatform, said: Post) -> Outcome:
        desk.expire_leases()
        desk.publish({})
        resolve_as_not_published(desk.url, target_id, "isla")
        desk.execute("update content.posts_content set state = 'superseded'")
        desk.approve(desk.text(post, version=2))
        assert desk.plan().targets_written == 1
        return take(fake, said)

    platform.answers.append(take_very_slowly)
    publish(desk, platform)
    desk.plan()
    publish(desk, platform)
    assert desk.target(target_id)["state"] == "published"
    assert sorted(desk.states()) == ["draft", "published"]
    assert len(platform.taken) == 1


def test_a_call_that_is_refused_while_an_earlier_one_was_taken_publishes_its_target_under_that_id(
    desk: QueueDesk, platform: FakePlatform, page: str
):
    (target_id,) = desk.due(page)

    def refuse_after_the_first_was_taken(fake: FakePlatform, _post: Post) -> Outcome:
        desk.execute(
            "update publishing.publish_attempts set outcome = 'published', platform_post_id = 'page_1'"
            " where attempt_number = 1"
        )
        fake.taken.append(("page_1", "the first call", datetime.now(UTC)))
        return Outcome(OutcomeKind.PERMANENT, message="It is there already.")

    platform.answers.extend([refuse(OutcomeKind.RETRYABLE), refuse_after_the_first_was_taken])
    publish(desk, platform)
    desk.pass_waits()
    publish(desk, platform)
    assert (desk.target(target_id)["state"], desk.target(target_id)["platform_post_id"]) == ("published", "page_1")


def test_what_a_call_has_published_is_neither_claimed_nor_retried_nor_said_to_be_absent(
    desk: QueueDesk, platform: FakePlatform, page: str
):
    (target_id,) = desk.due(page)
    platform.answers.append(refuse(OutcomeKind.RETRYABLE))
    publish(desk, platform)
    desk.pass_waits()
    desk.execute("update publishing.publish_attempts set outcome = 'published', platform_post_id = 'page_1'")
    assert publish(desk, platform).calls == 0
    with pytest.raises(SyndicationError, match=f"has it as page_1.* targets cancel {target_id}"):
        retry(desk.url, target_id, "isla")


def test_what_is_cancelled_in_doubt_counts_as_sent_for_who_edits_its_text_and_for_the_plan(
    desk: QueueDesk, platform: FakePlatform, page: str
):
    (target_id,) = desk.due(page)
    desk.schedule(page)
    platform.answers.append(take_and_lose_the_answer)
    publish(desk, platform)
    resolve_as_cancelled(desk.url, target_id, "isla")
    content_id = desk.target(target_id)["content_id"]
    with pytest.raises(ReviewError, match="went out, or may have"):
        edit(desk.url, content_id, "ann", "Other words")
    # Whoever writes a version all the same:
    desk.execute("update content.posts_content set state = 'superseded'")
    desk.approve(desk.text(desk.target(target_id)["post_core_id"], version=2))
    assert desk.plan().texts == 0


def test_an_id_that_another_post_has_leaves_its_target_in_doubt_and_the_run_goes_on(
    desk: QueueDesk, platform: FakePlatform, page: str
):
    targets = desk.due(page, 3)
    same = refuse(OutcomeKind.PUBLISHED, platform_post_id="page_9")
    platform.answers.extend([same, same])
    report = publish(desk, platform, publish_concurrency=1)
    assert report.calls == 3
    assert [desk.target(target_id)["state"] for target_id in targets] == ["published", "needs_reconcile", "published"]
    assert "page_9" in desk.target(targets[1])["error_message"]
    assert [attempt["outcome"] for attempt in desk.attempts(targets[1])] == ["unknown"]
    assert desk.value("select count(*) from publishing.execution_history") == 1


def test_who_rejects_a_text_while_it_is_claimed_waits_and_finds_it_sent(
    desk: QueueDesk, page: str, monkeypatch: pytest.MonkeyPatch
):
    desk.due(page)
    content_id = desk.value("select content_id from publishing.post_targets")
    waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    platform, rejected = FakePlatform(), []

    def try_to_reject() -> None:
        try:
            reject(desk.url, content_id, "ann", "stop this")
            rejected.append("rejected")
        except ReviewError as error:
            rejected.append(str(error))

    person = threading.Thread(target=try_to_reject)

    def open_slowly(connection: Connection, *arguments: object) -> SecretStr:
        del connection, arguments
        person.start()
        deadline = time.monotonic() + 5
        while person.is_alive() and desk.value(waits) == 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        return SecretStr(TOKEN)

    monkeypatch.setattr("syndication_assets.publishing.leases.open_credential", open_slowly)
    publish(desk, platform, publish_concurrency=1)
    person.join()
    assert rejected == [f"{content_id} went out, or may have."]
    assert desk.states() == ["published"]
    assert desk.value("select decision::text from content.approvals") == "approved"


def test_what_is_being_rejected_is_not_claimed(desk: QueueDesk, platform: FakePlatform, page: str):
    rejected, other = desk.due(page, 2)
    content_id = desk.target(rejected)["content_id"]
    with transaction(desk.url) as connection:
        connection.execute("update content.posts_content set state = 'rejected' where content_id = %s", [content_id])
        assert publish(desk, platform).calls == 1
    assert (desk.target(rejected)["state"], desk.target(other)["state"]) == ("scheduled", "published")


def test_each_run_is_a_row_of_the_history_with_counts_only(desk: QueueDesk, platform: FakePlatform, page: str):
    desk.due(page, 3)
    platform.answers.append(refuse(OutcomeKind.PERMANENT))
    publish(desk, platform, publish_concurrency=1)
    (row,) = desk.rows(
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
        "1 of 3 were not published.",
    )
    publish(desk, platform, now=AFTER_SLOT)
    assert desk.value("select count(*) from publishing.execution_history") == 1
