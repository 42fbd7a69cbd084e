"""`syndication history`, `process` and `webhook` from the user's point of view."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets.operations.executions.execution_recording import executing
from syndication_assets.operations.executions.origin import Origin
from syndication_assets_tests.publishing.publishing_queue import KEYS, PublishingQueue

pytestmark = pytest.mark.one_server


@pytest.fixture(autouse=True)
def environment(shared_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", shared_database)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", KEYS)


def run(*arguments: str, code: int = 0, answer: str = "") -> str:
    result = CliRunner().invoke(main, list(arguments), input=answer)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


def process(queue: PublishingQueue, state: str = "testing") -> None:
    queue.execute(
        "insert into publishing.content_processes (process_name, platform, channel_type, display_name,"
        " development_status) values ('product_post', 'facebook', 'feed_post', 'Products', %s)",
        [state],
    )


def test_the_history_is_listed_and_filtered(queue: PublishingQueue):
    queue.due(queue.page())
    queue.publish()
    with executing(queue.url, {"fetching": "documents/blog_feed_files"}, Origin("schedule", "feeds_schedule", "run-1")):
        pass
    listed = run("history")
    assert "success  default publishing publishing/publish_due_targets facebook/feed_post product_post: " in listed
    assert "1 in, 1 out, 0 rejected (person)" in listed
    assert "feeds_schedule" not in listed
    assert "1 time nothing to do (schedule feeds_schedule run run-1)" in run("history", "--idle")
    (row,) = json.loads(run("history", "--json"))
    assert (row["process"], row["rows_out"], row["outcomes"]) == ("publishing", 1, {"published": 1})
    assert row["execution_id"] in run("history", row["execution_id"])
    assert run("history", "--process", "fetching") == "No execution is recorded.\n"
    assert "blog_feed_files" in run("history", "--status", "idle", "--run", "run-")
    assert "There is no organization 'nobody'" in run("history", "--organization", "nobody", code=1)


def test_a_process_is_promoted_and_demoted_and_shows_who_did_it(queue: PublishingQueue):
    queue.schedule(queue.page())
    process(queue, "draft")
    key = ("facebook", "feed_post", "product_post")
    assert "draft → developed, runs only by hand, and simulates." in run("process", "promote", *key)
    run("process", "promote", *key)
    assert "testing → production, runs by schedules, and sends." in run("process", "promote", *key)
    assert "It is in production already" in run("process", "promote", *key, code=1)
    assert "production → draft, does not run." in run("process", "demote", *key, "--to", "draft")
    assert "It is a draft already" in run("process", "demote", *key, code=1)
    shown = run("process", "show", *key)
    assert "facebook/feed_post product_post: draft, does not run." in shown
    assert "default: schedule schedule 0: FREQ=DAILY;BYHOUR=17;BYMINUTE=0, UTC" in shown
    assert "UTC production to draft, by " in shown
    assert "draft" in run("process", "list")
    assert "There is no process 'none'" in run("process", "show", "facebook", "feed_post", "none", code=1)


def test_posts_in_the_queue_are_not_sent_without_a_question(queue: PublishingQueue):
    queue.due(queue.page(publisher="facebook_graph"), 2)
    process(queue)
    key = ("facebook", "feed_post", "product_post")
    asked = run("process", "promote", *key, code=1, answer="n\n")
    assert "2 posts in its queue will be sent instead of simulated" in asked
    assert queue.value("select development_status::text from publishing.content_processes") == "testing"
    run("process", "promote", *key, "--yes")
    assert queue.value("select development_status::text from publishing.content_processes") == "production"


def test_a_webhook_is_added_listed_and_its_events_are_logged(queue: PublishingQueue):
    variables = ("--url-variable", "SHOP_URL", "--key-variable", "SHOP_KEY")
    assert run("webhook", "log") == "No event has happened that a webhook is told of.\n"
    run("webhook", "add", "shop", "--events", "published", "--events", "failed", *variables)
    assert "shop" in run("webhook", "list")
    queue.due(queue.page())
    queue.publish()
    assert "0 events were delivered, 1 attempts failed." in run("webhook", "deliver")
    assert "default shop: published tgt-" in run("webhook", "log", "shop")
    assert "SHOP_URL is not set" in run("webhook", "log", "--state", "pending")
    assert "SHOP_URL is not set" in run("webhook", "test", "shop", code=1)
    run("webhook", "pause", "shop")
    assert "0 events were delivered, 0 attempts failed." in run("webhook", "deliver")
    run("webhook", "remove", "shop", "--yes")
    assert run("webhook", "log", "--json") == "[]\n"
