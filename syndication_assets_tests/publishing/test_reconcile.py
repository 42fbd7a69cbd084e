"""Reconciling: posts that are found are published; other targets wait for a person, with the reason and the command."""

from datetime import UTC, datetime, timedelta

import pytest

from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.publishing.dry_run.dry_run_publisher import DryRun
from syndication_assets.publishing.publisher import Listing, RemotePost
from syndication_assets.publishing.sending.reconcile import Finding, judge
from syndication_assets.publishing.sending.target_decisions import resolve_as_not_published, resolve_as_published
from syndication_assets_tests.publishing.fake_platform import (
    FakePlatform,
    accept_and_lose_the_response,
    lose_the_request,
)
from syndication_assets_tests.publishing.publishing_queue import NOON, PublishingQueue

LATER = NOON + timedelta(minutes=11)


def remote(post_id: str = "page_1", minutes: int = 0, has_same_text: bool = True) -> RemotePost:
    return RemotePost(post_id, None, NOON + timedelta(minutes=minutes), has_same_text)


def listing(*posts: RemotePost, is_complete: bool = True) -> Listing:
    return Listing(posts, is_complete, None if is_complete else "it is down")


@pytest.mark.parametrize(
    ("listed", "now", "known", "finding"),
    [
        (listing(remote()), NOON, set(), Finding(found=remote())),
        (listing(remote(), is_complete=False), NOON, set(), Finding(found=remote())),
    ],
)
def test_a_listing_with_a_matching_post_proves_publication(
    listed: Listing, now: datetime, known: set[str], finding: Finding
):
    assert judge(listed, NOON, now, known) == finding


@pytest.mark.parametrize(
    ("listed", "now", "known", "reason"),
    [
        (listing(remote(), remote("page_2")), LATER, set(), "2 posts with this text"),
        (listing(is_complete=False), LATER, set(), "could not be listed: it is down"),
        (listing(), NOON + timedelta(minutes=9), set(), "may still appear"),
        (listing(remote(has_same_text=False)), LATER, set(), "may be this one"),
        (listing(remote(), is_complete=False), LATER, {"page_1"}, "could not be listed"),
        (listing(), LATER, set(), "did not find it"),
        (listing(remote(has_same_text=False)), LATER, {"page_1"}, "did not find it"),
        (listing(remote(minutes=-90)), LATER, set(), "did not find it"),
    ],
)
def test_an_ambiguous_listing_proves_nothing(listed: Listing, now: datetime, known: set[str], reason: str):
    finding = judge(listed, NOON, now, known)
    assert finding.found is None
    assert reason in finding.reason


def lose(queue: PublishingQueue, platform: FakePlatform, *, is_accepted: bool) -> str:
    """A target whose call got no response, twelve minutes ago."""
    (target_id,) = queue.due(queue.page(publisher="facebook_graph"))
    platform.responses.append(accept_and_lose_the_response if is_accepted else lose_the_request)
    queue.publish_to(platform)
    queue.execute("update publishing.publish_attempts set started_at = started_at - interval '12 minutes'")
    return target_id


def lose_duplicates(
    queue: PublishingQueue, platform: FakePlatform, page: str, post: str, *, is_second_accepted: bool, minutes: int
) -> tuple[str, str]:
    """Two variations with the same words on one page, sent `minutes` apart, whose calls got no response."""
    targets = [
        queue.insert(
            "publishing.post_targets",
            "target_id",
            content_id=queue.approve(queue.text(post, "the same words", variation=number)),
            content_hash=b"the same words",
            account_id=page,
            platform="facebook",
            channel_type="feed_post",
            state="scheduled",
            scheduled_at=NOON + timedelta(minutes=number),
            is_simulated=False,
        )
        for number in (1, 2)
    ]
    platform.responses.extend(
        [accept_and_lose_the_response, accept_and_lose_the_response if is_second_accepted else lose_the_request]
    )
    queue.publish_to(platform)
    first_sent = datetime.now(UTC) - timedelta(minutes=minutes + 12)
    for number, (target_id, sent_at) in enumerate(
        zip(targets, (first_sent, first_sent + timedelta(minutes=minutes)), strict=True)
    ):
        queue.execute(
            "update publishing.publish_attempts set started_at = %s where target_id = %s", [sent_at, target_id]
        )
        if number < len(platform.accepted):
            platform.accepted[number] = (*platform.accepted[number][:2], sent_at)
    return targets[0], targets[1]


