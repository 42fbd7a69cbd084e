"""The assets of the content room in a Dagster run."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from syndication_assets.ai.assets import llm_calls
from syndication_assets.ai.checks import CHECKS as AI_CHECKS
from syndication_assets.ai.checks import ai_checks
from syndication_assets.content import checks
from syndication_assets.content.generation.assets import posts_content
from syndication_assets.content.generation.template_assets import content_templates
from syndication_assets.content.review.assets import approval_rules, approvals
from syndication_assets.content.selection.product_selection import product_selections
from syndication_assets.content.selection.section_selection import section_channels, section_selections
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.documents.assets import load_documents
from syndication_assets.documents.checks import CHECKS as DOCUMENT_CHECKS
from syndication_assets.documents.checks import documents_checks
from syndication_assets_tests.ai.chat_server import ChatServer, error
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY, Shop

pytestmark = pytest.mark.one_server

KEY = "sk-canary-7Qv9zKpW3mXt"
TABLES = {check.table for check in (*checks.CHECKS, *DOCUMENT_CHECKS, *AI_CHECKS)} | {"content_templates"}
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
    checks.placeholders_are_known,
    checks.hashes_match_their_texts,
]


@pytest.fixture
def stocked(shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shop:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", shop.url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    shop.channel()
    for number in range(3):
        shop.product(f"kilt-{number}", shop.category(f"Kilts {number}"))
    shop.approve_by_rule()
    return shop


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def _materialize(instance: dg.DagsterInstance, first_day: date = FIRST_DAY, days: int = 1) -> dg.ExecuteInProcessResult:
    last_day = first_day + timedelta(days - 1)
    return dg.materialize(
        ROOM,
        resources={"postgres": PostgresResource()},
        tags={
            "dagster/asset_partition_range_start": first_day.isoformat(),
            "dagster/asset_partition_range_end": last_day.isoformat(),
        },
        raise_on_error=False,
        instance=instance,
    )


def test_each_step_of_a_day_is_in_the_history(stocked: Shop, instance: dg.DagsterInstance):
    assert _materialize(instance).success
    recorded = stocked.rows(
        "select process, status::text, platform, content_process, rows_in, rows_out, rows_rejected"
        " from operations.execution_history where status <> 'idle' order by process"
    )
    channel = recorded[0][2:4]
    assert channel[1] == "product_post"
    assert recorded == [
        (process, "success", *channel, 1, 1, 0) for process in ("approving", "checking", "selecting", "writing")
    ]
    assert _materialize(instance).success
    assert stocked.rows(
        "select distinct process, status::text from operations.execution_history where status <> 'success' order by 1"
    ) == [(process, "idle") for process in ("approving", "checking", "selecting", "writing")]


def _metadata(result: dg.ExecuteInProcessResult, table: str) -> dict[str, object]:
    return {
        name: value.value
        for event in result.asset_materializations_for_node("posts_content")
        if event.asset_key.path[-1] == table
        for name, value in event.metadata.items()
    }


def test_one_run_selects_writes_and_approves_a_range_and_all_checks_pass(stocked: Shop, instance: dg.DagsterInstance):
    result = _materialize(instance, days=3)
    assert result.success
    assert [e.check_name for e in result.get_asset_check_evaluations() if not e.passed] == []
    checked = {e.asset_key.path[-1] for e in result.get_asset_check_evaluations()}
    assert checked == {table for table in TABLES if table not in {"approval_rules", "llm_calls", "section_channels"}}
    assert [text["state"] for text in stocked.texts()] == ["approved"] * 3
    assert len({text["product_id"] for text in stocked.texts()}) == 3
    metadata = _metadata(result, "posts_content")
    assert (metadata["texts_written"], metadata["texts_compliant"], metadata["written_by_template"]) == (3, 3, 3)


def test_a_second_run_changes_nothing(stocked: Shop, instance: dg.DagsterInstance):
    _materialize(instance, days=2)
    first = stocked.texts()
    assert _materialize(instance, days=2).success
    assert stocked.texts() == first


def test_with_a_key_the_model_writes_today_and_reports_other_days(
    stocked: Shop, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    today = datetime.now(UTC).date()
    server = ChatServer()
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("SYNDICATION_LLM_MODEL", "small")
    with server.running():
        result = _materialize(instance, today - timedelta(1), days=2)
    assert result.success
    (text,) = stocked.texts()
    assert (text["generator"], text["planned_on"]) == ("llm", today)
    assert text["state"] == "needs_review"
    unmet = [e for e in result.get_asset_check_evaluations() if not e.passed]
    assert [e.check_name for e in unmet] == ["every_post_has_its_texts"]
    assert "writes only today's posts" in str(_metadata(result, "posts_content")["unwritten"])


def test_a_key_without_a_model_reports_the_missing_setting(
    stocked: Shop, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    result = _materialize(instance, datetime.now(UTC).date())
    assert not result.success
    failures = [event for event in result.all_events if event.is_step_failure]
    assert "SYNDICATION_LLM_MODEL" in str(failures[0].step_failure_data.error)


def test_the_key_appears_in_no_event_of_the_run(
    stocked: Shop, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    server = ChatServer(error(401, "invalid_api_key", f"Incorrect key {KEY}"))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("SYNDICATION_LLM_MODEL", "small")
    with server.running():
        result = _materialize(instance, datetime.now(UTC).date())
        records = instance.all_logs(result.run_id)
        assert len(server.requests) == 1
        assert server.keys == [f"Bearer {KEY}"]
        assert "rejects OPENAI_API_KEY" in str(records)
        assert "canary" not in str(records)
        assert "canary" not in str(instance.get_run_by_id(result.run_id))


def test_a_broken_template_fails_a_check_that_names_it(stocked: Shop, instance: dg.DagsterInstance):
    template = stocked.insert("content.content_templates", "template_id", template_name="mine", template_kind="story")
    stocked.insert(
        "content.content_template_versions", "version", template_id=template, version=1, body="{product_sku}"
    )
    result = _materialize(instance)
    (failed,) = [e for e in result.get_asset_check_evaluations() if not e.passed]
    assert failed.check_name == "placeholders_are_known"
    assert "'mine', version 1: unknown placeholder {product_sku}" in str(failed.description)
    assert result.success


@pytest.mark.parametrize(
    ("first_seen_at", "reason"),
    [
        (FIRST_DAY + timedelta(1), "no catalogue had been accepted by then."),
        (FIRST_DAY - timedelta(1), "no product has both a page and a template that fits."),
    ],
)
def test_a_channel_without_a_product_is_told_why(
    stocked: Shop, instance: dg.DagsterInstance, first_seen_at: date, reason: str, capfd: pytest.CaptureFixture[str]
):
    stocked.execute("update catalogue.products set product_url = null")
    stocked.execute("update catalogue.products set first_seen_at = %s, product_url = null", [first_seen_at])
    run = _materialize(instance, FIRST_DAY)
    assert run.success
    assert f"{FIRST_DAY}: 1 channel(s) got no product: {reason}" in capfd.readouterr().err
