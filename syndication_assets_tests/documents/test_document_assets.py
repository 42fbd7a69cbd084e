"""Documents and their selections in Dagster runs."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from syndication_assets import fault_points
from syndication_assets.ai.assets import llm_calls
from syndication_assets.ai.checks import ai_checks
from syndication_assets.content import checks
from syndication_assets.content.generation.assets import posts_content
from syndication_assets.content.generation.template_assets import content_templates
from syndication_assets.content.review.assets import approval_rules, approvals
from syndication_assets.content.selection.product_selection import product_selections
from syndication_assets.content.selection.section_selection import section_channels, section_selections
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.definitions import defs
from syndication_assets.documents.assets import load_documents
from syndication_assets.documents.checks import documents_checks
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY, Shop
from syndication_assets_tests.documents.blog import Blog, entry, post

pytestmark = pytest.mark.one_server

ROOM = [
    load_documents,
    section_channels,
    section_selections,
    approval_rules,
    content_templates,
    product_selections,
    posts_content,
    llm_calls,
    approvals,
    checks.content_checks,
    documents_checks,
    ai_checks,
]


@pytest.fixture
def blog(shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Blog:
    """A blog in the environment's landing zone, whose sections a channel posts instead of products."""
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", shop.url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    shop.channel()
    shop.approve_by_rule()
    blog = Blog(shop, LandingZone(str(tmp_path / "landing")))
    blog.show(starts_on=FIRST_DAY, instead_of_products=True)
    return blog


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def _materialize(instance: dg.DagsterInstance, days: int) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        ROOM,
        resources={"postgres": PostgresResource()},
        tags={
            "dagster/asset_partition_range_start": FIRST_DAY.isoformat(),
            "dagster/asset_partition_range_end": (FIRST_DAY + timedelta(days - 1)).isoformat(),
        },
        raise_on_error=False,
        instance=instance,
    )


def _metadata(result: dg.ExecuteInProcessResult, table: str) -> dict[str, Any]:
    return {
        name: value.value
        for event in result.get_asset_materialization_events()
        if event.asset_key in (dg.AssetKey(["documents", table]), dg.AssetKey(["content", table]))
        for name, value in event.materialization.metadata.items()
    }


def test_a_range_loads_selects_writes_and_approves_as_one_run_and_all_checks_pass(
    blog: Blog, instance: dg.DagsterInstance
):
    blog.land(FIRST_DAY, post(1, "Wool is warm.", "Wool is light.", mood="good"), {"id": 5})
    blog.land_feed(FIRST_DAY + timedelta(1), entry(2, "<h2>Silk</h2><p>Silk is cool.</p>", date="Mon, 3 Nov 2025 GMT"))
    result = _materialize(instance, 4)
    assert result.success
    assert [e.check_name for e in result.get_asset_check_evaluations() if not e.passed] == []
    assert blog.selected() == [("03", "Heading 1.0"), ("04", "Silk"), ("05", "Heading 1.1")]
    texts = blog.shop.texts()
    assert [(text["state"], text["planned_on"].day) for text in texts] == [("approved", day) for day in (3, 4, 5)]
    loaded = _metadata(result, "document_observations")
    assert (loaded["files_read"], loaded["documents_read"], loaded["items_quarantined"]) == (2, 2, 1)
    assert "mood" in loaded["unknown_keys"]
    assert _metadata(result, "source_sections")["dagster/row_count"] == 3
    selected = _metadata(result, "section_selections")
    assert (selected["rows_written"], selected["channels_without_a_section"]) == (3, 1)
    assert "Silk" in selected["selected"]


def test_a_second_run_changes_nothing(blog: Blog, instance: dg.DagsterInstance):
    blog.land(FIRST_DAY, post(1))
    assert _materialize(instance, 2).success
    first = blog.documents(), blog.sections(), blog.selected(), blog.shop.texts()
    assert _materialize(instance, 2).success
    assert (blog.documents(), blog.sections(), blog.selected(), blog.shop.texts()) == first


@pytest.mark.parametrize(
    "point",
    [
        pytest.param("documents.merged", marks=pytest.mark.slow),
        "documents.before_commit",
        "section_selections.before_commit",
    ],
)
def test_a_failed_day_writes_nothing_and_the_next_run_loads_it(
    blog: Blog, instance: dg.DagsterInstance, point: str, monkeypatch: pytest.MonkeyPatch
):
    def fail(reached: str) -> None:
        if reached == point:
            raise RuntimeError(reached)

    blog.land(FIRST_DAY, post(1), {"id": 5})
    with monkeypatch.context() as patched:
        patched.setattr(fault_points, "reach", fail)
        assert not _materialize(instance, 1).success
    if point.startswith("documents"):
        assert (blog.documents(), blog.sections(), blog.quarantine()) == ([], [], [])
    assert blog.selected() == []
    assert _materialize(instance, 1).success
    assert blog.selected() == [("03", "Heading 1.0")]


def _assets_of(job: str) -> set[str]:
    return {key.to_user_string() for key in defs.resolve_job_def(job).asset_layer.executable_asset_keys}


def test_only_the_feeds_job_fetches_feeds():
    with_feeds = {
        job.name for job in defs.resolve_all_job_defs() if "documents/blog_feed_files" in _assets_of(job.name)
    }
    assert {name for name in with_feeds if not name.startswith("__")} == {"feeds"}


def test_documents_load_in_the_daily_job_and_before_sections_are_selected():
    for job in ("daily_graph", "content"):
        assert {"documents/source_documents", "documents/source_sections"} <= _assets_of(job)
    assert "content/section_selections" not in _assets_of("daily_graph")