def test_a_post_that_is_found_is_published_with_its_id_and_time(queue: PublishingQueue, platform: FakePlatform):
    target_id = lose(queue, platform, is_accepted=True)
    report = queue.reconcile({"facebook_graph": platform})
    assert report.states == {"published": 1}
    target, (attempt,) = queue.target(target_id), queue.attempts(target_id)
    assert (target["state"], target["platform_post_id"]) == ("published", "page_1")
    assert datetime.fromisoformat(target["published_at"]) == platform.accepted[0][2]
    assert (attempt["outcome"], attempt["platform_post_id"], attempt["resolved_by"]) == (
        "published",
        "page_1",
        "lookup",
    )
    assert attempt["resolved_at"] is not None


def test_a_post_that_is_not_found_is_sent_again_only_by_a_person(queue: PublishingQueue, platform: FakePlatform):
    target_id = lose(queue, platform, is_accepted=False)
    assert queue.reconcile({"facebook_graph": platform}).states == {"needs_reconcile": 1}
    queue.pass_waits()
    queue.publish_to(platform)
    message = queue.target(target_id)["error_message"]
    assert "The lookup did not find it on the account" in message
    assert f"syndication targets resolve {target_id}" in message
    assert "`--not-published` to send it again" in message
    assert platform.accepted == []
    resolve_as_not_published(queue.url, target_id, "isla")
    queue.pass_waits()
    queue.publish_to(platform)
    assert queue.target(target_id)["state"] == "published"
    assert [attempt["outcome"] for attempt in queue.attempts(target_id)] == ["retryable", "published"]
    assert [attempt["resolved_by"] for attempt in queue.attempts(target_id)] == ["isla", None]
    assert len(platform.accepted) == 1


def test_a_target_whose_account_cannot_be_listed_stays_unresolved_with_reason_and_command(
    queue: PublishingQueue, platform: FakePlatform
):
    target_id = lose(queue, platform, is_accepted=False)
    platform.is_listing_complete = False
    assert queue.reconcile({"facebook_graph": platform}).states == {"needs_reconcile": 1}
    message = queue.target(target_id)["error_message"]
    assert "could not be listed: it is down" in message
    assert f"syndication targets resolve {target_id} --published" in message


def test_an_unidentified_post_keeps_the_target_unresolved(queue: PublishingQueue, platform: FakePlatform):
    target_id = lose(queue, platform, is_accepted=False)
    platform.accepted.append(("page_9", "Something that a person wrote", datetime.now(UTC)))
    queue.reconcile({"facebook_graph": platform})
    assert "may be this one" in queue.target(target_id)["error_message"]


def test_the_post_of_another_target_is_not_matched_again(queue: PublishingQueue, platform: FakePlatform):
    lost = lose(queue, platform, is_accepted=False)
    (other,) = queue.due(queue.page("other", "facebook_graph"))
    queue.publish_to(platform)
    assert queue.target(other)["platform_post_id"] == "page_1"
    platform.accepted[0] = (
        "page_1",
        queue.value("select text_content from content.posts_content order by 1 limit 1"),
        NOON,
    )
    platform.accepted[0] = (*platform.accepted[0][:2], datetime.now(UTC))
    queue.reconcile({"facebook_graph": platform})
    assert "did not find it" in queue.target(lost)["error_message"]


@pytest.mark.parametrize(("is_second_accepted", "minutes"), [(True, 30), (False, 30), (False, 110)])
def test_a_post_that_may_belong_to_another_variation_with_the_same_text_stays_unresolved(
    queue: PublishingQueue, platform: FakePlatform, is_second_accepted: bool, minutes: int
):
    page, post = queue.page(publisher="facebook_graph"), queue.post()
    first, second = lose_duplicates(queue, platform, page, post, is_second_accepted=is_second_accepted, minutes=minutes)
    assert queue.reconcile({"facebook_graph": platform}).states == {"needs_reconcile": 2}
    assert f"may belong to {second}" in queue.target(first)["error_message"]
    resolve_as_published(queue.url, first, "page_1", "isla")
    queue.reconcile({"facebook_graph": platform})
    assert queue.target(second)["state"] == ("published" if is_second_accepted else "needs_reconcile")


