"""What has the same inputs is drawn once in an organization, whichever brief asks for it."""

from pathlib import Path

import pytest

from syndication_assets.studio.making.drawn_before import drawn_before
from syndication_assets_tests.studio.studio_desk import FEED, StudioDesk

pytestmark = pytest.mark.both_servers
FILES = """
select a.request_id, v.format_name, v.media_file_id, v.variant_id, count(r.rule_name)
from studio.asset_variants as v
inner join studio.generated_assets as a using (organization_id, asset_id)
inner join studio.compliance_results as r using (organization_id, variant_id)
where r.rule_name <> 'likeness'
group by a.request_id, v.format_name, v.media_file_id, v.variant_id
order by a.request_id = %s desc, v.format_name
"""


def made(desk: StudioDesk, **changes: object) -> str:
    request_id = desk.brief(**changes)
    assert len(desk.make().assets) == 1
    return request_id


def stored_files(desk: StudioDesk) -> set[Path]:
    return {path for path in (desk.directory / "media").rglob("*") if path.is_file()}


def test_a_second_brief_of_the_same_inputs_draws_and_stores_nothing_and_has_rows_of_its_own(
    desk: StudioDesk, drawn: list[str]
):
    first = made(desk)
    assert sorted(drawn) == ["link", "square"]
    files = stored_files(desk)
    second = made(desk, facts=["Another fact"], keywords=[])
    assert len(drawn) == 2
    assert stored_files(desk) == files
    rows = desk.rows(FILES, [first])
    assert [row[0] for row in rows] == [first, first, second, second]
    assert [row[2] for row in rows[:2]] == [row[2] for row in rows[2:]]
    assert len({row[3] for row in rows}) == 4
    assert [row[4] for row in rows[:2]] == [row[4] for row in rows[2:]]
    uses = "select count(*) from media.file_uses where media_file_id = %s"
    assert desk.value(uses, [rows[0][2]]) == 2


@pytest.mark.parametrize(
    "changes",
    [{"title": "Woven by us"}, {"language": "de"}, {"fields": {"body": "At the looms"}}],
    ids=["title", "language", "field"],
)
def test_other_inputs_are_drawn(desk: StudioDesk, drawn: list[str], changes: dict[str, object]):
    made(desk)
    made(desk, **changes)
    assert len(drawn) == 4


def test_another_version_of_brand_template_or_rules_draws_again(desk: StudioDesk, drawn: list[str]):
    made(desk)
    desk.brand_version(voice="Loud.")
    made(desk)
    assert len(drawn) == 4
    desk.execute(
        "insert into studio.compliance_rules (rule_name, version, category, weight, threshold, is_minimum, severity,"
        " description) select rule_name, 2, category, weight, threshold, is_minimum, severity, description"
        " from studio.compliance_rules where rule_name = 'palette'"
    )
    try:
        made(desk)
        assert len(drawn) == 6, "what was measured by another version is measured again"
    finally:
        desk.execute("delete from studio.compliance_results where rule_version = 2")
        desk.execute("delete from studio.compliance_rules where version = 2")


def test_a_file_that_has_become_too_large_for_its_channel_is_drawn_again(desk: StudioDesk, drawn: list[str]):
    made(desk)
    size = desk.value("select max(size_bytes) from media.media_files where width = 320")
    desk.execute("update channels.picture_formats set maximum_bytes = %s where format_name = 'square'", [size - 1])
    desk.brief(channels=[FEED])
    desk.make()
    assert drawn[2:] == ["square"]


def test_pictures_of_another_organization_are_not_taken_over(desk: StudioDesk):
    made(desk)
    hashes = [value for (value,) in desk.rows("select render_hash from studio.asset_variants")]
    other = desk.value("insert into tenancy.organizations (slug, name) values ('other', 'O') returning organization_id")
    try:
        assert drawn_before(desk.url, str(other), hashes) == {}
        assert len(drawn_before(desk.url, desk.organization_id, hashes)) == 2
    finally:
        desk.execute("delete from tenancy.organizations where slug = 'other'")
