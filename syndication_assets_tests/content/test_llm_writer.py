"""The generator `llm`: its questions, its reaction to bad answers, and when it stops."""

import json
import time

import pytest

from syndication_assets_tests.ai.chat_server import ChatServer, Reply, completion, error, post
from syndication_assets_tests.content.llm_writing import KEY, budget, calls, price, write
from syndication_assets_tests.content.shop_in_tables import Shop

pytestmark = pytest.mark.one_server


def test_a_good_answer_becomes_a_text_with_link_and_hashtags(selected: Shop):
    write(selected, ChatServer())
    (text,) = selected.texts()
    assert (text["generator"], text["model"], text["attempts"], text["state"]) == ("llm", "small", 1, "generated")
    assert text["text_content"].endswith("Have a look: https://shop.example/kilt\n\n#MadeWithCare #SmallWorkshop")
    assert text["alt_text"] == "What the shop made"


def test_the_question_contains_the_rules_and_the_facts_but_no_secret(selected: Shop):
    selected.rule("tone", value="Like a neighbour")
    server = ChatServer()
    write(selected, server)
    (question,) = server.questions()
    for part in ("text_length (must)", "Like a neighbour", "delve", "at most 3", '"The kilt"', "£24.50"):
        assert part in question
    assert KEY not in json.dumps(server.requests)


def test_a_changed_row_changes_the_question(selected: Shop):
    selected.rule("hashtag_count", minimum=5, maximum=7)
    for process, instructions in (("product_post", "Write warmly."), ("blog_post", "Write coldly.")):
        selected.execute(
            "insert into publishing.content_processes"
            " (process_name, platform, channel_type, display_name, instructions)"
            " values (%s, 'facebook', 'feed_post', 'a process', %s)",
            [process, instructions],
        )
    server = ChatServer()
    write(selected, server)
    assert "at least 5, at most 7" in server.questions()[0]
    assert "Write warmly." in server.questions()[0]
    assert "Write coldly." not in server.questions()[0], "another process"


def test_a_text_that_breaks_rules_is_sent_back_with_the_reasons(selected: Shop):
    server = ChatServer(post(text="It is only £1, in pure silk."), post())
    write(selected, server)
    (text,) = selected.texts()
    assert (text["attempts"], text["state"]) == (2, "generated")
    complaint = server.questions()[1]
    assert "price_claims: the text states the price '£1'" in complaint
    assert "material_claims" in complaint
    assert [call["attempt"] for call in calls(selected)] == [1, 2]


def test_after_two_corrections_a_text_needs_review(selected: Shop):
    server = ChatServer(post(text="Delve into it: it is only £1."))
    write(selected, server)
    (text,) = selected.texts()
    assert len(server.requests) == text["attempts"] == 3
    assert text["state"] == "needs_review"
    assert {"price_claims", "banned_words"} <= selected.broken_rules(text["content_id"]).keys()


@pytest.mark.parametrize(
    "reply",
    [completion("garbage"), completion(None), completion(None, refusal="No."), Reply(b"<html>hello</html>")],
)
def test_an_unusable_answer_is_requested_again_once_and_then_given_up(selected: Shop, reply: Reply):
    server = ChatServer(reply)
    outcome, _ = write(selected, server)
    assert len(server.requests) == 2
    assert selected.texts() == []
    assert sum(len(posts) for posts in outcome.unwritten.values()) == 1
    assert {call["is_successful"] for call in calls(selected)} == {False}
    write(selected, ChatServer())
    assert [text["generator"] for text in selected.texts()] == ["llm"]


def test_garbage_before_a_good_answer_costs_only_an_attempt(selected: Shop):
    write(selected, ChatServer(completion("garbage"), post()))
    (text,) = selected.texts()
    assert (text["attempts"], text["state"]) == (2, "generated")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (completion("garbage"), "is not the JSON of a post: it is no JSON object"),
        (post(hashtags=7), "of its keys, hashtags are missing, empty or of the wrong type"),
        (completion(None), "an empty message"),
        (completion(None, refusal="I write no adverts."), "refused: I write no adverts"),
        (completion("{", finish_reason="length"), "stopped in the middle of its answer, at 900 tokens"),
    ],
)
def test_the_second_question_names_the_reason(selected: Shop, reply: Reply, reason: str):
    server = ChatServer(reply, post())
    write(selected, server)
    first, second = server.requests
    assert reason not in json.dumps(first["messages"])
    assert reason in second["messages"][-1]["content"]
    assert first["messages"][0] == second["messages"][0]
    assert [text["attempts"] for text in selected.texts()] == [2]


