"""What is wrong with a template is found before it is stored, with its place."""

from typing import Any

import pytest

from syndication_assets.rendering.document import Field
from syndication_assets.rendering.document_check import TemplateError, brand_problems, read_template
from syndication_assets_tests.rendering.looks import EVERYWHERE, document, text_layer


def with_layer(**layer: Any) -> dict[str, Any]:
    found = document()
    return {**found, "layers": [*found["layers"], layer]}


def with_headline(**changes: Any) -> dict[str, Any]:
    found = document()
    return {
        **found,
        "layers": [{**each, **changes} if each["name"] == "headline" else each for each in found["layers"]],
    }


SHAPE = {"name": "shape", "kind": "shape", "colour": "#ffffff", "box": EVERYWHERE}


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (document(fields={**document()["fields"], "spare": {"kind": "text"}}), "fields, spare: no layer shows it"),
        (with_layer(**{**SHAPE, "name": "logo"}), "layers: 2 are named 'logo'"),
        (with_layer(**SHAPE, only_in=["banner"]), "layers, shape: there is no format 'banner'"),
        (with_layer(**SHAPE, only_with="ghost"), "layers, shape: there is no field 'ghost'"),
        (with_layer(**{**SHAPE, "colour": "field.photo"}), "shape: the field 'photo' is a picture, not a colour"),
        (with_headline(field="photo"), "layers, headline: the field 'photo' is a picture, not a text"),
        (
            with_headline(boxes={"tower": {"x": 0.1, "y": 0.1, "width": 0.8, "height": 0.2}}),
            "layers, headline, tower: its box reaches 16 pixels into the top edge, which the platform covers",
        ),
        (with_headline(follows="logo"), "layers, headline: it follows 'logo', which is no text among"),
        (with_headline(size=0.01), "minimum_size is larger than size"),
        (
            with_headline(box={"x": 0.5, "y": 0.4, "width": 0.8, "height": 0.2}),
            "layers.2.text.box: the box reaches out of the format: x + width and y + height are at most 1",
        ),
        (with_headline(colour="red"), "layers.2.text.colour: "),
        (document(surprise=1), "surprise: Extra inputs are not permitted"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(broken: dict[str, Any], problem: str):
    with pytest.raises(TemplateError) as raised:
        read_template(broken)
    assert any(problem in each for each in raised.value.problems), raised.value.problems


def test_all_mistakes_are_named_at_once():
    with pytest.raises(TemplateError) as raised:
        read_template({**with_headline(field="photo"), "name": "x"})
    assert len(raised.value.problems) == 2  # of another kind, and the field headline is shown nowhere


def test_a_good_template_has_no_problem_and_unknown_colours_of_a_brand_are_found():
    template = read_template(document(layers=[*document()["layers"], {**SHAPE, "colour": "brand.gold"}]))
    assert list(brand_problems(template, {"primary": "", "gold": ""})) == []
    assert list(brand_problems(template, {"primary": ""})) == [
        "layers, shape: the brand has no colour 'gold' (it has primary)"
    ]


def test_text_layer_and_plate_colours_are_checked_too():
    plate = text_layer("headline", plate={"colour": "brand.gold"})
    template = read_template(document(layers=[*document()["layers"][:2], plate]))
    assert len(list(brand_problems(template, {"primary": ""}))) == 1


def test_a_language_without_an_example_is_previewed_in_english_in_whatever_order_they_are_stored():
    field = Field(kind="text", examples={"ar": "٪73", "en": "73 %", "zh": "73%"})
    assert [field.example(tag) for tag in ("de", "ar", "zh-Hant")] == ["73 %", "٪73", "73%"]
    assert Field(kind="text", examples={"ar": "٪73"}).example("de") == "٪73"
    assert Field(kind="text").example("de") is None
