"""What was measured is shown where it is: a copy of the picture with a mark, the same bytes each time."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from syndication_assets.database.connection import transaction
from syndication_assets.studio.compliance.evidence import evidence_picture, evidence_pictures
from syndication_assets.studio.compliance.marking import RULES_WITH_PLACES, marked
from syndication_assets.studio.compliance.measuring import MEASURES
from syndication_assets_tests.studio.studio_desk import StudioDesk, document, plain

pytestmark = pytest.mark.one_server
GREEN, RED = (10, 143, 60), (214, 0, 42)
GROUND = plain("#123c4a", (320, 320))
EVIDENCE: dict[str, dict[str, Any]] = {
    "contrast": {"layer": "headline", "box": [40, 100, 200, 140], "colour": "#ffffff"},
    "contrast_large": {"layer": "headline", "box": [40, 100, 200, 140], "colour": "#ffffff"},
    "logo": {"boxes": [[220, 20, 280, 50]]},
    "logo_size": {"box": [220, 20, 280, 50]},
    "logo_proportions": {"box": [220, 20, 280, 50]},
    "logo_clear_space": {"logo": [220, 20, 280, 50], "layer": "headline", "box": [40, 100, 200, 140]},
    "safe_zone": {"pixels": {"headline": 5}, "safe": [0, 40, 320, 260], "boxes": {"headline": [40, 240, 200, 300]}},
    "fonts": {"letters": "ش", "boxes": [[40, 100, 200, 140]]},
    "text_fit": {"layer": "headline", "box": [40, 100, 200, 140]},
    "palette": {"other_colours": {"#123c4a": 1}, "brand_colours": ["#ff0000"], "photos": [[0, 0, 320, 100]]},
}


def pixels(content: bytes) -> np.ndarray[Any, Any]:
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture.convert("RGB"))


def has(content: bytes, colour: tuple[int, int, int]) -> bool:
    return bool((pixels(content)[:320] == colour).all(axis=2).any())


def test_every_rule_with_a_place_is_measured_and_marked():
    assert EVIDENCE.keys() == set(RULES_WITH_PLACES) <= MEASURES.keys()


@pytest.mark.parametrize("rule", RULES_WITH_PLACES)
def test_a_mark_is_red_where_the_rule_is_broken_and_green_where_it_is_kept(rule: str):
    kept = marked(GROUND, rule, EVIDENCE[rule], "x", is_passed=True)
    broken = marked(GROUND, rule, EVIDENCE[rule], "x", is_passed=False)
    assert kept is not None
    assert broken is not None
    assert (has(kept, GREEN), has(kept, RED)) == (True, False)
    assert (has(broken, GREEN), has(broken, RED)) == (False, True)
    assert pixels(kept).shape[0] > 320, "the caption is below the picture and hides nothing"
    assert kept == marked(GROUND, rule, EVIDENCE[rule], "x", is_passed=True), "the same bytes each time"


def test_what_is_inside_the_mark_is_as_it_was_and_the_rest_is_faded():
    content = marked(GROUND, "contrast", EVIDENCE["contrast"], "x", is_passed=False)
    assert content is not None
    shown = pixels(content)
    assert tuple(shown[120, 120]) == (0x12, 0x3C, 0x4A)
    assert tuple(shown[300, 300]) != (0x12, 0x3C, 0x4A)


@pytest.mark.parametrize(
    ("rule", "evidence"), [("file_size", {"bytes": 5}), ("logo", {"boxes": []}), ("palette", {"other_colours": {}})]
)
def test_what_has_no_place_is_not_marked(rule: str, evidence: dict[str, Any]):
    assert marked(GROUND, rule, evidence, "x", is_passed=False) is None


def test_the_pictures_of_a_brief_are_drawn_from_what_is_stored(desk: StudioDesk):
    content = document()
    content["layers"][4]["box"] = {"x": 0.9, "y": 0.4, "width": 0.09, "height": 0.05}
    content["formats"][0]["safe_right"] = 60
    desk.template_version(content)
    request_id = desk.made()
    found = list(evidence_pictures(desk.url, desk.store, desk.organization_id, request_id))
    assert {each.format_name for each in found} == {"square", "link"}
    assert {each.rule_name for each in found} <= set(RULES_WITH_PLACES)
    (broken,) = [each for each in found if each.rule_name == "safe_zone" and each.format_name == "square"]
    assert broken.is_passed is False
    with transaction(desk.url) as connection:
        again = evidence_picture(connection, desk.store, desk.organization_id, broken.variant_id, "safe_zone")
        assert again == broken
        assert evidence_picture(connection, desk.store, desk.organization_id, broken.variant_id, "file_size") is None
        assert evidence_picture(connection, desk.store, "org-00000000", broken.variant_id, "safe_zone") is None
