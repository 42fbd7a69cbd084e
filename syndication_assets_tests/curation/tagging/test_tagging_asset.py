"""The asset `curation/post_classifications`: what people see of a run, and checks that find their own damage."""

from datetime import timedelta
from typing import Any

import dagster as dg
import psycopg
import pytest

from syndication_assets.curation.assets import post_tags
from syndication_assets.curation.checks import CHECKS
from syndication_assets.curation.tagging.assets import post_classifications
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets_tests.ai.chat_server import ChatServer, completion
from syndication_assets_tests.curation.curated_posts import CuratedPosts
from syndication_assets_tests.curation.tagging.model_tagging import (
    answering,
    asked_posts,
    found,
    model_at,
    said_by_models,
    tag_for_models,
)
from syndication_assets_tests.engagement.snapshots import day
from syndication_assets_tests.sample_database import broken_checks

WINDOW = (day(1), day(1) + timedelta(1))


def materialize(*assets: dg.AssetsDefinition) -> dict[str, Any]:
    """A run of the first day; the metadata of the last asset."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            assets,
            resources={"postgres": PostgresResource()},
            partition_key=day(1).isoformat(),
            instance=instance,
        )
        assert result.success
        (event, *_) = result.asset_materializations_for_node(assets[-1].op.name)
        return {name: value.value for name, value in event.metadata.items()}


def test_a_run_says_what_it_asked_what_follows_and_what_it_cost(curated: CuratedPosts, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", curated.url)
    curated.execute(
        "insert into operations.api_prices (provider, model, price_version, valid_from, currency, input_price,"
        " cached_input_price, output_price) values ('127.0.0.1', 'small', 1, '2025-01-01', 'USD', 1, 0.15, 2)"
    )
    tag_for_models(curated, "baking")
    for text in ("bread", "poison"):
        curated.written(text)

    def reply(request: dict[str, Any]):
        is_poisoned = "poison" in asked_posts(request).values()
        return completion("nonsense") if is_poisoned else answering(lambda _: [found("baking")])(request)

    with model_at(ChatServer(reply), monkeypatch):
        metadata = materialize(post_classifications)
    counts = {name: metadata[name] for name in metadata if name.startswith(("posts_", "tags_", "api_c"))}
    assert counts == {
        "posts_asked": 2, "posts_answered": 1, "posts_parked": 1, "posts_left_for_later": 0, "tags_applied": 1,
        "tags_suggested": 0, "tags_written": 1, "tags_removed": 0, "api_calls": 3, "api_cost_usd": 0.00318,
    }  # fmt: skip
    assert curated.rows(
        "select process, status::text, rows_in, rows_out, rows_rejected, outcomes, cost::float"
        " from operations.execution_history"
    ) == [("tagging", "partial", 2, 1, 1, {"parked": 1}, 0.00318)]

    # The tags follow from the answers alone: the daily run of all tags writes the same.
    before = said_by_models(curated)
    curated.execute("delete from curation.post_tags")
    monkeypatch.delenv("OPENAI_API_KEY")
    assert materialize(post_classifications, post_tags)["dagster/table_name"] == "curation.post_documents"
    assert said_by_models(curated) == before == {("bread", "baking"): ("applied", 0.9)}

    # Checks: the parked post is named, and a tag that no answer gives.
    with psycopg.connect(curated.url) as connection:
        connection.execute("update curation.post_classifications set asked_at = asked_at - interval '2 days'")
        assert set(broken_checks(connection, "curation", CHECKS, WINDOW)) == {"post_classifications__no_post_is_parked"}
        connection.execute("delete from curation.post_classifications where state = 'parked'")
        assert set(broken_checks(connection, "curation", CHECKS, WINDOW)) == set()
        for damage in (
            "update curation.post_tags set confidence = 0.1",
            "delete from curation.post_tags",
            "update curation.post_classifications set tags = '[]'",
        ):
            with connection.transaction(force_rollback=True):
                connection.execute(damage)
                assert set(broken_checks(connection, "curation", CHECKS, WINDOW)) == {
                    "post_tags__models_tag_as_they_answered"
                }
        connection.rollback()


def test_without_a_key_a_run_says_so(curated: CuratedPosts, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", curated.url)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    tag_for_models(curated, "baking")
    curated.written("bread")
    assert materialize(post_classifications)["nothing_asked"].startswith("OPENAI_API_KEY is not set")
    assert curated.rows("select status::text from operations.execution_history") == [("idle",)]
