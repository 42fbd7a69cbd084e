"""The name of a product stands once where a text begins, and list items do not run into each other."""

from syndication_assets.content.compliance.channel_rules import ChannelRules
from syndication_assets.content.generation.template import parse
from syndication_assets.content.generation.template_generator import write
from syndication_assets.content.post_facts import Facts

TEMPLATE = parse("feature", 1, "{product_name}. [{description}]\n\n{call_to_action}: {product_url}")
URL = "https://shop.example/kilt"


def text_of(description: str, **more: object) -> str:
    facts = Facts("Tweed Kilt", url=URL, description=description, **more)  # type: ignore[arg-type]
    return write(TEMPLATE, facts, ChannelRules()).text_content.partition("\n")[0]


def test_a_description_that_begins_with_the_name_alone_does_not_repeat_it():
    assert text_of("Tweed Kilt\nWoven in Skye.") == "Tweed Kilt. Woven in Skye."
    assert text_of("TWEED KILT! Woven in Skye.") == "Tweed Kilt. Woven in Skye."


def test_a_description_that_is_only_the_name_is_none():
    assert "description" not in Facts("Tweed Kilt", description="Tweed kilt").known()


def test_a_sentence_that_begins_with_the_name_takes_the_place_of_the_name():
    assert text_of("Tweed Kilt is woven in Skye.") == "Tweed Kilt is woven in Skye."


def test_a_category_of_the_same_name_is_not_repeated():
    assert "category" not in Facts("Kilts", categories=("Kilts",)).known()
    assert "category" in Facts("Tweed kilt", categories=("Kilts",)).known()


def test_the_items_of_a_list_end_with_a_stop():
    assert text_of("Soft wool\nMade in Skye\nFor cold days!") == "Tweed Kilt. Soft wool. Made in Skye. For cold days!"
