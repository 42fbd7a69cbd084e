"""A picture that looks like one of another brief is found and named, and counts as the rule says."""

import io
import json
from random import Random
from typing import Any

import pytest
from PIL import Image

from syndication_assets.database.connection import load_sql, transaction
from syndication_assets_tests.studio.studio_desk import StudioDesk

pytestmark = pytest.mark.both_servers
LIKENESS = """
select v.format_name, r.measured, r.is_passed, r.reason, r.evidence
from studio.compliance_results as r
inner join studio.asset_variants as v using (organization_id, variant_id)
inner join studio.generated_assets as a using (organization_id, asset_id)
where r.rule_name = 'likeness' and a.request_id = %s and a.is_newest
order by v.format_name desc
"""


def likeness(desk: StudioDesk, request_id: str) -> list[tuple[Any, ...]]:
    return desk.rows(LIKENESS, [request_id])


def made(desk: StudioDesk, **changes: Any) -> str:
    request_id = desk.brief(**changes)
    desk.make()
    return request_id


def test_the_same_inputs_are_found_and_named(desk: StudioDesk):
    first = made(desk)
    assert [row[1:4] for row in likeness(desk, first)] == [(6, True, None), (6, True, None)]
    second = made(desk)
    for name, measured, is_passed, reason, evidence in likeness(desk, second):
        assert (measured, is_passed) == (0, False)
        assert evidence["request"] == first
        assert evidence["has_same_inputs"] is True
        variant = desk.value(
            "select v.variant_id from studio.asset_variants as v inner join studio.generated_assets as a"
            " using (organization_id, asset_id) where a.request_id = %s and v.format_name = %s",
            [first, name],
        )
        assert reason == (
            f"It is made of the same inputs as {variant} of {first} ('Woven by hand'): take another photo or template, "
            "or cancel one of the briefs."
        )


def test_a_picture_that_only_looks_like_another_is_found_too(desk: StudioDesk):
    made(desk, title="Woven by hand in the glen")
    second = made(desk, title="Woven by hand in the glen.")
    (square, _) = likeness(desk, second)
    assert 0 <= square[1] < 6
    assert square[4]["has_same_inputs"] is False
    assert "looks like" in square[3]


def test_another_picture_passes(desk: StudioDesk):
    made(desk, photo=desk.photo(scene(1), "one"))
    second = made(desk, title="Of wool alone", photo=desk.photo(scene(2), "two"))
    assert [row[2] for row in likeness(desk, second)] == [True, True]


def scene(seed: int) -> bytes:
    """Soft spots in random places."""
    generator = Random(seed)
    small = Image.new("RGB", (7, 6))
    small.putdata([(generator.randrange(256),) * 3 for _ in range(42)])
    content = io.BytesIO()
    small.resize((500, 400), Image.Resampling.BICUBIC).save(content, "PNG")
    return content.getvalue()


def test_translations_of_a_batch_and_rejected_briefs_do_not_count(desk: StudioDesk):
    first = made(desk)
    desk.execute("update studio.content_requests set batch_name = 'open days'")
    german = desk.brief(language="de")
    desk.execute("update studio.content_requests set batch_name = 'open days'")
    desk.make()
    assert [row[1] for row in likeness(desk, german)] == [6, 6]
    desk.execute("update studio.content_requests set state = 'archived'")
    assert [row[1] for row in likeness(desk, made(desk))] == [6, 6]
    assert first != german


def test_a_version_of_the_same_brief_is_no_duplicate_of_it(desk: StudioDesk):
    request_id = made(desk)
    desk.execute("update studio.content_requests set state = 'pending', next_attempt_at = now()")
    desk.make()
    assert [row[1] for row in likeness(desk, request_id)] == [6, 6]


def test_the_threshold_is_a_row_and_its_severity_decides_whether_it_stops_the_text(desk: StudioDesk):
    made(desk, title="Woven by hand in the glen")
    desk.execute(
        "insert into studio.compliance_rules (rule_name, version, category, weight, threshold, is_minimum, severity,"
        " description) select rule_name, 2, category, weight, 0, is_minimum, severity, description"
        " from studio.compliance_rules where rule_name = 'likeness'"
    )
    try:
        second = made(desk, title="Woven by hand in the glen.")
        assert all(row[2] for row in likeness(desk, second)), "a threshold of 0 bits allows everything"
        desk.execute("update studio.compliance_rules set is_active = false where rule_name = 'likeness'")
        assert likeness(desk, made(desk)) == []
    finally:
        desk.execute("delete from studio.compliance_results where rule_version = 2")
        desk.execute("delete from studio.compliance_rules where version = 2")
        desk.execute("update studio.compliance_rules set is_active = true")


def test_a_uniform_picture_tells_nothing(desk: StudioDesk):
    desk.template_version(
        {
            "name": "Statement",
            "fields": {"headline": {"kind": "text"}},
            "formats": [{"name": "square", "width": 320, "height": 320}],
            "layers": [
                {
                    "name": "ground",
                    "kind": "shape",
                    "colour": "brand.primary",
                    "box": {"x": 0, "y": 0, "width": 1, "height": 1},
                },
                {
                    "name": "headline",
                    "kind": "text",
                    "field": "headline",
                    "colour": "brand.primary",
                    "size": 0.05,
                    "minimum_size": 0.03,
                    "box": {"x": 0.1, "y": 0.1, "width": 0.8, "height": 0.3},
                },
            ],
        }
    )
    request_id = made(desk)
    ((_, measured, _, reason, _),) = likeness(desk, request_id)
    assert (measured, reason) == (None, "It is nearly uniform: its hash does not tell it from others.")


def test_a_picture_is_compared_with_few_of_many(desk: StudioDesk):
    request_id = made(desk, title="One")
    desk.execute(
        "insert into media.media_files (organization_id, sha256, size_bytes, mime_type, object_path, perceptual_hash)"
        " select %s, encode(sha256(n::text::bytea), 'hex'), 1, 'image/png', 'x/' || n,"
        " ('x' || left(encode(sha256(n::text::bytea), 'hex'), 16))::bit(64)::bigint from generate_series(1, 3000) as n",
        [desk.organization_id],
    )
    desk.execute(
        "insert into studio.asset_variants (organization_id, asset_id, platform, channel_type, format_name, is_posted,"
        " media_file_id, render_hash, alt_text, shows_attribution)"
        " select f.organization_id, a.asset_id, 'facebook', 'feed_post', f.object_path, false, f.media_file_id,"
        " f.sha256, 'x', false from media.media_files as f cross join studio.generated_assets as a"
        " where f.object_path like 'x/%%'"
    )
    variants = desk.records("select render_hash, media_file_id from studio.asset_variants limit 1")
    parameters = {"organization_id": desk.organization_id, "request_id": request_id, "variants": json.dumps(variants)}
    with transaction(desk.url) as connection:
        ((plan,),) = connection.execute(
            "explain (analyze, format json) " + load_sql("studio/asset_variants/alike.sql"), parameters
        ).fetchall()
    assert rows_of(plan[0]["Plan"]) < 60_000, "comparing all with all takes more than a million"


def rows_of(node: dict[str, Any]) -> float:
    """The rows that all steps of a plan gave."""
    own = node["Actual Rows"] * node["Actual Loops"]
    return float(own) + sum(rows_of(each) for each in node.get("Plans", []))
