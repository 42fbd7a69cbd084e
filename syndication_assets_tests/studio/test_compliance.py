"""Compliance is measured from the picture as it was drawn: each rule finds what breaks it, and passes what does not."""

from dataclasses import replace
from typing import Any

import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.rendering.boxes import PixelBox
from syndication_assets.rendering.brand_look import BrandLook
from syndication_assets.rendering.document import Format, VisualTemplate
from syndication_assets.rendering.fonts.kit_fonts import kit_font_files
from syndication_assets.rendering.rendered_picture import RenderedPicture
from syndication_assets.studio.compliance.colours import contrast_of
from syndication_assets.studio.compliance.measuring import MEASURES, MEASURES_OF_WORDS
from syndication_assets.studio.compliance.proposals import PROPOSALS, proposals_of
from syndication_assets.studio.compliance.rules import Measured, Rule, judged
from syndication_assets.studio.compliance.subject import Subject, Wording
from syndication_assets.studio.making.filling import alternative_text, corrected, filled, in_format
from syndication_assets.studio.requests.listing import shown_variants
from syndication_assets_tests.studio.studio_desk import StudioDesk, document, plain

SIZE = (320, 320)
TEMPLATE = VisualTemplate.model_validate(document())
SQUARE = Format(name="square", width=320, height=320, safe_bottom=40)
GOLD, WHITE = "#d4af37", "#ffffff"
WORDING = Wording(
    fields={"headline": "Woven by hand"},
    message="Our mill has woven tweed by hand for generations.",
    language="en",
    alt_text="Woven by hand, on an old loom.",
    vocabulary=("Harris Tweed",),
    banned_words=("cheap",),
)


def _pixels(colour: str, number: int = 1000) -> bytes:
    return bytes(int(colour[place : place + 2], 16) for place in (1, 3, 5)) * number


def subject(**changes: Any) -> Subject:
    """White text and a logo on the brand's dark colour."""
    picture = RenderedPicture(
        content=plain("#123c4a", SIZE),
        mime_type="image/png",
        width=320,
        height=320,
        boxes={
            "ground": PixelBox(0, 0, 320, 320),
            "headline": PixelBox(20, 120, 280, 60),
            "logo": PixelBox(220, 20, 60, 30),
        },
        text_backgrounds={"headline": _pixels("#123c4a")},
        text_colours={"headline": WHITE},
        text_sizes={"headline": 12.0},
    )
    values: dict[str, Any] = {
        "picture": replace(picture, **{name: changes.pop(name) for name in list(changes) if hasattr(picture, name)}),
        "template": in_format(TEMPLATE, SQUARE),
        "look": BrandLook({"primary": "#123c4a"}, (), "Inter", "Inter", plain("#f4b942", (80, 40)), "brd-1/1"),
        "format": SQUARE,
        "maximum_bytes": 10 * len(plain("#123c4a", SIZE)),
        "mime_types": ("image/png",),
        "wording": replace(WORDING, **{name: changes.pop(name) for name in list(changes) if hasattr(WORDING, name)}),
        "corrections": (),
    }
    return Subject(**(values | changes))


def measured(rule: str, **changes: Any) -> Measured:
    if rule in MEASURES:
        return MEASURES[rule](subject(**changes))
    return MEASURES_OF_WORDS[rule](subject(**changes).wording)


def test_white_on_gold_fails_as_wcag_says_and_the_darkest_twentieth_of_the_pixels_decides():
    assert contrast_of(_pixels(GOLD), WHITE) == pytest.approx(2.10, abs=0.01)
    assert contrast_of(_pixels("#000000"), WHITE) == pytest.approx(21)
    mixed = _pixels("#000000", 960) + _pixels(WHITE, 40)
    assert contrast_of(mixed, WHITE) == pytest.approx(21)
    assert contrast_of(mixed + _pixels(WHITE, 40), WHITE) < 2


@pytest.mark.parametrize(
    ("rule", "good", "bad", "changes"),
    [
        ("contrast", 11.7, 2.1, {"text_backgrounds": {"headline": _pixels(GOLD)}}),
        ("alt_text", 7, 1, {"alt_text": "Loom"}),
        ("logo", 1, 0, {"boxes": {"headline": PixelBox(20, 120, 280, 60)}}),
        ("logo_size", 60 / 320, 10 / 320, {"boxes": {"logo": PixelBox(220, 20, 10, 5)}}),
        (
            "logo_clear_space",
            70 / 30,
            0,
            {"boxes": {"logo": PixelBox(220, 90, 60, 30), "headline": PixelBox(20, 120, 280, 60)}},
        ),
        ("logo_proportions", 0, 0.5, {"boxes": {"logo": PixelBox(220, 20, 60, 60)}}),
        ("safe_zone", 0, 280 * 20, {"boxes": {"headline": PixelBox(20, 240, 280, 60)}}),
        ("text_fit", 12 / 28.8, 6 / 28.8, {"text_sizes": {"headline": 6.0}}),
        ("palette", 1, 0, {"content": plain("#e91e63", SIZE)}),
        ("file_size", 0.1, 2, {"maximum_bytes": len(plain("#123c4a", SIZE)) // 2}),
        ("dimensions", 0, 20, {"width": 300}),
        ("mime_type", 1, 0, {"mime_types": ("image/jpeg",)}),
        ("banned_words", 0, 1, {"message": "Cheap, but not cheaper."}),
        ("vocabulary", 0, 1, {"message": "harris tweed and Harris Tweed"}),
        ("template_kept", 0, 1, {"corrections": ("light_text",)}),
    ],
)
def test_a_rule_measures_what_keeps_it_and_what_breaks_it(rule: str, good: float, bad: float, changes: dict[str, Any]):
    kept, broken = measured(rule).value, measured(rule, **changes).value
    assert kept == pytest.approx(good, rel=0.02)
    assert broken == pytest.approx(bad, rel=0.2, abs=0.01)


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("contrast_large", {}),
        ("reading_grade", {}),
        ("reading_grade", {"language": "de", "message": "Wort " * 40}),
        ("banned_words", {"banned_words": ()}),
        ("vocabulary", {"vocabulary": ()}),
        ("logo", {"look": BrandLook({}, (), "Inter", "Inter", None, "1")}),
        ("file_size", {"maximum_bytes": None}),
    ],
)
def test_what_cannot_be_measured_is_nothing_and_never_a_full_score(rule: str, changes: dict[str, Any]):
    found = measured(rule, **changes)
    assert found.value is None
    result = judged(Rule(rule, 1, 1, is_minimum=True), found)
    assert (result.measured, result.score, result.is_passed, result.reason) == (None, None, None, found.advice)


