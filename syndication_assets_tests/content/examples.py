"""A product, the rules of a channel and a compliant text: the tests change one thing at a time."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from syndication_assets.content.compliance.channel_rules import ChannelRules, Requirement
from syndication_assets.content.compliance.validation import validate
from syndication_assets.content.draft import Draft
from syndication_assets.content.post_facts import Facts

URL = "https://shop.example/scarves/thistle?colour=heather#top"
FACTS = Facts(
    name="Thistle Scarf",
    url=URL,
    description="A scarf of 100% lambswool, 180 cm long. Woven in Scotland. Comes with a linen pouch.",
    categories=("Scarves", "Winter & Warm"),
    price=Decimal("1252.00"),
    currency="GBP",
    image_url="https://shop.example/thistle.jpg",
    attributes={"sizes": ("S", "M", "L"), "materials": ("lambswool",), "designs": ("thistle",)},
)
GOOD_TEXT = (
    f"The Thistle Scarf keeps the wind out, and looks good while it does.\n\nSee it here: {URL}\n\n#Scarves #Winter"
)
GOOD = Draft(GOOD_TEXT, ("Scarves", "Winter"), "See it here", "A scarf with thistles", URL, FACTS.image_url)


def requirement(key: str, value: Any = None, minimum: int | None = None, maximum: int | None = None, **more: Any):
    return Requirement(
        "content",
        key,
        value,
        None if minimum is None else Decimal(minimum),
        None if maximum is None else Decimal(maximum),
        **more,
    )


RULES = ChannelRules(
    [
        requirement("text_length", minimum=80, maximum=400),
        requirement("text_length_recommended", minimum=100, maximum=200, severity="soft"),
        requirement("hashtag_count", minimum=2, maximum=3),
        requirement("hashtag_position", "end"),
        requirement("banned_words", ["delve", "game changer"]),
        requirement("language", "en"),
        requirement("link_required", True),
        requirement("call_to_action", "Invite the reader"),
        requirement("emoji_count", minimum=0, maximum=2),
        requirement("alt_text_required", True),
    ]
)


def text_with(words: str) -> str:
    """The good text with an additional sentence."""
    return GOOD_TEXT.replace("\n\nSee", f" {words}\n\nSee", 1)


def broken(draft: Draft | str, facts: Facts = FACTS, rules: ChannelRules = RULES) -> dict[str, str]:
    """The rules that a draft breaks, with the reasons. A string replaces the text of the good draft."""
    if isinstance(draft, str):
        draft = replace(GOOD, text_content=draft)
    return {
        finding.rule_name: finding.reason for finding in validate(draft, facts, rules) if finding.reason is not None
    }
