"""Publishing: which targets are due, what is sent, and what a run reports."""

from datetime import timedelta

import pytest

from syndication_assets.channels.errors.outcome import OutcomeKind
from syndication_assets.publishing.dry_run.dry_run_publisher import DryRun
from syndication_assets.publishing.sending.publish import publish_due
from syndication_assets_tests.given_settings import give_setting
from syndication_assets_tests.publishing.fake_platform import (
    FakePlatform,
    reject_with,
)
from syndication_assets_tests.publishing.publishing_queue import AFTER_SLOT, NOON, TOKEN, PublishingQueue, settings_of


@pytest.mark.both_servers
def test_a_due_target_is_published_once_with_its_attempt_and_post_id(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)
    report = queue.publish_to(platform)
    assert report.outcomes == {OutcomeKind.PUBLISHED: 1}
    assert queue.publish_to(platform).calls == 0
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
    queue.publish_to(platform)
    (post,) = platform.calls
    assert (
        queue.value("select target_id from publishing.post_targets where content_id = %s", [content]) == post.target_id
    )
    assert (post.remote_account_id, post.channel_type, post.text) == ("page", "feed_post", "Shortbread")
    assert (post.link_url, post.image_url, post.alt_text) == ("https://shop.example/a", "https://x.example/i", "Tin")


def test_no_target_is_sent_before_it_is_due(queue: PublishingQueue, platform: FakePlatform, page: str):
    queue.due(page)
    assert queue.publish_to(platform, now=NOON - timedelta(seconds=1)).calls == 0
    assert queue.publish_to(platform, now=NOON).calls == 1


def test_a_text_that_lost_its_approval_at_the_last_moment_is_not_sent(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    queue.schedule(page)
    content = queue.approved()
    queue.plan()
    queue.withdraw(content)
    assert queue.publish_to(platform).withdrawn == 1
    assert platform.calls == []
    assert queue.states() == ["draft"]


def test_an_approval_of_a_different_text_does_not_count(queue: PublishingQueue, platform: FakePlatform, page: str):
    queue.due(page)
    queue.execute("update content.approvals set content_hash = 'other words'")
    assert queue.publish_to(platform).calls == 0


@pytest.mark.parametrize(
    "statement",
    [
        "update channels.social_accounts set status = 'paused'",
        "update channels.social_accounts set status = 'disconnected'",
        "update channels.platforms set status = 'inactive'",
        "update channels.platform_channels set status = 'deprecated'",
        (
            "insert into publishing.content_processes (process_name, platform, channel_type, display_name, is_active)"
            " values ('product_post', 'facebook', 'feed_post', 'Products', false)"
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
        queue.publish_to(platform)
    finally:
        queue.execute("update tenancy.organizations set is_active = true, settings = '{}'")
    assert platform.calls == []
    assert queue.states() == ["scheduled"]


def test_a_dry_run_marks_its_target_as_simulated_and_gives_it_a_fixed_id(queue: PublishingQueue):
    (target_id,) = queue.due(queue.page())
    queue.publish()
    target = queue.target(target_id)
    assert (target["platform_post_id"], target["is_simulated"]) == (f"dry-run_{target_id}", True)


@pytest.mark.both_servers
def test_a_page_that_stops_simulating_is_not_marked_as_simulated(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    queue.schedule(page)
    queue.execute("update channels.social_accounts set publisher = 'dry_run'")
    queue.approved()
    queue.plan()
    assert queue.value("select is_simulated from publishing.post_targets") is True
    queue.execute("update channels.social_accounts set publisher = 'facebook_graph'")
    queue.publish_to(platform)
    assert queue.value("select is_simulated from publishing.post_targets") is False


def test_a_real_page_that_missed_its_slot_waits_for_a_person_and_a_simulation_goes_on(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (real,) = queue.due(page)
    (simulated,) = queue.due(queue.page("simulated"))
    now = NOON + timedelta(hours=25)
    publishers = {"facebook_graph": platform, "dry_run": DryRun()}
    give_setting(queue.url, "publishing.maximum_delay_hours", 24)
    report = publish_due(queue.url, settings_of(), now, publishers, 10)
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
    report = queue.publish_to(platform)
    assert [post.target_id for post in platform.calls] == [elsewhere]
    (problem,) = report.problems
    assert problem.startswith(f"Account {page}: The credential 'token-page'")
    assert queue.value("select count(*) from publishing.publish_attempts") == 1
    assert queue.value("select sum(attempts) from publishing.post_targets") == 1


def test_the_limit_counts_calls(queue: PublishingQueue, platform: FakePlatform, page: str):
    queue.due(page, 5)
    assert queue.publish_to(platform, limit=3).calls == 3
    assert queue.publish_to(platform, limit=3).calls == 2


def test_each_run_adds_a_row_of_counts_to_the_history(queue: PublishingQueue, platform: FakePlatform, page: str):
    queue.due(page, 3)
    platform.responses.append(reject_with(OutcomeKind.PERMANENT))
    queue.publish_to(platform, publish_concurrency=1)
    (row,) = queue.rows(
        "select process_name, platform, channel_type, execution_status::text, input_data, output_data, error_message"
        " from publishing.execution_history"
    )
    assert row == (
        "product_post",
        "facebook",
        "feed_post",
        "partial",
        {"targets": 3},
        {"published": 2, "permanent": 1},
        "1 of 3 targets were not published.",
    )
    queue.publish_to(platform, now=AFTER_SLOT)
    assert queue.value("select count(*) from publishing.execution_history") == 1
