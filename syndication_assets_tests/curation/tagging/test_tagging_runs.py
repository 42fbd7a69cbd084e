"""A run asks about each post once, stores what was paid for, and tags follow from stored answers alone."""

import threading
from decimal import Decimal

import psycopg
import pytest

from syndication_assets.curation.tagging.classifications import apply_all_answers
from syndication_assets.curation.tagging.tagging_run import WITHOUT_KEY, WITHOUT_TAGS
from syndication_assets.database.connection import transaction
from syndication_assets_tests.ai.chat_server import ChatServer
from syndication_assets_tests.curation.curated_posts import CuratedPosts
from syndication_assets_tests.curation.tagging.model_tagging import (
    answering,
    asked_posts,
    found,
    model_at,
    said_by_models,
    tag,
    tag_for_models,
)


def by_words(text: str) -> list[dict]:
    confidence = 0.7 if "loaf" in text else 0.9
    return [found("baking", confidence)] if "bread" in text or "loaf" in text else []


def test_a_post_is_asked_about_once_and_thresholds_decide_what_applies(
    curated: CuratedPosts, monkeypatch: pytest.MonkeyPatch
):
    curated.execute(
        "insert into operations.api_prices (provider, model, price_version, valid_from, currency, input_price,"
        " cached_input_price, output_price) values ('127.0.0.1', 'small', 1, '2025-01-01', 'USD', 1, 0.15, 2)"
    )
    baking = tag_for_models(curated, "baking", description="Bread.")
    curated.tag("secret")
    bread, loaf = curated.written("bread"), curated.written("a loaf")
    curated.written("a kilt")
    curated.written("")
    curated.written("bread of a dry run", is_simulated=True)
    with model_at(ChatServer(answering(by_words)), monkeypatch) as server:
        run = tag(curated)
        assert (run.posts, len(run.outcome.answered), run.tagged.applied, run.tagged.suggested) == (3, 3, 1, 1)
        assert sorted(asked_posts(server.requests[0]).values()) == ["a kilt", "a loaf", "bread"]
        assert "secret" not in str(server.requests), "only tags that are for models are shown to one"
        both = {("bread", "baking"): ("applied", 0.9), ("a loaf", "baking"): ("suggested", 0.7)}
        assert said_by_models(curated) == both
        assert curated.value("select sum(cost) from operations.api_usage where operation = 'tag_posts'") == Decimal(
            "0.00106000"
        )
        assert curated.value("select cardinality(post_ids) from ai.llm_calls") == 3

        # Asked once: nothing new is asked, and the daily run of rules changes nothing of it.
        assert tag(curated).posts == 0
        before = curated.facts()
        curated.run(1)
        assert [row for row in curated.facts() if row[2] == "ai"] == [row for row in before if row[2] == "ai"]
        assert len(server.requests) == 1

        # A threshold is applied to the stored answers.
        curated.execute("update curation.tags set model_threshold = 0.7 where tag_id = %s", [baking])
        with transaction(curated.url) as connection:
            assert apply_all_answers(connection, curated.organization_id) == (2, 0, 1, 0)
        assert said_by_models(curated)["a loaf", "baking"] == ("applied", 0.7)
        assert len(server.requests) == 1

        # Another text and another list of tags are asked about; the former list and its answers count again for free.
        curated.execute("update scraping.post_records set text_content = 'no more' where post_id = %s", [bread])
        assert tag(curated).posts == 1
        assert ("no more", "baking") not in said_by_models(curated)
        curated.execute("update curation.tags set description = 'Cake.' where tag_id = %s", [baking])
        assert tag(curated).posts == 3
        curated.execute("update curation.tags set description = 'Bread.' where tag_id = %s", [baking])
        assert tag(curated).posts == 0
        assert curated.rows("select tag_list_version, count(*) from curation.post_classifications where is_current"
                            " group by 1") == [(1, 3)]  # fmt: skip

        # Without being for models, the tag is no longer given; a history is kept.
        curated.execute("update curation.tags set is_for_models = false")
        assert tag(curated).reason == WITHOUT_TAGS
        with transaction(curated.url) as connection:
            apply_all_answers(connection, curated.organization_id)
        assert said_by_models(curated) == {}
        states = curated.rows(
            "select old_state::text, new_state::text from curation.post_tag_changes where post_id = %s", [loaf]
        )
        assert sorted(states, key=str) == [("applied", None), ("suggested", "applied"), (None, "suggested")]