def test_a_text_that_breaks_a_rule_is_kept_if_the_correction_fails(selected: Shop):
    write(selected, ChatServer(post(text="Delve into it: it is only £1."), error(401, "invalid_api_key")))
    (text,) = selected.texts()
    assert (text["state"], text["attempts"]) == ("needs_review", 1)


def test_an_exhausted_quota_ends_the_run_for_all_posts(selected: Shop):
    selected.channel("linkedin")
    selected.channel("twitter")
    selected.select()
    server = ChatServer(error(429, "insufficient_quota"))
    outcome, _ = write(selected, server)
    assert len(server.requests) == 1
    ((reason, posts),) = outcome.unwritten.items()
    assert "quota" in reason
    assert len(posts) == 3


@pytest.mark.parametrize("reply", [error(402, "x"), Reply(b'{"error": {"code": 402}}'), Reply(b"pay", 402)])
def test_an_account_without_credit_ends_the_run_whatever_the_error_looks_like(selected: Shop, reply: Reply):
    selected.channel("linkedin")
    selected.select()
    server = ChatServer(reply)
    write(selected, server)
    assert len(server.requests) == 1


def rule_for_a_model_that_is_down(shop: Shop, what: str) -> None:
    shop.insert("content.writing_rules", "organization_id", when_model_is_down=what)


DOWN = [
    pytest.param(Reply(b"", 500), id="server error"),
    pytest.param(error(429, "rate_limit_exceeded", retry_after="3600"), id="long pause"),
    pytest.param(error(402, "x"), id="no credit"),
    pytest.param(error(401, "x"), id="rejected key"),
]


@pytest.mark.parametrize("reply", DOWN)
def test_templates_replace_a_model_that_is_down_if_the_organization_says_so(selected: Shop, reply: Reply):
    selected.channel("linkedin")
    selected.select()
    rule_for_a_model_that_is_down(selected, "template")
    outcome, _ = write(selected, ChatServer(reply))
    assert [(text["generator"], text["model"]) for text in selected.texts()] == [("template", None)] * 2
    assert (outcome.unwritten, outcome.replaced.total()) == ({}, 2)


@pytest.mark.parametrize("reply", DOWN)
@pytest.mark.parametrize("has_rule", [True, False])
def test_texts_wait_for_a_model_that_is_down_if_the_organization_says_nothing_else(
    selected: Shop, reply: Reply, has_rule: bool
):
    if has_rule:
        rule_for_a_model_that_is_down(selected, "wait")
    outcome, _ = write(selected, ChatServer(reply))
    assert (selected.texts(), len(outcome.unwritten)) == ([], 1)


def test_templates_replace_neither_a_model_that_answers_nonsense_nor_a_budget(selected: Shop):
    rule_for_a_model_that_is_down(selected, "template")
    write(selected, ChatServer(completion("garbage")))
    price(selected)
    budget(selected, "0.0001")
    write(selected, ChatServer())
    assert selected.texts() == []


def test_a_text_is_stored_with_its_call_before_the_next_text_is_written(shop: Shop):
    for platform in ("facebook", "linkedin"):
        shop.channel(platform)
    shop.product("kilt")
    shop.select()
    stored = []

    def answer_after_storing(_: dict) -> Reply:
        for _ in range(100):
            time.sleep(0.03)
            stored[:] = shop.execute(
                "select c.generator, c.state::text, count(*) from content.posts_content as c"
                " join ai.llm_calls as l using (organization_id, post_core_id) group by 1, 2"
            )
            if stored:
                break
        return Reply(b"", 500)

    outcome, _ = write(shop, ChatServer(post(), answer_after_storing))
    assert stored == [("llm", "generated", 1)]
    assert len(outcome.texts) == 1
    next_server = ChatServer()
    write(shop, next_server)
    assert len(next_server.requests) == 1, "a stored text is not paid for again"
    assert [text["platform"] for text in shop.texts()] == ["facebook", "linkedin"]
