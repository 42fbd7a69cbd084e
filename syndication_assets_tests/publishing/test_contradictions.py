"""Texts that the catalogue contradicts when they are due: they are not sent, and the target says why."""

from datetime import UTC, datetime, timedelta

import pytest

from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.target_decisions import retry
from syndication_assets_tests.publishing.fake_platform import FakePlatform
from syndication_assets_tests.publishing.publishing_queue import DAY, NOON, PLATFORM, PublishingQueue

MORNING = datetime(2025, 11, 3, 6, tzinfo=UTC)
WRITTEN = datetime(2025, 11, 3, 8, tzinfo=UTC)


def add_product(queue: PublishingQueue, price: str = "19.90") -> str:
    """Adds a product with this price since the morning; returns its id."""
    queue.insert("catalogue.vendors", "vendor", vendor="shop", source="clan_catalogue", currency="GBP")
    product_id = queue.insert(
        "catalogue.products",
        "product_id",
        vendor="shop",
        sku="tin",
        name="Shortbread tin",
        price=price,
        currency="GBP",
        content_hash=b"tin",
        observed_at=MORNING,
        first_seen_at=MORNING,
    )
    record_price(queue, product_id, price, MORNING)
    return product_id


def record_price(queue: PublishingQueue, product_id: str, price: str | None, observed_at: datetime) -> None:
    queue.insert(
        "catalogue.product_prices",
        "product_id",
        product_id=product_id,
        observed_at=observed_at,
        price=price,
        currency=price and "GBP",
    )


def change_price(queue: PublishingQueue, product_id: str, price: str | None, observed_at: datetime) -> None:
    record_price(queue, product_id, price, observed_at)
    queue.execute(
        "update catalogue.products set price = %s, observed_at = %s where product_id = %s",
        [price, observed_at, product_id],
    )


def schedule_text(queue: PublishingQueue, product_id: str, text: str, publisher: str = "facebook_graph") -> str:
    """Queues an approved text about the product; returns the target's id."""
    queue.schedule(queue.page(publisher=publisher))
    post = queue.insert(
        "content.posts_core",
        "post_core_id",
        post_kind="product",
        product_id=product_id,
        platform=PLATFORM,
        channel_type="feed_post",
        planned_on=DAY,
    )
    queue.approve(queue.text(post, text, created_at=WRITTEN))
    assert queue.plan().targets_written == 1
    return str(queue.value("select target_id from publishing.post_targets"))


def publish(queue: PublishingQueue, now: datetime = datetime(2025, 11, 3, 18, tzinfo=UTC)) -> int:
    platform = FakePlatform()
    queue.publish_to(platform, now=now)
    return len(platform.accepted)


def test_a_text_whose_price_has_changed_goes_back_to_draft_and_says_what_to_do(queue: PublishingQueue):
    product_id = add_product(queue)
    target_id = schedule_text(queue, product_id, "A tin for £19.90.")
    change_price(queue, product_id, "24.50", NOON)
    assert publish(queue) == 0
    target = queue.target(target_id)
    assert target["state"] == "draft"
    assert "The price of its product has changed since it was written; it is now 24.50 GBP." in target["error_message"]
    assert f"syndication review edit {target['content_id']}" in target["error_message"]
    assert queue.plan().texts == 0, "it is not queued again unchanged"
    change_price(queue, product_id, "19.90", NOON + timedelta(hours=1))
    assert queue.plan().targets_written == 1
    assert publish(queue) == 1


def test_a_text_whose_product_is_gone_is_sent_only_after_the_product_returns(queue: PublishingQueue):
    product_id = add_product(queue)
    target_id = schedule_text(queue, product_id, "A tin.")
    queue.execute("update catalogue.products set is_active = false, deactivated_at = %s", [NOON])
    assert publish(queue) == 0
    assert "no longer in the catalogue" in queue.target(target_id)["error_message"]
    queue.execute("update catalogue.products set is_active = true, deactivated_at = null")
    queue.plan()
    assert publish(queue) == 1


@pytest.mark.parametrize(
    ("text", "is_sent"),
    [
        ("A tin of shortbread, baked in Skye.", True),
        ("24 pieces in a tin.", True),
        ("Only £19.90!", False),
        ("Nur 19,90 € die Dose", False),
        ("19.9", False),
        ("It costs 119.90 elsewhere.", True),
        ("Order number 19.905.", True),
    ],
)
def test_only_a_text_that_mentions_the_former_price_is_held_back(queue: PublishingQueue, text: str, is_sent: bool):
    product_id = add_product(queue)
    schedule_text(queue, product_id, text)
    change_price(queue, product_id, "24.50", NOON)
    assert publish(queue) == is_sent


@pytest.mark.parametrize("text", ["A tapestry for £1,252.00", "1.252 €", "1 252,00 €", "1252 pounds"])
def test_a_price_is_recognized_in_every_common_notation(queue: PublishingQueue, text: str):
    product_id = add_product(queue, "1252.00")
    schedule_text(queue, product_id, text)
    change_price(queue, product_id, None, NOON)
    assert publish(queue) == 0
    assert "it is now unknown" in queue.value("select error_message from publishing.post_targets")


def test_a_simulation_of_a_past_day_uses_the_catalogue_of_that_day(queue: PublishingQueue):
    product_id = add_product(queue)
    target_id = schedule_text(queue, product_id, "A tin for £19.90.", publisher="dry_run")
    change_price(queue, product_id, "24.50", NOON + timedelta(days=5))
    queue.execute("update catalogue.products set is_active = false, deactivated_at = %s", [NOON + timedelta(days=9)])
    queue.publish()
    assert queue.target(target_id)["state"] == "published"


def test_a_contradicted_text_cannot_be_retried(queue: PublishingQueue):
    product_id = add_product(queue)
    target_id = schedule_text(queue, product_id, "A tin for £19.90.")
    change_price(queue, product_id, "24.50", NOON)
    with pytest.raises(SyndicationError, match=r"out of date\. The price .*`syndication review edit cnt-"):
        retry(queue.url, target_id, "isla")
