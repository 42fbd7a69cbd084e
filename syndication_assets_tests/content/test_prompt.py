"""The question for a post: it lists the rules that a writer can comply with, and no others."""

from dataclasses import replace
from decimal import Decimal

import pytest

from syndication_assets.ai.prompts import as_text
from syndication_assets.content.compliance.channel_rules import ChannelRules, Requirement
from syndication_assets.content.generation.post_prompt import post_question
from syndication_assets.content.post_facts import Facts

ONLY_A_NAME = Facts(name="Tin", url=None, description=None, categories=(), price=None, currency=None)


def prompt_of(requirement: Requirement) -> str:
    return as_text(post_question("facebook", "feed_post", ChannelRules([requirement]), ONLY_A_NAME, None))


def test_the_instructions_of_a_process_are_in_the_prompt():
    rules = ChannelRules([])
    question = as_text(
        post_question("facebook", "feed_post", rules, ONLY_A_NAME, None, "Write warmly, in the we form.")
    )
    assert "Follow these instructions as far as the rules allow:\nWrite warmly, in the we form." in question
    assert "instructions as far" not in as_text(post_question("facebook", "feed_post", rules, ONLY_A_NAME, None))


@pytest.mark.parametrize(
    ("category", "key"),
    [("content", "text_length"), ("content", "tone"), ("content", "a_rule_of_yours"), ("media", "alt_text_required")],
)
def test_a_rule_about_the_text_is_in_the_prompt(category: str, key: str):
    assert f"- {key} (must)" in prompt_of(Requirement(category, key, maximum=Decimal(5)))


@pytest.mark.parametrize(
    ("category", "key"),
    [
        ("engagement", "maximum_posts_per_day"),
        ("media", "a_rule_for_pictures"),
        ("content", "near_duplicate_days"),
        ("content", "variations"),
    ],
)
def test_a_rule_that_no_writer_can_comply_with_is_not_in_the_prompt(category: str, key: str):
    assert key not in prompt_of(Requirement(category, key, maximum=Decimal(5)))


def test_a_sentence_that_contradicts_its_numbers_is_not_in_the_prompt():
    rule = Requirement("content", "text_length", minimum=Decimal(80), maximum=Decimal(300), unit="characters",
                       description="Write 80 to 400 characters.")  # fmt: skip
    assert "- text_length (must): text length [at least 80, at most 300 characters]" in prompt_of(rule)
    assert "400" not in prompt_of(rule)
    rule = replace(rule, maximum=Decimal(400))
    assert "Write 80 to 400 characters. [at least 80, at most 400 characters]" in prompt_of(rule)
