"""Looking up: found is published, everything else stays for a person, with the reason and the command."""

from datetime import UTC, datetime, timedelta

import pytest

from syndication_assets.channels.outcome import Outcome, OutcomeKind
from syndication_assets.publishing.dry_run.dry_run_publisher import DryRun
from syndication_assets.publishing.publisher import Listing, RemotePost
from syndication_assets.publishing.reconcile import Finding, judge
from syndication_assets.publishing.target_decisions import resolve_as_not_published, resolve_as_published
from syndication_assets_tests.publishing.fake_platform import (
    FakePlatform,
    lose_the_question,
    take_and_lose_the_answer,
)
from syndication_assets_tests.publishing.queue_desk import NOON, QueueDesk

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
def test_what_a_listing_proves(listed: Listing, now: datetime, known: set[str], finding: Finding):
    assert judge(listed, NOON, now, known) == finding


@pytest.mark.parametrize(
    ("listed", "now", "known", "reason"),
    [
        (listing(remote(), remote("page_2")), LATER, set(), "2 posts with this text"),
        (listing(is_complete=False), LATER, set(), "could not be listed: it is down"),
        (listing(), NOON + timedelta(minutes=9), set(), "may still come"),
        (listing(remote(has_same_text=False)), LATER, set(), "may be this one"),
        (listing(remote(), is_complete=False), LATER, {"page_1"}, "could not be listed"),
        (listing(), LATER, set(), "is not there"),
        (listing(remote(has_same_text=False)), LATER, {"page_1"}, "is not there"),
        (listing(remote(minutes=-90)), LATER, set(), "is not there"),
    ],
)
def test_what_a_listing_does_not_prove(listed: Listing, now: datetime, known: set[str], reason: str):
    finding = judge(listed, NOON, now, known)
    assert finding.found is None
    assert reason in finding.reason


@pytest.fixture
def platform() -> FakePlatform:
    return FakePlatform()


def lose(desk: QueueDesk, platform: FakePlatform, *, is_taken: bool) -> str:
    """A target whose answer did not come, twelve minutes ago."""
    (target_id,) = desk.due(desk.page(publisher="facebook_graph"))
    platform.answers.append(take_and_lose_the_answer if is_taken else lose_the_question)
    desk.publish({"facebook_graph": platform})
    desk.execute("update publishing.publish_attempts set started_at = started_at - interval '12 minutes'")
    return target_id


