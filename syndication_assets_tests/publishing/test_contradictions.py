"""Texts that the catalogue contradicts when they are due: they are not sent, and the target says why."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from syndication_assets.channels.errors.outcome import Outcome
from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.publisher import Post
from syndication_assets.publishing.sending.target_decisions import retry
from syndication_assets_tests.publishing.fake_platform import FakePlatform, accept
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
    (price,) = queue.rows("select price from catalogue.products where product_id = %s", [product_id])[0]
    queue.approve(queue.text(post, text, created_at=WRITTEN, seen_prices=[price], seen_currency="GBP"))
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


def test_a_price_that_was_observed_before_the_text_and_loaded_after_it_holds_the_text_back(queue: PublishingQueue):
    """The catalogue of six in the morning is loaded at noon; the text of eight o'clock did not know it."""
    product_id = add_product(queue, "40.00")
    schedule_text(queue, product_id, "A tin for £40.00.")
    change_price(queue, product_id, "55.00", WRITTEN - timedelta(hours=1))
    assert publish(queue) == 0
    assert "it is now 55.00 GBP" in queue.value("select error_message from publishing.post_targets")


def test_a_price_whose_catalogue_is_withdrawn_or_rejected_later_holds_the_text_back(queue: PublishingQueue):
    product_id = add_product(queue, "40.00")
    change_price(queue, product_id, "55.00", WRITTEN - timedelta(hours=1))
    schedule_text(queue, product_id, "A tin for £55.00.")
    queue.execute("delete from catalogue.product_prices where price = 55")
    queue.execute("update catalogue.products set price = 40, observed_at = %s where sku = 'tin'", [MORNING])
    assert publish(queue) == 0


def test_the_time_of_the_newest_catalogue_does_not_matter(queue: PublishingQueue):
    """A catalogue whose file says that it is of tomorrow is still the newest accepted one."""
    product_id = add_product(queue, "40.00")
    target_id = schedule_text(queue, product_id, "A tin for £40.00.")
    change_price(queue, product_id, "55.00", NOON + timedelta(days=400))
    assert publish(queue) == 0
    assert queue.target(target_id)["state"] == "draft"


def test_a_product_that_left_the_catalogue_before_the_text_was_written_is_not_promoted(queue: PublishingQueue):
    product_id = add_product(queue)
    schedule_text(queue, product_id, "A tin.")
    queue.execute("update catalogue.products set is_active = false, deactivated_at = %s", [NOON + timedelta(days=400)])
    assert publish(queue) == 0


def test_a_product_that_is_sold_out_is_not_promoted_unless_its_page_has_another_variant(queue: PublishingQueue):
    product_id = add_product(queue)
    schedule_text(queue, product_id, "A tin.")
    sold_out = """update catalogue.products set attributes = '{"availability": ["sold out"]}' where product_id = %s"""
    queue.execute("update catalogue.products set product_url = 'https://shop.example/tin' where sku = 'tin'")
    queue.execute(sold_out, [product_id])
    assert publish(queue) == 0
    assert "is sold out" in queue.value("select error_message from publishing.post_targets")
    queue.insert(
        "catalogue.products",
        "product_id",
        vendor="shop",
        sku="large tin",
        name="Large shortbread tin",
        product_url="https://shop.example/tin#large",
        content_hash=b"large",
        observed_at=MORNING,
        first_seen_at=MORNING,
    )
    queue.plan()
    assert publish(queue) == 1


def test_the_catalogue_may_change_while_the_publisher_runs(queue: PublishingQueue):
    product_id = add_product(queue)
    target_id = schedule_text(queue, product_id, "A tin for £19.90.")
    (other,) = queue.due(queue.value("select account_id from channels.social_accounts"))

    def accept_and_load_a_catalogue(platform: FakePlatform, post: Post) -> Outcome:
        change_price(queue, product_id, "24.50", NOON)
        return accept(platform, post)

    platform = FakePlatform()
    platform.responses.append(accept_and_load_a_catalogue)
    queue.publish_to(platform, publish_concurrency=1)
    assert [post.target_id for post in platform.calls] == [other]
    assert queue.target(target_id)["state"] == "scheduled"
    queue.publish_to(platform)
    assert queue.target(target_id)["state"] == "draft"


@pytest.mark.parametrize(
    ("prices", "is_sent"),
    [(("20.00", "30.00"), True), (("20.00", "35.00"), False), (("20.00", "30.00", "25.00"), True), (("30.00",), False)],
)
def test_a_range_of_prices_agrees_with_the_variants_on_the_page(
    prices: tuple[str, ...], is_sent: bool, queue: PublishingQueue
):
    product_id = add_product(queue, "20.00")
    schedule_text(queue, product_id, "Tins for £20.00 to £30.00.")
    with psycopg.connect(queue.url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("update content.posts_content set seen_prices = '{20, 30}'")
    queue.execute(
        "update catalogue.products set product_url = 'https://shop.example/tin', price = %s where product_id = %s",
        [prices[0], product_id],
    )
    for number, price in enumerate(prices[1:]):
        queue.insert(
            "catalogue.products",
            "product_id",
            vendor="shop",
            sku=f"tin {number}",
            name="Shortbread tin",
            price=price,
            currency="GBP",
            product_url=f"https://shop.example/tin#{number}",
            content_hash=b"tin",
            observed_at=MORNING,
            first_seen_at=MORNING,
        )
    assert publish(queue) == is_sent