def test_variations_sent_far_apart_are_matched_to_their_own_posts(queue: PublishingQueue, platform: FakePlatform):
    page, post = queue.page(publisher="facebook_graph"), queue.post()
    first, second = lose_duplicates(queue, platform, page, post, is_second_accepted=True, minutes=180)
    assert queue.reconcile({"facebook_graph": platform}).states == {"published": 2}
    assert [queue.target(target_id)["platform_post_id"] for target_id in (first, second)] == ["page_1", "page_2"]


@pytest.mark.parametrize(
    "statement",
    [
        "update channels.social_accounts set status = 'disconnected'",
        (
            "insert into channels.platform_limits (organization_id, account_id, blocked_until, reason)"
            " select organization_id, account_id, '2100-01-01Z', 'asked to' from channels.social_accounts"
        ),
    ],
)
def test_an_account_that_may_not_be_called_is_not_looked_up(
    statement: str, queue: PublishingQueue, platform: FakePlatform
):
    target_id = lose(queue, platform, is_accepted=True)
    queue.execute(statement)
    assert queue.reconcile({"facebook_graph": platform}).states == {}
    assert queue.target(target_id)["state"] == "needs_reconcile"


def lose_three(queue: PublishingQueue, platform: FakePlatform) -> None:
    """Three unresolved targets, two of them on one page."""
    queue.due(queue.page(publisher="facebook_graph"), 2)
    queue.due(queue.page("other", "facebook_graph"))
    platform.responses.extend([lose_the_request] * 3)
    queue.publish_to(platform)


@pytest.mark.parametrize(("is_app_wide", "lookups", "resting"), [(False, 2, 2), (True, 1, 2)])
def test_a_rate_limit_of_a_lookup_applies_to_the_account_or_to_the_whole_app(
    queue: PublishingQueue, platform: FakePlatform, is_app_wide: bool, lookups: int, resting: int
):
    lose_three(queue, platform)
    platform.listing_rejection = Outcome(
        OutcomeKind.RETRYABLE, message="Too many calls.", wait=timedelta(minutes=20), is_app_wide=is_app_wide
    )
    queue.reconcile({"facebook_graph": platform})
    assert platform.lookups == lookups
    assert queue.value("select count(*) from channels.platform_limits where blocked_until > now()") == resting
    assert queue.value("select distinct reason from channels.platform_limits") == "Too many calls."


@pytest.mark.parametrize("kind", [OutcomeKind.DISCONNECTED, OutcomeKind.REFRESH_TOKEN])
def test_a_credential_that_is_rejected_in_a_lookup_disconnects_its_account(
    queue: PublishingQueue, platform: FakePlatform, kind: OutcomeKind
):
    lose_three(queue, platform)
    platform.listing_rejection = Outcome(kind, message="The token was revoked.")
    queue.reconcile({"facebook_graph": platform})
    assert platform.lookups == 2
    statuses = queue.rows("select status::text, status_reason from channels.social_accounts")
    assert {status for status, _ in statuses} == {"disconnected"}
    assert all("The token was revoked. Get a new token" in reason for _, reason in statuses)


def test_a_credential_that_can_be_renewed_disconnects_nothing(queue: PublishingQueue, platform: FakePlatform):
    lose_three(queue, platform)
    platform.new_secret = "renewed"
    platform.listing_rejection = Outcome(OutcomeKind.REFRESH_TOKEN, message="It has expired.")
    queue.reconcile({"facebook_graph": platform})
    assert queue.value("select distinct status::text from channels.social_accounts") == "active"


def test_a_simulation_that_died_is_looked_up_and_sent_again(queue: PublishingQueue):
    (target_id,) = queue.due(queue.page())
    queue.execute(
        "update publishing.post_targets set state = 'publishing', leased_by = 'dead', leased_until = '2020-01-01Z',"
        " attempts = 1"
    )
    queue.execute(
        "insert into publishing.publish_attempts (organization_id, target_id, attempt_number, publisher, started_at)"
        " select organization_id, target_id, 1, 'dry_run', now() - interval '1 hour' from publishing.post_targets"
    )
    queue.publish()
    assert queue.target(target_id)["state"] == "needs_reconcile"
    queue.reconcile({"dry_run": DryRun()})
    assert "did not find it" in queue.target(target_id)["error_message"]
    resolve_as_not_published(queue.url, target_id, "isla")
    queue.pass_waits()
    queue.publish()
    assert queue.target(target_id)["platform_post_id"] == f"dry-run_{target_id}"