def lose_twins(
    desk: QueueDesk, platform: FakePlatform, page: str, post: str, *, is_second_taken: bool, minutes: int
) -> tuple[str, str]:
    """Two variations with the same words on one page, so many minutes apart, whose answers did not come."""
    targets = [
        desk.insert(
            "publishing.post_targets",
            "target_id",
            content_id=desk.approve(desk.text(post, "the same words", variation=number)),
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
    platform.answers.extend(
        [take_and_lose_the_answer, take_and_lose_the_answer if is_second_taken else lose_the_question]
    )
    desk.publish({"facebook_graph": platform})
    first_sent = datetime.now(UTC) - timedelta(minutes=minutes + 12)
    for number, (target_id, sent_at) in enumerate(
        zip(targets, (first_sent, first_sent + timedelta(minutes=minutes)), strict=True)
    ):
        desk.execute(
            "update publishing.publish_attempts set started_at = %s where target_id = %s", [sent_at, target_id]
        )
        if number < len(platform.taken):
            platform.taken[number] = (*platform.taken[number][:2], sent_at)
    return targets[0], targets[1]


def test_a_post_that_is_found_is_published_with_its_id_and_its_time(desk: QueueDesk, platform: FakePlatform):
    target_id = lose(desk, platform, is_taken=True)
    report = desk.reconcile({"facebook_graph": platform})
    assert report.states == {"published": 1}
    target, (attempt,) = desk.target(target_id), desk.attempts(target_id)
    assert (target["state"], target["platform_post_id"]) == ("published", "page_1")
    assert datetime.fromisoformat(target["published_at"]) == platform.taken[0][2]
    assert (attempt["outcome"], attempt["platform_post_id"], attempt["resolved_by"]) == (
        "published",
        "page_1",
        "lookup",
    )
    assert attempt["resolved_at"] is not None


def test_a_post_that_is_not_there_is_sent_again_by_a_person_and_by_nobody_else(desk: QueueDesk, platform: FakePlatform):
    target_id = lose(desk, platform, is_taken=False)
    assert desk.reconcile({"facebook_graph": platform}).states == {"needs_reconcile": 1}
    desk.pass_waits()
    desk.publish({"facebook_graph": platform})
    message = desk.target(target_id)["error_message"]
    assert "looked for on the account, and is not there" in message
    assert f"syndication targets resolve {target_id}" in message
    assert "`--not-published` to send it again" in message
    assert platform.taken == []
    resolve_as_not_published(desk.url, target_id, "isla")
    desk.pass_waits()
    desk.publish({"facebook_graph": platform})
    assert desk.target(target_id)["state"] == "published"
    assert [attempt["outcome"] for attempt in desk.attempts(target_id)] == ["retryable", "published"]
    assert [attempt["resolved_by"] for attempt in desk.attempts(target_id)] == ["isla", None]
    assert len(platform.taken) == 1


def test_what_cannot_be_listed_stays_with_the_reason_and_the_command(desk: QueueDesk, platform: FakePlatform):
    target_id = lose(desk, platform, is_taken=False)
    platform.is_listing_complete = False
    assert desk.reconcile({"facebook_graph": platform}).states == {"needs_reconcile": 1}
    message = desk.target(target_id)["error_message"]
    assert "could not be listed: it is down" in message
    assert f"syndication targets resolve {target_id} --published" in message


def test_a_post_of_somebody_else_keeps_a_target_from_being_sent_again(desk: QueueDesk, platform: FakePlatform):
    target_id = lose(desk, platform, is_taken=False)
    platform.taken.append(("page_9", "Something that a person wrote", datetime.now(UTC)))
    desk.reconcile({"facebook_graph": platform})
    assert "may be this one" in desk.target(target_id)["error_message"]


def test_a_post_that_another_target_has_is_not_found_a_second_time(desk: QueueDesk, platform: FakePlatform):
    lost = lose(desk, platform, is_taken=False)
    (other,) = desk.due(desk.page("other", "facebook_graph"))
    desk.publish({"facebook_graph": platform})
    assert desk.target(other)["platform_post_id"] == "page_1"
    platform.taken[0] = (
        "page_1",
        desk.value("select text_content from content.posts_content order by 1 limit 1"),
        NOON,
    )
    platform.taken[0] = (*platform.taken[0][:2], datetime.now(UTC))
    desk.reconcile({"facebook_graph": platform})
    assert "is not there" in desk.target(lost)["error_message"]


@pytest.mark.parametrize(("is_second_taken", "minutes"), [(True, 30), (False, 30), (False, 110)])
def test_a_post_that_may_be_the_one_of_another_variation_with_the_same_text_is_nobodys(
    desk: QueueDesk, platform: FakePlatform, is_second_taken: bool, minutes: int
):
    page, post = desk.page(publisher="facebook_graph"), desk.post()
    first, second = lose_twins(desk, platform, page, post, is_second_taken=is_second_taken, minutes=minutes)
    assert desk.reconcile({"facebook_graph": platform}).states == {"needs_reconcile": 2}
    assert f"may be that of {second}" in desk.target(first)["error_message"]
    resolve_as_published(desk.url, first, "page_1", "isla")
    desk.reconcile({"facebook_graph": platform})
    assert desk.target(second)["state"] == ("published" if is_second_taken else "needs_reconcile")


def test_a_post_of_long_before_or_after_is_no_other_variations(desk: QueueDesk, platform: FakePlatform):
    page, post = desk.page(publisher="facebook_graph"), desk.post()
    first, second = lose_twins(desk, platform, page, post, is_second_taken=True, minutes=180)
    assert desk.reconcile({"facebook_graph": platform}).states == {"published": 2}
    assert [desk.target(one)["platform_post_id"] for one in (first, second)] == ["page_1", "page_2"]


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
def test_an_account_that_may_not_be_asked_is_not_asked(statement: str, desk: QueueDesk, platform: FakePlatform):
    target_id = lose(desk, platform, is_taken=True)
    desk.execute(statement)
    assert desk.reconcile({"facebook_graph": platform}).states == {}
    assert desk.target(target_id)["state"] == "needs_reconcile"


def lose_three(desk: QueueDesk, platform: FakePlatform) -> None:
    """Three targets in doubt, two of them on one page."""
    desk.due(desk.page(publisher="facebook_graph"), 2)
    desk.due(desk.page("other", "facebook_graph"))
    platform.answers.extend([lose_the_question] * 3)
    desk.publish({"facebook_graph": platform})


@pytest.mark.parametrize(("is_app_wide", "lookups", "resting"), [(False, 2, 2), (True, 1, 2)])
def test_a_limit_that_a_lookup_meets_holds_for_the_account_or_for_all_of_the_app(
    desk: QueueDesk, platform: FakePlatform, is_app_wide: bool, lookups: int, resting: int
):
    lose_three(desk, platform)
    platform.listing_refusal = Outcome(
        OutcomeKind.RETRYABLE, message="Too many calls.", wait=timedelta(minutes=20), is_app_wide=is_app_wide
    )
    desk.reconcile({"facebook_graph": platform})
    assert platform.lookups == lookups
    assert desk.value("select count(*) from channels.platform_limits where blocked_until > now()") == resting
    assert desk.value("select distinct reason from channels.platform_limits") == "Too many calls."


@pytest.mark.parametrize("kind", [OutcomeKind.DISCONNECTED, OutcomeKind.REFRESH_TOKEN])
def test_a_credential_that_a_lookup_finds_refused_disconnects_its_account(
    desk: QueueDesk, platform: FakePlatform, kind: OutcomeKind
):
    lose_three(desk, platform)
    platform.listing_refusal = Outcome(kind, message="The token was revoked.")
    desk.reconcile({"facebook_graph": platform})
    assert platform.lookups == 2
    statuses = desk.rows("select status::text, status_reason from channels.social_accounts")
    assert {status for status, _ in statuses} == {"disconnected"}
    assert all("The token was revoked. Get a new token" in reason for _, reason in statuses)


def test_a_credential_that_can_be_renewed_disconnects_nothing(desk: QueueDesk, platform: FakePlatform):
    lose_three(desk, platform)
    platform.new_secret = "renewed"
    platform.listing_refusal = Outcome(OutcomeKind.REFRESH_TOKEN, message="It has expired.")
    desk.reconcile({"facebook_graph": platform})
    assert desk.value("select distinct status::text from channels.social_accounts") == "active"


def test_a_simulation_that_died_sent_nothing(desk: QueueDesk):
    (target_id,) = desk.due(desk.page())
    desk.execute(
        "update publishing.post_targets set state = 'publishing', claimed_by = 'dead', leased_until = '2020-01-01Z',"
        " attempts = 1"
    )
    desk.execute(
        "insert into publishing.publish_attempts (organization_id, target_id, attempt_number, publisher, started_at)"
        " select organization_id, target_id, 1, 'dry_run', now() - interval '1 hour' from publishing.post_targets"
    )
    desk.publish()
    assert desk.target(target_id)["state"] == "needs_reconcile"
    desk.reconcile({"dry_run": DryRun()})
    assert "is not there" in desk.target(target_id)["error_message"]
    resolve_as_not_published(desk.url, target_id, "isla")
    desk.pass_waits()
    desk.publish()
    assert desk.target(target_id)["platform_post_id"] == f"dry-run_{target_id}"
