"""The catalogue at publication: what it contradicts by then is not sent, and a person reads why."""

from datetime import UTC, datetime, timedelta

import pytest

from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.target_decisions import retry
from syndication_assets_tests.publishing.fake_platform import FakePlatform
from syndication_assets_tests.publishing.queue_desk import DAY, NOON, PLATFORM, QueueDesk

MORNING = datetime(2025, 11, 3, 6, tzinfo=UTC)
WRITTEN = datetime(2025, 11, 3, 8, tzinfo=UTC)


def stock(desk: QueueDesk, price: str = "19.90") -> str:
    """A product that costs so much since the morning; returns its id."""
    desk.insert("catalogue.vendors", "vendor", vendor="shop", source="clan_catalogue", currency="GBP")
    product_id = desk.insert(
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
    note_price(desk, product_id, price, MORNING)
    return product_id


def note_price(desk: QueueDesk, product_id: str, price: str | None, observed_at: datetime) -> None:
    desk.insert(
        "catalogue.product_prices",
        "product_id",
        product_id=product_id,
        observed_at=observed_at,
        price=price,
        currency=price and "GBP",
    )


def change_price(desk: QueueDesk, product_id: str, price: str | None, observed_at: datetime) -> None:
    note_price(desk, product_id, price, observed_at)
    desk.execute(
        "update catalogue.products set price = %s, observed_at = %s where product_id = %s",
        [price, observed_at, product_id],
    )


def queue(desk: QueueDesk, product_id: str, text: str, publisher: str = "facebook_graph") -> str:
    """An approved text about the product, with its slot; returns the target's id."""
    desk.schedule(desk.page(publisher=publisher))
    post = desk.insert(
        "content.posts_core",
        "post_core_id",
        post_kind="product",
        product_id=product_id,
        platform=PLATFORM,
        channel_type="feed_post",
        planned_on=DAY,
    )
    desk.approve(desk.text(post, text, created_at=WRITTEN))
    assert desk.plan().targets_written == 1
    return str(desk.value("select target_id from publishing.post_targets"))


def publish(desk: QueueDesk, now: datetime = datetime(2025, 11, 3, 18, tzinfo=UTC)) -> int:
    platform = FakePlatform()
    desk.publish({"facebook_graph": platform}, now=now)
    return len(platform.taken)


def test_a_text_whose_price_has_changed_goes_back_to_draft_and_says_what_to_do(desk: QueueDesk):
    product_id = stock(desk)
    target_id = queue(desk, product_id, "A tin for £19.90.")
    change_price(desk, product_id, "24.50", NOON)
    assert publish(desk) == 0
    target = desk.target(target_id)
    assert target["state"] == "draft"
    assert "The price of its product has changed since it was written; it is 24.50 GBP now." in target["error_message"]
    assert f"syndication review edit {target['content_id']}" in target["error_message"]
    assert desk.plan().texts == 0, "it is not queued again as it is"
    change_price(desk, product_id, "19.90", NOON + timedelta(hours=1))
    assert desk.plan().targets_written == 1
    assert publish(desk) == 1


def test_a_text_whose_product_is_gone_is_not_sent_and_comes_back_with_it(desk: QueueDesk):
    product_id = stock(desk)
    target_id = queue(desk, product_id, "A tin.")
    desk.execute("update catalogue.products set is_active = false, deactivated_at = %s", [NOON])
    assert publish(desk) == 0
    assert "not in the catalogue any more" in desk.target(target_id)["error_message"]
    desk.execute("update catalogue.products set is_active = true, deactivated_at = null")
    desk.plan()
    assert publish(desk) == 1


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
def test_only_a_text_that_names_the_former_price_is_kept_back(desk: QueueDesk, text: str, is_sent: bool):
    product_id = stock(desk)
    queue(desk, product_id, text)
    change_price(desk, product_id, "24.50", NOON)
    assert publish(desk) == is_sent


@pytest.mark.parametrize("text", ["A tapestry for £1,252.00", "1.252 €", "1 252,00 €", "1252 pounds"])
def test_a_price_is_known_in_each_way_that_people_write_it(desk: QueueDesk, text: str):
    product_id = stock(desk, "1252.00")
    queue(desk, product_id, text)
    change_price(desk, product_id, None, NOON)
    assert publish(desk) == 0
    assert "it is not known now" in desk.value("select error_message from publishing.post_targets")


def test_a_simulation_of_a_past_day_goes_by_the_catalogue_of_that_day(desk: QueueDesk):
    product_id = stock(desk)
    target_id = queue(desk, product_id, "A tin for £19.90.", publisher="dry_run")
    change_price(desk, product_id, "24.50", NOON + timedelta(days=5))
    desk.execute("update catalogue.products set is_active = false, deactivated_at = %s", [NOON + timedelta(days=9)])
    desk.publish()
    assert desk.target(target_id)["state"] == "published"


def test_nobody_retries_what_is_not_true_any_more(desk: QueueDesk):
    product_id = stock(desk)
    target_id = queue(desk, product_id, "A tin for £19.90.")
    change_price(desk, product_id, "24.50", NOON)
    with pytest.raises(SyndicationError, match=r"not true any more\. The price .*`syndication review edit cnt-"):
        retry(desk.url, target_id, "isla")