def test_only_corrections_that_would_mend_it_are_proposed_the_most_effective_first():
    white_on_gold = {"text_backgrounds": {"headline": _pixels(GOLD)}}
    found = measured("contrast", **white_on_gold)
    assert found.evidence["would_reach"].keys() == set(PROPOSALS["contrast"])
    finding = {"rule": "contrast", "threshold": 4.5, "is_passed": False, "evidence": found.evidence}
    assert proposals_of([finding]) == ["dark_text"], "white stays white, and there is no photo to darken"
    with_photo = measured("contrast", **white_on_gold, boxes={**subject().picture.boxes, "photo": PixelBox(0, 0, 9, 9)})
    assert proposals_of([finding | {"evidence": with_photo.evidence}]) == ["dark_text", "darker_overlay"]
    assert proposals_of([finding | {"evidence": {}}]) == ["dark_text", "darker_overlay", "light_text"]
    assert proposals_of([finding | {"is_passed": True}]) == []
    on_black = measured("contrast", text_backgrounds={"headline": _pixels("#000000")})
    assert on_black.evidence["would_reach"] == {}


def test_letters_that_the_fonts_of_the_brand_do_not_have_are_named():
    inter = next(file for file in kit_font_files() if file.name.startswith("Inter")).read_bytes()
    look = BrandLook({}, (inter,), "Inter", "Inter", None, "1")
    assert measured("fonts").value is None, "without fonts of its own, nothing stands in for them"
    assert measured("fonts", look=look).value == 1
    found = measured("fonts", look=look, fields={"headline": "نسيج Woven 🧵"})
    assert found.value == pytest.approx(5 / 9)
    assert found.evidence == {"letters": "جسني", "boxes": [[20, 120, 300, 180]]}


def test_a_missed_threshold_scores_by_how_near_it_comes():
    minimum, maximum = Rule("a", 1, 4.5, is_minimum=True), Rule("b", 1, 12, is_minimum=False)
    assert judged(minimum, Measured(4.5, "")).score == 1
    assert judged(minimum, Measured(2.25, "x")).score == 0.5
    assert judged(maximum, Measured(24, "x")).score == 0.5
    assert judged(Rule("c", 1, 0, is_minimum=False), Measured(3, "x")).score == 0


def test_corrections_change_the_template_and_nothing_else():
    darker = corrected(TEMPLATE, ["darker_overlay"], {})
    assert [layer.name for layer in darker.layers][1:3] == ["photo", "correction_overlay"]
    dark = corrected(TEMPLATE, ["dark_text"], {"primary": "#123c4a", "light": "#eeeeee"})
    colours = {layer.colour for layer in dark.layers if layer.kind == "text"}
    assert colours == {"#000000"}
    assert set(PROPOSALS["contrast"]) == {"darker_overlay", "light_text", "dark_text"}


def test_a_message_is_shortened_by_sentences_and_the_visual_says_it_in_its_alternative_text():
    message = (
        "The first sentence says what it is. " + "The second one is much longer than the template would ever take."
    )
    fields = filled(TEMPLATE, {}, title="Woven", message=message, call_to_action="Come", attribution=None)
    assert fields == {"headline": "Woven", "body": "The first sentence says what it is."}
    assert alternative_text(None, fields, TEMPLATE, "a loom") == ("Woven. The first sentence says what it is. (a loom)")
    assert alternative_text("Mine", fields, TEMPLATE, None) == "Mine"


def test_what_broken_rules_cost_is_what_the_score_lacks(desk: StudioDesk):
    request_id = desk.made(photo=desk.photo(plain("#ffffff")))
    with transaction(desk.url) as connection:
        variants = shown_variants(connection, request_id)
    for variant in variants:
        lost = sum(finding["impact"] for finding in variant.findings if finding["is_passed"] is False)
        assert variant.score is not None
        assert 0 < lost == pytest.approx(1 - float(variant.score), abs=0.001)