def test_without_a_key_nothing_is_asked_and_nothing_written(curated: CuratedPosts, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    tag_for_models(curated, "baking")
    curated.written("bread")
    assert tag(curated).reason == WITHOUT_KEY
    for table in ("post_classifications", "tag_lists", "post_tags"):
        assert curated.value(f"select count(*) from curation.{table}") == 0


def test_a_person_outranks_the_model_and_their_agreement_is_measured(
    curated: CuratedPosts, monkeypatch: pytest.MonkeyPatch
):
    tag_for_models(curated, "baking")
    unoffered = curated.tag("wool")
    agreed, refused, missed = (curated.written(text) for text in ("bread", "bread pun", "dough"))
    curated.decide(agreed, "baking", "applied")
    curated.decide(refused, "baking", "removed")
    curated.decide(missed, "baking", "applied")
    curated.decide(missed, "wool", "applied")
    with model_at(ChatServer(answering(by_words)), monkeypatch):
        tag(curated)
        tag(curated)
    current = curated.current()
    assert {current[post, "baking"] for post in (agreed, missed)} == {("user", "applied")}
    assert current[refused, "baking"] == ("user", "removed")
    agreement = {
        row[0]: row[1:]
        for row in curated.rows(
            "select tag_id, decided_posts, agreed_posts from curation.tag_agreement where applied_by = 'ai'"
        )
    }
    assert (3, 1) in agreement.values(), "a tag that the model was offered and did not give counts too"
    assert agreement[unoffered] == (0, 0)


def test_a_run_asks_about_the_newest_posts_up_to_its_bound(curated: CuratedPosts, monkeypatch: pytest.MonkeyPatch):
    tag_for_models(curated, "baking")
    curated.insert("curation.model_tagging", "organization_id", posts_a_run=2, threshold=Decimal("0.95"))
    for number in (1, 2, 3):
        curated.written(f"bread {number}", on=number)
    with model_at(ChatServer(answering(by_words)), monkeypatch) as server:
        run = tag(curated, 1, 3)
        assert (run.posts, run.later) == (2, 1)
        assert list(asked_posts(server.requests[0]).values()) == ["bread 3", "bread 2"]
        assert tag(curated, 1, 3).posts == 1
    assert {state for state, _ in said_by_models(curated).values()} == {"suggested"}


def test_two_runs_at_once_pay_for_each_post_once(curated: CuratedPosts, monkeypatch: pytest.MonkeyPatch):
    tag_for_models(curated, "baking")
    for number in range(4):
        curated.written(f"bread {number}")
    with model_at(ChatServer(answering(by_words)), monkeypatch) as server:
        runs = [threading.Thread(target=tag, args=[curated]) for _ in range(2)]
        for run in runs:
            run.start()
        for run in runs:
            run.join()
        assert [len(asked_posts(request)) for request in server.requests] == [4]
    assert len(said_by_models(curated)) == 4


def test_an_answer_about_a_post_that_is_gone_is_left_out(curated: CuratedPosts, monkeypatch: pytest.MonkeyPatch):
    tag_for_models(curated, "baking")
    gone = curated.written("bread that goes")
    curated.written("bread")

    def reply(request: dict):
        with psycopg.connect(curated.url) as connection:
            connection.execute("delete from scraping.snapshots where post_id = %s", [gone])
            connection.execute("delete from scraping.post_records where post_id = %s", [gone])
        return answering(by_words, ["crumb"])(request)

    with model_at(ChatServer(reply), monkeypatch):
        tag(curated)
    assert said_by_models(curated) == {("bread", "baking"): ("applied", 0.9)}
    assert curated.rows("select tag_name from curation.proposed_tags") == [("crumb",)]
    assert curated.value("select count(*) from ai.llm_calls where response is not null") == 1
