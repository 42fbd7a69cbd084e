"""Variations by content: no two variations of a post are identical, whoever writes them."""

import pytest

from syndication_assets.content.compliance.near_duplicates import EarlierText
from syndication_assets.content.compliance.validation import validate
from syndication_assets.content.generation.template import TemplateError
from syndication_assets.content.review import text_decisions
from syndication_assets_tests.ai.chat_server import ChatServer, post
from syndication_assets_tests.content.examples import FACTS, GOOD, GOOD_TEXT, RULES, URL
from syndication_assets_tests.content.llm_writing import write as write_with_llm
from syndication_assets_tests.content.shop_in_tables import Shop


@pytest.fixture
def compared(shop: Shop) -> Shop:
    """A channel that compares five texts about one product."""
    shop.channel()
    shop.rule("variations", value=5)
    shop.product("kilt", shop.category("Kilts"))
    shop.select()
    return shop


def test_variations_stay_unwritten_when_templates_run_out(compared: Shop):
    compared.execute("update content.content_templates set is_active = template_name = 'story: today'")
    compared.write()
    (text,) = compared.texts()
    assert (text["variation"], text["state"]) == (1, "generated")


def test_the_error_for_a_repeated_variation_says_what_to_do(compared: Shop):
    compared.execute("update content.content_templates set is_active = template_name = 'story: today'")
    with pytest.raises(TemplateError, match="Add a template, or configure fewer variations"):
        compared.write(stop_at_errors=True)


def test_a_model_that_repeats_itself_gets_the_reason_and_then_a_review(compared: Shop):
    server = ChatServer()
    write_with_llm(compared, server)
    texts = compared.texts()
    assert [text["state"] for text in texts] == ["generated", *["needs_review"] * 4]
    assert f"says the same as variation 1 ({texts[0]['content_id']})" in server.questions()[2]
    assert "variations_differ" in compared.broken_rules(texts[1]["content_id"])


def test_a_corrected_repetition_is_accepted(compared: Shop):
    other = "A kilt for the first frost of the year, and for each one that comes after it."
    write_with_llm(compared, ChatServer(post(), post(), post(text=other), post()))
    assert [text["state"] for text in compared.texts()][:2] == ["generated", "generated"]


@pytest.mark.parametrize(
    "text",
    [GOOD_TEXT, GOOD_TEXT.upper().replace(URL.upper(), URL), GOOD_TEXT.replace(",", " -").replace("does.", "does!!")],
)
def test_other_case_or_punctuation_is_not_a_variation(text: str):
    other = EarlierText("cnt-0000000a", text, URL, 1)
    findings = {finding.rule_name: finding for finding in validate(GOOD, FACTS, RULES, variations=[other])}
    assert findings["variations_differ"].severity == "hard"
    assert findings["variations_differ"].reason == "says the same as variation 1 (cnt-0000000a): say something else"


def test_other_hashtags_or_other_words_are_a_variation():
    for text in (GOOD_TEXT.replace("#Winter", "#Warm"), GOOD_TEXT.replace("wind", "rain")):
        other = EarlierText("cnt-0000000a", text, URL, 1)
        findings = {finding.rule_name: finding for finding in validate(GOOD, FACTS, RULES, variations=[other])}
        assert findings["variations_differ"].is_passed


def test_a_rule_approves_only_one_of_two_identical_edits(compared: Shop):
    compared.approve_by_rule(generators=["person"])
    first, second = compared.write()[:2]
    for text in (first, second):
        text_decisions.edit(compared.url, text["content_id"], "ann", f"Only one text: {first['text_content']}")
    compared.decide()
    edited = [text for text in compared.texts() if text["version"] == 2]
    assert [text["state"] for text in edited] == ["approved", "needs_review"]
    with pytest.raises(text_decisions.ReviewError, match="variations_differ"):
        text_decisions.approve(compared.url, edited[1]["content_id"], "ann")


def test_an_edit_may_keep_the_words_of_its_own_previous_version(compared: Shop):
    (first, *_) = compared.write()
    text_decisions.approve(compared.url, first["content_id"], "ann")
    _, broken = text_decisions.edit(
        compared.url, first["content_id"], "ann", first["text_content"].replace(".", "!", 1)
    )
    assert broken == []
