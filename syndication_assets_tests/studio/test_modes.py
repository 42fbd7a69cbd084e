"""The mode says where the photo may come from, the quality how much is made, and variations differ in their photos."""

import io

import pytest
from PIL import Image

from syndication_assets.rendering.encoding import encode
from syndication_assets.studio.requests.new_brief import BriefError, NewBrief
from syndication_assets.studio.requests.request_states import add_briefs
from syndication_assets_tests.studio.studio_desk import FEED, MESSAGE, StudioDesk, document, plain

pytestmark = pytest.mark.one_server
SHOWN = """
select stock_image_id is not null, pattern_asset_id is not null from studio.generated_assets where is_newest
"""


@pytest.fixture(autouse=True)
def only_own_pictures(desk: StudioDesk):
    desk.execute("update media.stock_sources set is_active = source = 'own'")
    yield
    desk.execute("update media.stock_sources set is_active = true")


def pattern(desk: StudioDesk) -> str:
    return desk.insert(
        "brand.brand_assets",
        "asset_id",
        brand_id=desk.brand_id,
        asset_name="waves",
        asset_type="pattern",
        media_file_id=desk.file(plain("#445566")),
    )


@pytest.mark.parametrize(
    ("mode", "has_own_photo", "shown"),
    [
        ("hybrid", True, (True, False)),
        ("hybrid", False, (False, True)),
        ("brand_only", True, (True, False)),
        ("brand_only", False, (False, True)),
        ("stock_enhanced", True, (True, False)),
    ],
)
def test_a_mode_takes_a_photo_or_what_stands_for_it(
    desk: StudioDesk, mode: str, has_own_photo: bool, shown: tuple[bool, bool]
):
    pattern(desk)
    if has_own_photo:
        desk.photo(plain("#335577"), "a loom")
    desk.brief(mode=mode, search_terms="loom")
    desk.make()
    assert desk.rows(SHOWN) == [shown]


def test_a_template_that_stands_by_itself_takes_neither_photo_nor_pattern(desk: StudioDesk):
    asset_id = pattern(desk)
    desk.brief(mode="template_based")
    desk.make()
    assert desk.rows(SHOWN) == [(False, False)]
    desk.execute("update studio.content_requests set state = 'archived'")
    desk.brief()
    desk.make()
    assert desk.rows(f"{SHOWN} order by created_at desc limit 1") == [(False, True)]
    usage = "select visuals, pictures from studio.brand_asset_pictures where asset_id = %s"
    assert desk.rows(usage, [asset_id]) == [(1, 2)]


def test_the_stock_is_wanted_and_without_a_photo_the_brief_waits(desk: StudioDesk):
    request_id = desk.brief(mode="stock_enhanced", search_terms="loom")
    assert desk.make().assets == []
    state, reason = desk.state(request_id)
    assert (state, "wants one. own: no own picture" in str(reason)) == ("pending", True)


def test_only_own_photos_are_asked_for_in_the_mode_of_the_brand(desk: StudioDesk):
    desk.execute("update media.stock_sources set is_active = source in ('own', 'openverse')")
    desk.brief(mode="brand_only", search_terms="loom")
    run = desk.make()
    (note,) = run.notes
    assert "openverse" not in note


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"mode": "template_based", "search_terms": "loom"}, "template_based takes no photo"),
        ({"mode": "stock_enhanced"}, "stock_enhanced needs a photo"),
        ({"mode": "brand_only", "photo": "stk-"}, "not of your own"),
        ({"variations": 2}, "Variations differ in their photos"),
    ],
)
def test_what_a_mode_does_not_take_is_said(desk: StudioDesk, changes: dict[str, object], reason: str):
    if "photo" in changes:
        photo = desk.photo(plain("#335577"))
        desk.execute("update media.stock_images set source = 'pexels'")
        changes = {**changes, "photo": photo}
    with pytest.raises(BriefError, match=reason):
        desk.brief(**changes)


