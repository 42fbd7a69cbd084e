"""The prompt: a writer is told the rules that a writer can obey, and no others."""

from decimal import Decimal

import pytest

from syndication_assets.content.compliance.channel_rules import ChannelRules, Requirement
from syndication_assets.content.generation.post_prompt import as_text, first_messages
from syndication_assets.content.post_facts import Facts

NOTHING = Facts(name="Tin", url=None, description=None, categories=(), price=None, currency=None)


def prompt_of(requirement: Requirement) -> str:
    return as_text(first_messages("facebook", "feed_post", ChannelRules([requirement]), NOTHING, None))


@pytest.mark.parametrize(
    ("category", "key"),
    [("content", "text_length"), ("content", "tone"), ("content", "a_rule_of_yours"), ("media", "alt_text_required")],
)
def test_a_rule_of_the_text_is_said(category: str, key: str):
    assert f"- {key} (must)" in prompt_of(Requirement(category, key, maximum=Decimal(5)))


@pytest.mark.parametrize(
    ("category", "key"),
    [
        ("engagement", "maximum_posts_per_day"),
        ("media", "image_width"),
        ("content", "near_duplicate_days"),
        ("content", "variations"),
    ],
)
def test_a_rule_that_no_writer_can_obey_is_not_said(category: str, key: str):
    assert key not in prompt_of(Requirement(category, key, maximum=Decimal(5)))
