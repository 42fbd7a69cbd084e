"""Late responses and unresolved calls: a post that may exist is never sent again."""

from datetime import UTC, datetime

import pytest

from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.content.review.text_decisions import ReviewError, edit
from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.publisher import Post
from syndication_assets.publishing.sending.target_decisions import resolve_as_cancelled, resolve_as_not_published, retry
from syndication_assets_tests.publishing.fake_platform import (
    FakePlatform,
    accept,
    accept_and_lose_the_response,
    reject_with,
)
from syndication_assets_tests.publishing.publishing_queue import PublishingQueue


def test_a_response_that_arrives_after_the_lease_expired_still_counts(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    def accept_slowly(fake: FakePlatform, post: Post) -> Outcome:
        queue.expire_leases()
        assert queue.publish({}).recovered == {"needs_reconcile": 1}
        return accept(fake, post)

    (target_id,) = queue.due(page)
    platform.responses.append(accept_slowly)
    queue.publish_to(platform)
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
    queue.publish_to(platform)
    queue.publish_to(platform)
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
    queue.publish_to(platform)
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
    queue.publish_to(platform)
    queue.plan()
    queue.publish_to(platform)
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
    queue.publish_to(platform)
    queue.pass_waits()
    queue.publish_to(platform)
    assert (queue.target(target_id)["state"], queue.target(target_id)["platform_post_id"]) == ("published", "page_1")


def test_a_target_with_a_published_attempt_is_neither_leased_nor_retried(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)
    platform.responses.append(reject_with(OutcomeKind.RETRYABLE))
    queue.publish_to(platform)
    queue.pass_waits()
    queue.execute("update publishing.publish_attempts set outcome = 'published', platform_post_id = 'page_1'")
    assert queue.publish_to(platform).calls == 0
    with pytest.raises(SyndicationError, match=f"has it as page_1.* targets cancel {target_id}"):
        retry(queue.url, target_id, "isla")


def test_a_target_cancelled_while_unresolved_counts_as_sent_for_editing_and_planning(
    queue: PublishingQueue, platform: FakePlatform, page: str
):
    (target_id,) = queue.due(page)
    queue.schedule(page)
    platform.responses.append(accept_and_lose_the_response)
    queue.publish_to(platform)
    resolve_as_cancelled(queue.url, target_id, "isla")
    content_id = queue.target(target_id)["content_id"]
    with pytest.raises(ReviewError, match="was published, or may have been"):
        edit(queue.url, content_id, "ann", "Other words")
    # Even if a new version is inserted past the check:
    queue.execute("update content.posts_content set state = 'superseded'")
    queue.approve(queue.text(queue.target(target_id)["post_core_id"], version=2))
    assert queue.plan().texts == 0