def test_a_template_without_a_photo_refuses_one(desk: StudioDesk):
    content = document()
    content["fields"].pop("photo")
    content["layers"] = [layer for layer in content["layers"] if layer["kind"] != "photo"]
    desk.template_version(content)
    with pytest.raises(BriefError, match="shows no photo"):
        desk.brief(search_terms="loom")


def test_variations_are_briefs_of_one_batch_each_with_another_photo(desk: StudioDesk):
    for number in range(3):
        desk.photo(plain("#335577", (400 + number, 300)), "a loom")
    brief = NewBrief(
        title="By hand", brief=MESSAGE, channels=[FEED], template="Statement", search_terms="loom", variations=3
    )
    assert len(add_briefs(desk.url, desk.organization_id, [brief], "a requester")) == 3
    assert len(desk.make().assets) == 3
    assert desk.value("select count(distinct stock_image_id) from studio.generated_assets") == 3
    rows = desk.rows("select batch_name, variation from studio.content_requests order by variation")
    assert rows == [("By hand", 1), ("By hand", 2), ("By hand", 3)]
    with pytest.raises(ValueError, match="less than or equal to 5"):
        brief.model_validate({**brief.model_dump(), "variations": 6})


def test_a_draft_is_the_posted_format_of_each_channel_alone(desk: StudioDesk):
    desk.brief(quality="draft")
    desk.make()
    assert desk.rows("select format_name, is_posted from studio.asset_variants") == [("square", True)]


def test_the_finest_photo_is_compressed_less_and_has_another_hash(desk: StudioDesk):
    photo = desk.photo(noise())
    sizes, hashes = [], set()
    for quality in ("standard", "premium", "executive"):
        desk.brief(quality=quality, photo=photo)
        desk.make()
        row = desk.rows(
            "select f.size_bytes, v.render_hash from studio.asset_variants as v inner join media.media_files as f"
            " using (organization_id, media_file_id) inner join studio.generated_assets as a"
            " using (organization_id, asset_id) where v.is_posted order by a.created_at desc limit 1"
        )[0]
        sizes.append(row[0])
        hashes.add(row[1])
    assert sizes[1] > 1.3 * sizes[0]
    assert sizes[2] == sizes[1]
    assert len(hashes) == 2


@pytest.mark.parametrize(("quality", "is_strict"), [("executive", True), ("premium", False)])
def test_an_executive_picture_needs_the_score_of_the_level_strict(desk: StudioDesk, quality: str, *, is_strict: bool):
    """The brand of the test is flexible."""
    desk.brand_version(vocabulary=["Handwoven", "Tweed"])
    desk.execute("update brand.enforcement_levels set minimum_score = 0.99 where enforcement_level = 'strict'")
    try:
        desk.made(quality=quality)
    finally:
        desk.execute("update brand.enforcement_levels set minimum_score = 0.95 where enforcement_level = 'strict'")
    assert 0.6 < desk.value("select min(score) from studio.variant_scores") < 0.99
    reasons = [
        reason
        for (reason,) in desk.rows(
            "select reason from content.compliance_checks where rule_name = 'picture_compliance'"
        )
        if reason
    ]
    assert [("the quality executive wants 0.99" in reason) for reason in reasons] == [True] * is_strict


def test_the_finest_picture_keeps_the_limit_of_the_channel():
    with Image.open(io.BytesIO(noise())) as picture:
        shown = picture.convert("RGB")
    wanted = {"format_name": "x", "has_photo": True, "mime_types": ["image/jpeg"]}
    finest, _ = encode(shown, **wanted, maximum_bytes=None, is_finest=True)
    limited, _ = encode(shown, **wanted, maximum_bytes=len(finest) - 1, is_finest=True)
    assert limited == encode(shown, **wanted, maximum_bytes=None)[0]


def noise() -> bytes:
    content = io.BytesIO()
    Image.effect_noise((500, 400), 60).convert("RGB").save(content, "PNG")
    return content.getvalue()
