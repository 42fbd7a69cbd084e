"""Variations by hashtags or by timing: they reuse the text of variation 1 and differ only as configured."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from syndication_assets.content.checks import CHECKS
from syndication_assets.content.generation.writing import VariationError
from syndication_assets.content.post_hashtags import HASHTAG
from syndication_assets.content.review import text_decisions
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY, Row, Shop
from syndication_assets_tests.sample_database import broken_checks, damaged

REUSED = ("call_to_action", "alt_text", "link_url", "image_url", "generator", "template_id", "template_version")
NEXT_DAY = FIRST_DAY + timedelta(1)


def compare(shop: Shop, by: str | None, variations: int = 3, **product: Any) -> Shop:
    """A channel that compares variations of one product, by `by` if the channel has such a rule."""
    shop.channel()
    shop.rule("variations", value=variations)
    if by is not None:
        shop.rule("variations_by", value=by)
    picture = {"image_url": "https://shop.example/kilt.jpg", "name": "The Highland Kilt"}
    shop.product("kilt", shop.category("Kilts"), shop.category("Highland Wear"), **(picture | product))
    shop.select()
    return shop


def without_hashtags(text: Row) -> str:
    return HASHTAG.sub("#", text["text_content"])


def sets_of_hashtags(texts: list[Row]) -> list[frozenset[str]]:
    return [frozenset(text["hashtags"]) for text in texts]


def test_variations_by_hashtags_have_the_same_words_and_different_hashtags(shop: Shop):
    texts = compare(shop, "hashtags").write()
    assert [text["variation"] for text in texts] == [1, 2, 3]
    assert {text["state"] for text in texts} == {"generated"}
    assert len({without_hashtags(text) for text in texts}) == 1
    assert all(len({text[name] for text in texts}) == 1 for name in REUSED)
    assert len(set(sets_of_hashtags(texts))) == 3
    assert {len(text["hashtags"]) for text in texts} == {2}
    assert len({bytes(text["content_hash"]) for text in texts}) == 3


def test_other_hashtags_come_from_the_facts_the_least_used_first(shop: Shop):
    texts = compare(shop, "hashtags", variations=4).write()
    assert [text["hashtags"] for text in texts] == [
        ["HighlandWear", "Kilts"],
        ["Highland", "Kilt"],
        ["HighlandWear", "TheHighlandKilt"],
        ["Highland", "Kilts"],
    ]


def test_variations_by_timing_are_identical_and_break_no_rule(shop: Shop):
    texts = compare(shop, "timing").write()
    assert [(text["variation"], text["state"]) for text in texts] == [(number, "generated") for number in (1, 2, 3)]
    assert len({(text["text_content"], bytes(text["content_hash"])) for text in texts}) == 1
    assert all(shop.broken_rules(text["content_id"]) == {} for text in texts)


def test_variations_differ_in_content_by_default(shop: Shop):
    texts = compare(shop, None).write()
    assert shop.value("select variations_by::text from content.product_selections") == "content"
    assert len({without_hashtags(text) for text in texts}) == 3


@pytest.mark.parametrize("by", ["hashtags", "timing"])
def test_writing_again_changes_nothing_and_a_fresh_start_gives_the_same_texts(shop: Shop, by: str):
    first = compare(shop, by).write()
    assert shop.write() == first
    shop.execute("delete from content.posts_core")
    assert [text["text_content"] for text in shop.write()] == [text["text_content"] for text in first]


@pytest.mark.parametrize("by", ["hashtags", "timing"])
def test_missing_variations_are_derived_from_the_existing_first(shop: Shop, by: str):
    first = compare(shop, by).write()
    shop.execute("delete from content.posts_content where variation > 1")
    assert [text["text_content"] for text in shop.write()] == [text["text_content"] for text in first]


def test_a_changed_row_affects_only_later_selections(shop: Shop):
    compare(shop, "timing")
    shop.rule("variations_by", value="hashtags")
    shop.select(NEXT_DAY, no_repeat_days=1)
    shop.write()
    texts = shop.write(NEXT_DAY)
    sets = {
        day: sets_of_hashtags([text for text in texts if text["planned_on"] == day]) for day in (FIRST_DAY, NEXT_DAY)
    }
    assert (len(set(sets[FIRST_DAY])), len(set(sets[NEXT_DAY]))) == (1, 3)


def test_an_inactive_row_has_no_effect(shop: Shop):
    compare(shop, "timing")
    shop.execute("update channels.channel_requirements set is_active = false where requirement_key = 'variations_by'")
    shop.select(NEXT_DAY, no_repeat_days=1)
    kinds = shop.execute("select variations_by::text from content.product_selections order by selected_on")
    assert kinds == [("timing",), ("content",)]


def test_the_database_rejects_an_unknown_kind(shop: Shop):
    shop.channel()
    with pytest.raises(psycopg.errors.CheckViolation, match="channel_requirements_variations_by"):
        shop.rule("variations_by", value="colour")


def test_too_few_hashtags_are_reported_and_none_are_invented(shop: Shop):
    compare(shop, "hashtags", variations=5, name="Kilt")
    shop.rule("hashtag_count", minimum=1, maximum=3)
    shop.execute("delete from catalogue.product_categories")
    with pytest.raises(
        VariationError, match=r"give too few hashtags .* Add a category to the product, or configure fewer"
    ):
        shop.write(stop_at_errors=True)
    assert [text["variation"] for text in shop.write()] == [1]
    shop.execute(
        "insert into catalogue.product_categories (organization_id, product_id, category_id)"
        " select p.organization_id, p.product_id, c.category_id from catalogue.products as p, catalogue.categories as c"
    )
    # The facts give three different hashtags and no fourth.
    assert [text["hashtags"] for text in shop.write()] == [["Kilt"], ["HighlandWear"], ["Kilts"]]


def test_a_first_variation_that_breaks_a_rule_has_no_others_until_a_person_fixes_it(shop: Shop):
    compare(shop, "hashtags")
    shop.rule("banned_words", value=["Highland"])
    with pytest.raises(VariationError, match=r"breaks banned_words.*syndication review edit cnt-"):
        shop.write(stop_at_errors=True)
    (first,) = shop.write()
    assert first["state"] == "needs_review"
    fixed = f"A kilt that was made with care.\n\nSee it here {first['link_url']}\n\n#Kilts #Tartan"
    _, broken = text_decisions.edit(shop.url, first["content_id"], "ann", fixed)
    texts = [text for text in shop.write() if text["state"] != "superseded"]
    assert broken == []
    assert [(text["variation"], text["generator"], text["created_by"]) for text in texts] == [
        (number, "person", "ann") for number in (1, 2, 3)
    ]
    assert len({without_hashtags(text) for text in texts}) == 1
    # The banned #Highland is skipped.
    assert [text["hashtags"] for text in texts] == [
        ["Kilts", "Tartan"],
        ["HighlandWear", "Kilt"],
        ["TheHighlandKilt", "HighlandWear"],
    ]


@pytest.mark.parametrize("by", ["hashtags", "timing"])
def test_a_rejected_first_variation_has_no_others(shop: Shop, by: str):
    compare(shop, by)
    (first, *_) = shop.write()
    shop.execute("delete from content.posts_content where variation > 1")
    text_decisions.reject(shop.url, first["content_id"], "ann", "not ours")
    with pytest.raises(VariationError, match="is rejected"):
        shop.write(stop_at_errors=True)
    assert [text["variation"] for text in shop.write()] == [1]


def test_the_other_variations_wait_for_the_first(shop: Shop):
    compare(shop, "timing")
    shop.execute("update content.content_templates set is_active = false")
    assert shop.write() == []
    shop.execute("update content.content_templates set is_active = true")
    assert len(shop.write()) == 3


def test_a_near_duplicate_of_another_post_is_rejected_whatever_its_variations(shop: Shop):
    compare(shop, "timing")
    shop.execute("update content.content_templates set is_active = template_name = 'story: today'")
    shop.select(NEXT_DAY, no_repeat_days=1)
    shop.write()
    (repetition,) = [text for text in shop.write(NEXT_DAY) if text["planned_on"] == NEXT_DAY]
    assert repetition["state"] == "needs_review"
    assert "near_duplicate" in shop.broken_rules(repetition["content_id"])


def test_a_rule_approves_every_variation(shop: Shop):
    compare(shop, "timing").approve_by_rule()
    shop.write()
    assert shop.decide() == {"rows_written": 3, "texts_left_for_review": 0}
    assert {text["state"] for text in shop.texts()} == {"approved"}
    assert shop.value("select count(distinct content_id) from content.approvals") == 3


def test_the_check_for_identical_variations_allows_only_those_by_timing(shop: Shop):
    compare(shop, "timing").approve_by_rule()
    shop.write()
    shop.decide()
    window = (FIRST_DAY, NEXT_DAY)
    check = "posts_content__variations_differ"
    with damaged(shop.url, "select 1") as connection:
        assert check not in broken_checks(connection, "content", CHECKS, window)
    with damaged(shop.url, "update content.product_selections set variations_by = 'hashtags'") as connection:
        assert broken_checks(connection, "content", CHECKS, window)[check].count == 3


def test_an_edit_changes_only_its_own_variation(shop: Shop):
    first, second, third = compare(shop, "timing").write()
    new_id, broken = text_decisions.edit(
        shop.url, second["content_id"], "ann", first["text_content"].replace(".", "!", 1)
    )
    assert broken == []
    assert text_decisions.approve(shop.url, new_id, "ann")
    assert text_decisions.approve(shop.url, third["content_id"], "ann"), "identical to variation 1 on purpose"
    assert [text["text_content"] for text in shop.texts() if text["variation"] != 2] == [first["text_content"]] * 2


def test_an_edit_to_the_hashtags_of_another_variation_is_rejected(shop: Shop):
    first, second, _ = compare(shop, "hashtags").write()
    text_decisions.approve(shop.url, first["content_id"], "ann")
    _, broken = text_decisions.edit(shop.url, second["content_id"], "ann", first["text_content"])
    assert ["variations_differ" in reason for reason in broken] == [True]
    other = "Another text, and the hashtags may be what they are.\n\nSee it here {}\n\n#Kilts #HighlandWear"
    newest = shop.value("select content_id from content.posts_content where version = 2")
    assert text_decisions.edit(shop.url, newest, "ann", other.format(first["link_url"]))[1] == []
