"""Variations by hashtags or by timing: they share the words of variation 1, and differ in what a row says."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from syndication_assets.content.checks import CHECKS
from syndication_assets.content.generation.writing import VariationError
from syndication_assets.content.post_hashtags import HASHTAG
from syndication_assets.content.review import text_decisions
from syndication_assets_tests.content.shop import FIRST_DAY, Row, Shop
from syndication_assets_tests.sample_database import broken_checks, damaged

SHARED = ("call_to_action", "alt_text", "link_url", "image_url", "generator", "template_id", "template_version")
NEXT_DAY = FIRST_DAY + timedelta(1)


def compare(shop: Shop, by: str | None, variations: int = 3, **product: Any) -> Shop:
    """A channel that compares variations of one product; its kind is that of a row, if there is one."""
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


def test_by_hashtags_the_words_are_the_same_and_no_two_have_the_same_hashtags(shop: Shop):
    texts = compare(shop, "hashtags").write()
    assert [text["variation"] for text in texts] == [1, 2, 3]
    assert {text["state"] for text in texts} == {"generated"}
    assert len({without_hashtags(text) for text in texts}) == 1
    assert all(len({text[name] for text in texts}) == 1 for name in SHARED)
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


def test_by_timing_text_and_hashtags_are_the_same_and_no_rule_calls_them_twins(shop: Shop):
    texts = compare(shop, "timing").write()
    assert [(text["variation"], text["state"]) for text in texts] == [(number, "generated") for number in (1, 2, 3)]
    assert len({(text["text_content"], bytes(text["content_hash"])) for text in texts}) == 1
    assert all(shop.broken_rules(text["content_id"]) == {} for text in texts)


def test_without_a_row_variations_differ_in_their_content(shop: Shop):
    texts = compare(shop, None).write()
    assert shop.value("select variations_by::text from content.product_selections") == "content"
    assert len({without_hashtags(text) for text in texts}) == 3


@pytest.mark.parametrize("by", ["hashtags", "timing"])
def test_writing_again_changes_nothing_and_from_nothing_gives_the_same(shop: Shop, by: str):
    first = compare(shop, by).write()
    assert shop.write() == first
    shop.execute("delete from content.posts_core")
    assert [text["text_content"] for text in shop.write()] == [text["text_content"] for text in first]


@pytest.mark.parametrize("by", ["hashtags", "timing"])
def test_variations_that_are_missing_beside_the_first_are_made_of_it(shop: Shop, by: str):
    first = compare(shop, by).write()
    shop.execute("delete from content.posts_content where variation > 1")
    assert [text["text_content"] for text in shop.write()] == [text["text_content"] for text in first]


def test_a_row_that_changes_later_changes_the_selections_that_follow(shop: Shop):
    compare(shop, "timing")
    shop.rule("variations_by", value="hashtags")
    shop.select(NEXT_DAY, no_repeat_days=1)
    shop.write()
    texts = shop.write(NEXT_DAY)
    sets = {
        day: sets_of_hashtags([text for text in texts if text["planned_on"] == day]) for day in (FIRST_DAY, NEXT_DAY)
    }
    assert (len(set(sets[FIRST_DAY])), len(set(sets[NEXT_DAY]))) == (1, 3)


def test_a_row_that_is_switched_off_says_nothing(shop: Shop):
    compare(shop, "timing")
    shop.execute("update channels.channel_requirements set is_active = false where requirement_key = 'variations_by'")
    shop.select(NEXT_DAY, no_repeat_days=1)
    kinds = shop.execute("select variations_by::text from content.product_selections order by selected_on")
    assert kinds == [("timing",), ("content",)]


def test_a_kind_that_nobody_knows_is_refused_by_the_database(shop: Shop):
    shop.channel()
    with pytest.raises(psycopg.errors.CheckViolation, match="channel_requirements_variations_by"):
        shop.rule("variations_by", value="colour")


def test_too_few_hashtags_are_said_and_nothing_is_made_up(shop: Shop):
    compare(shop, "hashtags", variations=5, name="Kilt")
    shop.rule("hashtag_count", minimum=1, maximum=3)
    shop.execute("delete from catalogue.product_categories")
    with pytest.raises(VariationError, match=r"give too few hashtags .* Add a category to it, or ask for fewer"):
        shop.write(stop_at_errors=True)
    assert [text["variation"] for text in shop.write()] == [1]
    shop.execute(
        "insert into catalogue.product_categories (organization_id, product_id, category_id)"
        " select p.organization_id, p.product_id, c.category_id from catalogue.products as p, catalogue.categories as c"
    )
    # There is one of each now, and no fourth one.
    assert [text["hashtags"] for text in shop.write()] == [["Kilt"], ["HighlandWear"], ["Kilts"]]


def test_a_first_variation_that_breaks_a_rule_has_no_others_until_a_person_mends_it(shop: Shop):
    compare(shop, "hashtags")
    shop.rule("banned_words", value=["Highland"])
    with pytest.raises(VariationError, match=r"breaks banned_words.*syndication review edit cnt-"):
        shop.write(stop_at_errors=True)
    (first,) = shop.write()
    assert first["state"] == "needs_review"
    mended = f"A kilt that was made with care.\n\nSee it here {first['link_url']}\n\n#Kilts #Tartan"
    _, broken = text_decisions.edit(shop.url, first["content_id"], "ann", mended)
    texts = [text for text in shop.write() if text["state"] != "superseded"]
    assert broken == []
    assert [(text["variation"], text["generator"], text["created_by"]) for text in texts] == [
        (number, "person", "ann") for number in (1, 2, 3)
    ]
    assert len({without_hashtags(text) for text in texts}) == 1
    # What must not be said is passed over: #Highland.
    assert [text["hashtags"] for text in texts] == [
        ["Kilts", "Tartan"],
        ["HighlandWear", "Kilt"],
        ["TheHighlandKilt", "HighlandWear"],
    ]


@pytest.mark.parametrize("by", ["hashtags", "timing"])
def test_a_first_variation_that_was_rejected_has_no_others(shop: Shop, by: str):
    compare(shop, by)
    (first, *_) = shop.write()
    shop.execute("delete from content.posts_content where variation > 1")
    text_decisions.reject(shop.url, first["content_id"], "ann", "not ours")
    with pytest.raises(VariationError, match="is rejected"):
        shop.write(stop_at_errors=True)
    assert [text["variation"] for text in shop.write()] == [1]


def test_where_no_template_writes_the_first_the_others_wait_for_it(shop: Shop):
    compare(shop, "timing")
    shop.execute("update content.content_templates set is_active = false")
    assert shop.write() == []
    shop.execute("update content.content_templates set is_active = true")
    assert len(shop.write()) == 3


def test_a_post_that_says_again_what_another_said_is_refused_whatever_its_variations(shop: Shop):
    compare(shop, "timing")
    shop.execute("update content.content_templates set is_active = template_name = 'story: today'")
    shop.select(NEXT_DAY, no_repeat_days=1)
    shop.write()
    (again,) = [text for text in shop.write(NEXT_DAY) if text["planned_on"] == NEXT_DAY]
    assert again["state"] == "needs_review"
    assert "near_duplicate" in shop.broken_rules(again["content_id"])


def test_a_rule_approves_each_of_the_variations(shop: Shop):
    compare(shop, "timing").approve_by_rule()
    shop.write()
    assert shop.decide() == {"rows_written": 3, "texts_left_to_people": 0}
    assert {text["state"] for text in shop.texts()} == {"approved"}
    assert shop.value("select count(distinct content_id) from content.approvals") == 3


def test_the_check_of_twins_lets_those_by_timing_be_and_no_others(shop: Shop):
    compare(shop, "timing").approve_by_rule()
    shop.write()
    shop.decide()
    window = (FIRST_DAY, NEXT_DAY)
    twins = "posts_content__variations_differ"
    with damaged(shop.url, "select 1") as connection:
        assert twins not in broken_checks(connection, "content", CHECKS, window)
    with damaged(shop.url, "update content.product_selections set variations_by = 'hashtags'") as connection:
        assert broken_checks(connection, "content", CHECKS, window)[twins].count == 3


def test_an_edit_changes_its_own_variation_and_no_other(shop: Shop):
    first, second, third = compare(shop, "timing").write()
    new_id, broken = text_decisions.edit(
        shop.url, second["content_id"], "ann", first["text_content"].replace(".", "!", 1)
    )
    assert broken == []
    assert text_decisions.approve(shop.url, new_id, "ann")
    assert text_decisions.approve(shop.url, third["content_id"], "ann"), "the same words as the first, on purpose"
    assert [text["text_content"] for text in shop.texts() if text["variation"] != 2] == [first["text_content"]] * 2


def test_an_edit_that_takes_the_hashtags_of_another_variation_is_refused(shop: Shop):
    first, second, _ = compare(shop, "hashtags").write()
    text_decisions.approve(shop.url, first["content_id"], "ann")
    _, broken = text_decisions.edit(shop.url, second["content_id"], "ann", first["text_content"])
    assert ["variations_differ" in reason for reason in broken] == [True]
    other = "Another text, and the hashtags may be what they are.\n\nSee it here {}\n\n#Kilts #HighlandWear"
    newest = shop.value("select content_id from content.posts_content where version = 2")
    assert text_decisions.edit(shop.url, newest, "ann", other.format(first["link_url"]))[1] == []
