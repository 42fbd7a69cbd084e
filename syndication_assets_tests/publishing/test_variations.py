"""Variations of each kind, from the rule of the channel to separate targets and results."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from syndication_assets.channels.errors.outcome import Outcome
from syndication_assets.publishing.checks import CHECKS
from syndication_assets.publishing.dry_run.dry_run_publisher import DryRun
from syndication_assets.publishing.planning.targets import plan_targets
from syndication_assets.publishing.publisher import Post
from syndication_assets.publishing.sending.publish import publish_due
from syndication_assets.publishing.sending.target_decisions import resolve_as_not_published
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY, Row, Shop
from syndication_assets_tests.publishing.fake_platform import FakePlatform, accept
from syndication_assets_tests.publishing.publishing_queue import PublishingQueue, settings_of
from syndication_assets_tests.sample_database import broken_checks, damaged
from syndication_assets_tests.today import today

LATER = datetime(2025, 12, 31, tzinfo=UTC)
TWICE = "post_targets__nothing_is_published_twice"


def window() -> tuple[date, date]:
    """From the first day of the tests to what is published now."""
    return FIRST_DAY, today() + timedelta(days=2)


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """A shop with one product, and two pages of a channel that approves texts that violate no rule."""
    shop = Shop(database_url)
    shop.load_templates()
    shop.channel()
    shop.approve_by_rule()
    page = shop.insert(
        "channels.social_accounts", "account_id", platform="facebook", remote_account_id="2", display_name="Other"
    )
    shop.insert(
        "publishing.publishing_schedules", "schedule_id", schedule_name="other", platform="facebook",
        channel_type="feed_post", account_id=page, recurrence_rule="FREQ=DAILY;BYHOUR=9", time_zone="UTC",
        starts_on=date(2025, 1, 1),
    )  # fmt: skip
    shop.product("kilt", shop.category("Kilts"), shop.category("Highland Wear"))
    yield shop
    shop.close()


def publish(shop: Shop, by: str, day: date = FIRST_DAY) -> None:
    """Publishes three variations of a day's post by a dry run, from the selection on."""
    shop.rule("variations", value=3)
    shop.rule("variations_by", value=by)
    shop.select(day)
    shop.write(day)
    shop.decide(day)
    plan_targets(shop.url, day, day + timedelta(1))
    publish_due(shop.url, settings_of(), LATER, {"dry_run": DryRun()}, 1000)


def targets(shop: Shop) -> list[Row]:
    return shop.records(
        "select *, state::text from publishing.post_targets order by account_id, variation, scheduled_at"
    )


@pytest.mark.parametrize("by", ["content", "hashtags", "timing"])
def test_each_variation_has_its_own_target_slot_and_result_on_each_page(shop: Shop, by: str):
    publish(shop, by)
    sent = targets(shop)
    assert [(target["variation"], target["state"]) for target in sent] == [(n, "published") for n in (1, 2, 3)] * 2
    for name in ("idempotency_key", "platform_post_id", "scheduled_at"):
        assert len({target[name] for target in sent}) == 6, name
    assert len({bytes(target["content_hash"]) for target in sent}) == (1 if by == "timing" else 3)
    results = shop.records("select * from content.variation_results order by variation")
    assert [(row["variation"], row["variations_by"], row["targets_published"]) for row in results] == [
        (number, by, 2) for number in (1, 2, 3)
    ]
    assert {row["is_simulated"] for row in results} == {True}
    assert len({row["published_at"] for row in results}) == 3


@pytest.mark.parametrize("by", ["content", "hashtags", "timing"])
def test_running_a_day_again_publishes_nothing_again(shop: Shop, by: str):
    publish(shop, by)
    first = targets(shop)
    publish(shop, by)
    assert targets(shop) == first
    assert shop.value("select count(*) from publishing.publish_attempts") == 6


def test_only_variations_by_timing_may_publish_the_same_words(shop: Shop):
    publish(shop, "timing")
    with damaged(shop.url, "select 1") as connection:
        assert TWICE not in broken_checks(connection, "publishing", CHECKS, window())
    with damaged(shop.url, "update content.product_selections set variations_by = 'content'") as connection:
        offenders = broken_checks(connection, "publishing", CHECKS, window())[TWICE]
    # On each page: the second repeats the first, and the third repeats both.
    assert offenders.count == 2 * 3


def test_a_repeated_variation_by_timing_is_reported(shop: Shop):
    publish(shop, "timing")
    again = (
        "drop index publishing.post_targets_one_version; alter table publishing.post_targets drop constraint"
        " post_targets_organization_id_content_id_account_id_channel__key;"
        "insert into publishing.post_targets (organization_id, content_id, content_hash, account_id, platform,"
        " channel_type, state, scheduled_at, is_simulated, published_at, platform_post_id) select organization_id,"
        " content_id, content_hash, account_id, platform, channel_type, 'published', '2025-12-24Z', true, '2026-01-01Z'"
        ", 'again' from publishing.post_targets where variation = 2 limit 1"
    )
    with damaged(shop.url, again) as connection:
        assert broken_checks(connection, "publishing", CHECKS, window())[TWICE].count == 1


def test_the_slot_of_a_cancelled_variation_is_not_reused_for_the_same_words(shop: Shop):
    shop.rule("variations", value=2)
    shop.rule("variations_by", value="timing")
    shop.execute("update publishing.publishing_schedules set is_active = schedule_name = 'other'")
    shop.select()
    shop.write()
    shop.decide()
    second = "(select content_id from content.posts_content where variation = 2)"
    shop.execute(f"update content.posts_content set state = 'needs_review' where content_id = {second}")
    plan_targets(shop.url, FIRST_DAY, FIRST_DAY + timedelta(1))
    shop.execute("update publishing.post_targets set state = 'cancelled'")
    shop.execute(f"update content.posts_content set state = 'approved' where content_id = {second}")
    plan_targets(shop.url, FIRST_DAY, FIRST_DAY + timedelta(1))
    assert [f"{target['state']} {target['scheduled_at']:%d}" for target in targets(shop)] == [
        "cancelled 03",
        "scheduled 04",
    ]


def test_a_late_response_leaves_the_other_variation_in_its_slot(queue: PublishingQueue):
    queue.schedule(queue.page(publisher="facebook_graph"))
    post = queue.post()
    for variation in (1, 2):
        queue.approve(queue.text(post, "the same words", variation=variation))
    queue.plan()

    def accept_very_slowly(fake: FakePlatform, post_to_send: Post) -> Outcome:
        queue.expire_leases()
        queue.publish({})
        resolve_as_not_published(queue.url, post_to_send.target_id, "isla")
        return accept(fake, post_to_send)

    platform = FakePlatform()
    platform.responses.append(accept_very_slowly)
    queue.publish_to(platform)
    assert queue.states() == ["published", "scheduled"]
    assert queue.slots() == ["11-03 17:00", "11-04 17:00"]
    assert len(platform.accepted) == 1
