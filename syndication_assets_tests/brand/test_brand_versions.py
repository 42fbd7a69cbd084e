"""A brand has versions that never change: an edit and a roll-back add one."""

from decimal import Decimal

import pytest

from syndication_assets.brand.files.brand_files import add_file, list_files, remove_file, use_file
from syndication_assets.brand.profiles.brand_versions import BrandError, roll_back, write_brand
from syndication_assets.brand.profiles.stored_look import current_look
from syndication_assets.database.connection import DatabaseError, transaction
from syndication_assets_tests.brand.conftest import COLOURS, Studio, content
from syndication_assets_tests.rendering.looks import photo

pytestmark = pytest.mark.one_server


def test_an_edit_adds_a_version_a_repeated_one_none_and_a_roll_back_repeats_an_earlier_one(studio: Studio):
    louder = content(voice="Loud", enforcement_level="strict", minimum_score=Decimal("0.90"), languages=["ar", "en"])
    with transaction(studio.url) as connection:
        for each in (louder, louder):
            write_brand(connection, studio.organization_id, "Acme", each, is_active=True)
        assert roll_back(connection, studio.organization_id, studio.brand_id, 1) == 3
        for version, message in ((3, "the current one"), (9, "choose from 1, 2, 3")):
            with pytest.raises(BrandError, match=message):
                roll_back(connection, studio.organization_id, studio.brand_id, version)
        scores = connection.execute(
            "select version, minimum_score, is_current from brand.brand_versions order by version"
        ).fetchall()
    newest, second, first = studio.versions()
    assert (newest.repeats_version, second.repeats_version) == (1, None)
    assert newest.content == first.content != second.content
    assert first.content.differences(second.content)["voice"] == (None, "Loud")
    # Without a score of its own, that of its level counts.
    assert scores == [(1, Decimal("0.80"), False), (2, Decimal("0.90"), False), (3, Decimal("0.80"), True)]


@pytest.mark.parametrize(
    "statement",
    [
        "update brand.brand_profile_versions set voice = 'other'",
        "update brand.visual_template_versions set document = '{}'",
        "update brand.brand_version_assets set asset_role = 'font'",
        "update brand.brand_assets set asset_type = 'icon'",
    ],
)
def test_a_version_and_the_file_of_an_asset_cannot_be_changed(studio: Studio, statement: str):
    with transaction(studio.url) as connection:
        add_file(
            connection,
            studio.store,
            studio.organization_id,
            studio.brand_id,
            name="a",
            asset_type="logo",
            content=photo(),
        )
    with (
        pytest.raises(DatabaseError, match=r"never changes|immutable"),
        transaction(studio.url) as connection,
    ):
        connection.execute(statement)  # type: ignore[arg-type]


def test_a_new_logo_is_a_version_a_picture_is_none_and_a_removed_file_stays_for_older_versions(studio: Studio):
    left, two = photo(60, 40, subject=(9, 9)), photo(60, 40, subject=(30, 9))
    place = (studio.organization_id, studio.brand_id)
    with transaction(studio.url) as connection:
        first = add_file(connection, studio.store, *place, name="one", asset_type="logo", content=left)
        second = add_file(connection, studio.store, *place, name="two", asset_type="logo", content=two)
        picture = add_file(connection, studio.store, *place, name="ground", asset_type="pattern", content=left)
        assert (first.version, second.version, picture.version) == (2, 3, None)
        assert current_look(connection, studio.store, *place).logo == two
        with pytest.raises(BrandError, match="give the new one another name"):
            add_file(connection, studio.store, *place, name="one", asset_type="logo", content=two)
        with pytest.raises(BrandError, match="only a logo or a font"):
            use_file(connection, *place, "ground")
        assert remove_file(connection, *place, "two") == 4
        assert current_look(connection, studio.store, *place).logo is None
        assert use_file(connection, *place, "one") == 5
        assert use_file(connection, *place, "one") is None
        assert remove_file(connection, *place, "ground") is None
        listed = {each.name: each for each in list_files(connection, *place, has_removed=True)}
        shown = [each.name for each in list_files(connection, *place)]
    assert shown == ["one"]
    assert {name: (each.versions, each.is_in_use, each.is_active) for name, each in listed.items()} == {
        "one": (2, True, True),
        "two": (1, False, False),
    }
    assert [{each.asset_id for each in version.assets} for version in studio.versions()] == [
        {first.asset_id}, set(), {second.asset_id}, {first.asset_id}, set(),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asset_type", "file", "message"),
    [
        ("logo", b"<svg onload='x'/>", "PNG, JPEG or WebP"),
        ("logo", photo()[:200], "cannot be used"),
        ("font", photo(), "TrueType or OpenType"),
        ("font", b"OTTO" + b"\0" * 200, "damaged"),
    ],
    ids=["a drawing with a script", "a damaged picture", "a picture as a font", "a damaged font"],
)
def test_a_file_of_another_kind_is_refused_and_nothing_is_stored(
    studio: Studio, asset_type: str, file: bytes, message: str
):
    with transaction(studio.url) as connection, pytest.raises(BrandError, match=message):
        add_file(
            connection, studio.store, studio.organization_id, studio.brand_id, name="x", asset_type=asset_type,
            content=file,
        )  # fmt: skip
    assert list(studio.store.files(studio.organization_id)) == []


def test_a_brand_colour_is_part_of_its_look(studio: Studio):
    with transaction(studio.url) as connection:
        look = current_look(connection, studio.store, studio.organization_id, studio.brand_id)
    assert (look.colours, look.version) == (COLOURS, f"{studio.brand_id}/1")
