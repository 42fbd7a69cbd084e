"""Texts from templates: the rows in the tables after a day was written."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from syndication_assets.content.draft import Draft
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY, Shop


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    shop.channel()
    shop.product("kilt", shop.category("Kilts"), image_url="https://shop.example/kilt.jpg")
    shop.product("tin", shop.category("Tins"))
    shop.select(days=2)
    return shop


def test_a_text_names_its_generator_and_template_and_has_its_findings(stocked: Shop):
    (text,) = stocked.write()
    assert (text["generator"], text["model"], text["state"], text["version"]) == ("template", None, "generated", 1)
    assert (text["template_id"], text["template_version"]) == stocked.execute(
        "select template_id, template_version from content.product_selections where selected_on = %s", [FIRST_DAY]
    )[0]
    assert stocked.broken_rules(text["content_id"]) == {}
    assert stocked.value("select count(*) from content.compliance_checks") == 21


def test_the_hash_matches_what_would_be_published(stocked: Shop):
    (text,) = stocked.write()
    draft = Draft(
        text["text_content"], link_url=text["link_url"], image_url=text["image_url"], alt_text=text["alt_text"]
    )
    assert bytes(text["content_hash"]) == draft.content_hash()
    assert len(text["content_hash"]) == 16


def test_every_text_claims_only_facts_of_the_catalogue(stocked: Shop):
    texts = [*stocked.write(), *stocked.write(FIRST_DAY + timedelta(1))]
    for text in texts:
        assert f"https://shop.example/{'kilt' if 'kilt' in text['text_content'] else 'tin'}" in text["text_content"]
    assert not any("{" in text["text_content"] for text in texts)


def test_a_second_run_writes_nothing_and_changes_nothing(stocked: Shop):
    first = stocked.write()
    stocked.execute("update catalogue.products set price = 1")
    assert stocked.write() == first


def test_the_price_is_the_price_of_the_day(shop: Shop):
    shop.channel()
    product = shop.product("kilt", price=Decimal("30.00"))
    for day, price in ((-9, Decimal("20.00")), (5, Decimal("30.00"))):
        seen_at = datetime(2025, 11, 3, tzinfo=UTC) + timedelta(day)
        shop.insert("catalogue.product_prices", "price", product_id=product, observed_at=seen_at, price=price,
                    currency="GBP")  # fmt: skip
    shop.execute("update content.content_templates set is_active = template_name like 'feature: what%%'")
    shop.select(days=9, no_repeat_days=1)
    shop.write()
    texts = shop.write(FIRST_DAY + timedelta(8))
    assert ["£20.00" in texts[0]["text_content"], "£30.00" in texts[1]["text_content"]] == [True, True]


def test_a_text_for_a_day_before_the_first_known_price_states_none(shop: Shop):
    shop.channel()
    product = shop.product("kilt")
    shop.insert("catalogue.product_prices", "price", product_id=product, price=Decimal("24.50"), currency="GBP",
                observed_at=datetime(2025, 12, 1, tzinfo=UTC))  # fmt: skip
    shop.select()
    (text,) = shop.write()
    assert "£" not in text["text_content"]
    assert text["state"] == "generated"


def test_each_variation_is_another_text_from_another_template(shop: Shop):
    shop.channel()
    shop.rule("variations", value=3)
    shop.product("kilt", shop.category("Kilts"))
    shop.select()
    texts = shop.write()
    assert [text["variation"] for text in texts] == [1, 2, 3]
    assert len({text["text_content"] for text in texts}) == 3
    assert len({text["template_id"] for text in texts}) == 3
    assert {text["state"] for text in texts} == {"generated"}


def test_a_text_that_breaks_a_hard_rule_needs_review_and_has_its_reasons(stocked: Shop):
    stocked.rule("text_length", minimum=2000, maximum=3000)
    (text,) = stocked.write()
    assert text["state"] == "needs_review"
    assert "at least 2000" in stocked.broken_rules(text["content_id"])["text_length"]


def test_a_description_with_a_claim_of_its_own_needs_review(shop: Shop):
    shop.channel()
    shop.product("kilt", description="Now at half price! Was £99, and only this week.")
    shop.execute("update content.content_templates set is_active = template_name like 'story: behind%%'")
    shop.select()
    (text,) = shop.write()
    assert text["state"] == "needs_review"
    assert {"discount_claims", "price_claims"} <= shop.broken_rules(text["content_id"]).keys()


def test_a_text_about_a_discontinued_product_needs_review(stocked: Shop):
    stocked.execute("update catalogue.products set is_active = false, deactivated_at = now()")
    (text,) = stocked.write()
    assert text["state"] == "needs_review"
    assert "is_available" in stocked.broken_rules(text["content_id"])


def test_a_near_duplicate_names_the_earlier_text(shop: Shop):
    shop.channel()
    shop.product("kilt")
    shop.execute("update content.content_templates set is_active = template_name like 'story: today'")
    shop.select(days=2, no_repeat_days=1)
    (first,) = shop.write()
    second = shop.write(FIRST_DAY + timedelta(1))[1]
    assert second["state"] == "needs_review"
    assert first["content_id"] in shop.broken_rules(second["content_id"])["near_duplicate"]


def test_another_template_is_used_if_the_first_would_give_a_near_duplicate(shop: Shop):
    shop.channel()
    shop.product("kilt")
    shop.execute("update content.content_templates set is_active = template_name like 'story: %%'")
    shop.select(days=3, no_repeat_days=1)
    shop.write()
    second = shop.write(FIRST_DAY + timedelta(1))[1]
    assert second["state"] == "generated"


def test_texts_of_another_channel_are_not_duplicates(stocked: Shop):
    stocked.channel("linkedin")
    stocked.select()
    assert {text["state"] for text in stocked.write()} == {"generated"}


def test_a_channel_without_links_gets_texts_without_a_link(shop: Shop):
    shop.channel("instagram", rules={"link_required": {"value": False}, "text_length": {"minimum": 10, "maximum": 125}})
    shop.product("kilt", shop.category("Kilts"))
    shop.select()
    (text,) = shop.write()
    assert "http" not in text["text_content"]
    assert text["link_url"] == "https://shop.example/kilt"
    assert text["state"] == "generated"


def test_a_text_never_changes(stocked: Shop):
    (text,) = stocked.write()
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="texts and template versions never change"):
        stocked.execute("update content.posts_content set text_content = 'other'")
    assert stocked.texts() == [text]


def test_rules_approve_covered_texts_and_leave_the_others_for_review(stocked: Shop):
    stocked.approve_by_rule(minimum_score=Decimal("0.4"))
    stocked.write()
    stocked.rule("text_length", minimum=2000, maximum=3000)
    stocked.write(FIRST_DAY + timedelta(1))
    assert stocked.decide() == {"rows_written": 1, "texts_left_for_review": 0}
    assert stocked.decide(FIRST_DAY + timedelta(1)) == {"rows_written": 0, "texts_left_for_review": 0}
    approval = stocked.records("select * from content.approvals")[0]
    first = stocked.texts()[0]
    assert (approval["content_id"], bytes(approval["content_hash"])) == (
        first["content_id"],
        bytes(first["content_hash"]),
    )
    assert (approval["decided_by"], approval["is_by_rule"]) == ("facebook/feed_post", True)
    assert [text["state"] for text in stocked.texts()] == ["approved", "needs_review"]


@pytest.mark.parametrize(
    "rule", [{"minimum_score": Decimal("0.6")}, {"generators": ["llm"]}, {"is_active": False}, None]
)
def test_a_text_that_no_rule_covers_needs_review(stocked: Shop, rule):
    if rule is not None:
        stocked.approve_by_rule(**rule)
    stocked.write()
    assert stocked.decide() == {"rows_written": 0, "texts_left_for_review": 1}
    assert stocked.texts()[0]["state"] == "needs_review"


def test_a_second_decision_by_rule_changes_nothing(stocked: Shop):
    stocked.approve_by_rule()
    stocked.write()
    stocked.decide()
    assert stocked.decide() == {"rows_written": 0, "texts_left_for_review": 0}
    assert stocked.value("select count(*) from content.approvals") == 1
