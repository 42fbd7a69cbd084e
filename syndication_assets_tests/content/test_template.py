"""Templates: which bodies can be parsed, and what is left out if a fact is unknown."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndication_assets.content.generation.template import PLACEHOLDERS, TemplateError, parse, render
from syndication_assets.content.generation.text_template_rows import default_templates

VALUES = {"product_name": "Thistle Scarf", "price": "£12.00", "description": None}


def test_placeholders_are_filled():
    assert render(parse("a", 1, "{product_name} is {price}."), VALUES) == "Thistle Scarf is £12.00."


def test_a_part_in_brackets_is_left_out_if_its_fact_is_unknown():
    template = parse("a", 1, "{product_name}. [It says: {description} ][It is {price}.]")
    assert render(template, VALUES) == "Thistle Scarf. It is £12.00."


def test_an_unknown_required_fact_is_an_error_and_not_a_gap():
    with pytest.raises(TemplateError, match=r"'a', version 3: needs description, which is unknown"):
        render(parse("a", 3, "{product_name}: {description}"), VALUES)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("See {product_sku}", "unknown placeholder {product_sku}"),
        ("See {}", "unknown placeholder {}"),
        ("See { price }", "unknown placeholder { price }"),
        ("See {price", "'{' at character 5"),
        ("See price}", "'}' at character 10"),
        ("See [{price}", "never closed"),
        ("See {price}]", "']' at character 12"),
        ("See [a [{price}]]", "'[' at character 8"),
        ("See {pri[ce]}", "unknown placeholder {pri[ce]}"),
    ],
)
def test_an_error_names_template_version_and_position(body: str, named: str):
    with pytest.raises(TemplateError) as error:
        parse("spring", 7, body)
    assert "'spring', version 7" in str(error.value)
    assert named in str(error.value)


def test_values_are_never_parsed_as_a_template():
    assert render(parse("a", 1, "{product_name}"), {"product_name": "{price} [x] {unknown}"}) == "{price} [x] {unknown}"


@given(st.text(alphabet="ab{}[] \n", max_size=40), st.booleans())
def test_any_text_is_rejected_or_rendered_without_braces_and_brackets(body: str, is_known: bool):
    filled = body.replace("{}", "{price}")
    try:
        template = parse("a", 1, filled)
        text = render(template, {"price": "9" if is_known else None})
    except TemplateError:
        return
    assert not set(text) & set("{}[]")


def test_the_default_templates_can_be_parsed_and_some_need_only_a_name_and_a_page():
    templates = default_templates()
    always_known = {"product_name", "product_url", "call_to_action", "hashtags"}
    kinds: dict[str, list[str]] = {"feature": [], "benefit": [], "story": []}
    undemanding_kinds = []
    for entry in templates:
        template = parse(entry.template_name, 1, entry.body)
        kinds[entry.template_kind].append(entry.template_name)
        if template.required <= always_known:
            undemanding_kinds.append(entry.template_kind)
    assert all(len(names) >= 2 for names in kinds.values())
    assert {"feature", "story"} <= set(undemanding_kinds)
    assert len({entry.template_name for entry in templates}) == len(templates)


def test_an_entry_of_the_file_with_an_unknown_key_is_rejected():
    from syndication_assets.content.generation.text_template_rows import DefaultTemplate  # noqa: PLC0415

    with pytest.raises(msgspec.ValidationError, match="tempalte_kind"):
        msgspec.json.decode(
            b'[{"template_name": "a", "template_kind": "story", "body": "b", "tempalte_kind": "x"}]',
            type=list[DefaultTemplate],
        )


def test_the_placeholders_are_the_documented_ones():
    of_products = "product_name description category price product_url hashtags call_to_action"
    of_sections = "section_heading document_title section_url"
    assert {*of_products.split(), *of_sections.split()} == PLACEHOLDERS
