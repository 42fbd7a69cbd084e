"""Variations by hashtags or by timing with a language model: one request per post."""

from datetime import date

import pytest

from syndication_assets.ai.chat_completions.answers import UNUSABLE_ANSWERS
from syndication_assets.content.generation.day_of_texts import write_day
from syndication_assets.content.generation.llm_writer import MOST_ATTEMPTS, MOST_UNUSABLE_ANSWERS
from syndication_assets.content.generation.model_writing import DayOfTexts
from syndication_assets.content.review import text_decisions
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.settings import Settings
from syndication_assets_tests.ai.chat_server import ChatServer, error, post
from syndication_assets_tests.content.llm_writing import calls
from syndication_assets_tests.content.llm_writing import write as write_with_llm
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY, Shop
from syndication_assets_tests.content.test_derived_variations import compare, without_hashtags
from syndication_assets_tests.today import today

pytestmark = pytest.mark.one_server

BOTH_KINDS = pytest.mark.parametrize("by", ["hashtags", "timing"])


def write_a_day(shop: Shop, server: ChatServer, day: date, monkeypatch: pytest.MonkeyPatch) -> DayOfTexts:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-7Qv9zKpW3mXt")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("SYNDICATION_LLM_MODEL", "small")
    with server.running():
        return write_day(shop.url, day, Settings.from_environment())


def texts_to_retry(shop: Shop) -> int:
    with transaction(shop.url) as connection:
        ((texts,),) = connection.execute(
            load_sql("content/posts_to_retry.sql"),
            {
                "planned_on": FIRST_DAY,
                "last_attempt": MOST_UNUSABLE_ANSWERS,
                "unusable_answers": sorted(UNUSABLE_ANSWERS),
            },
        ).fetchall()
    return int(texts)


@BOTH_KINDS
def test_one_call_gives_all_variations_and_each_names_its_generator(shop: Shop, by: str):
    compare(shop, by)
    server = ChatServer()
    write_with_llm(shop, server)
    texts = shop.texts()
    assert len(server.requests) == len(calls(shop)) == 1
    assert [(text["variation"], text["generator"], text["model"], text["state"]) for text in texts] == [
        (number, "llm", "small", "generated") for number in (1, 2, 3)
    ]
    assert len({without_hashtags(text) for text in texts}) == 1


def test_hashtags_that_replace_the_models_come_from_the_facts(shop: Shop):
    compare(shop, "hashtags")
    write_with_llm(shop, ChatServer())
    assert [text["hashtags"] for text in shop.texts()] == [
        ["MadeWithCare", "SmallWorkshop"],
        ["HighlandWear", "Kilts"],
        ["Highland", "Kilt"],
    ]


def test_variations_by_content_are_requested_one_by_one(shop: Shop):
    compare(shop, "content")
    server = ChatServer(*(post(text=f"A kilt for the frost of the year, one of {number}.") for number in "abc"))
    write_with_llm(shop, server)
    assert len(server.requests) == len(shop.texts()) == 3


def test_the_question_does_not_mention_variations(shop: Shop):
    compare(shop, "hashtags")
    server = ChatServer()
    write_with_llm(shop, server)
    assert "variations" not in server.questions()[0]


@BOTH_KINDS
def test_if_the_first_has_no_text_the_others_have_none_for_the_same_reason(shop: Shop, by: str):
    compare(shop, by)
    outcome, _ = write_with_llm(shop, ChatServer(error(401, "invalid_api_key")))
    assert [len(posts) for posts in outcome.unwritten.values()] == [3]
    assert shop.texts() == []
    assert texts_to_retry(shop) == 1, "only variation 1 is requested from the model"


@BOTH_KINDS
def test_if_the_first_breaks_a_rule_the_others_wait_without_a_request(shop: Shop, by: str):
    compare(shop, by)
    server = ChatServer(post(text="Delve into it: it is only £1."))
    outcome, _ = write_with_llm(shop, server)
    (first,) = shop.texts()
    assert (first["state"], len(server.requests)) == ("needs_review", MOST_ATTEMPTS)
    assert [len(posts) for posts in outcome.unwritten.values()] == [2]
    assert "breaks banned_words, price_claims" in next(iter(outcome.unwritten))
    assert texts_to_retry(shop) == 0


@BOTH_KINDS
def test_after_a_fix_by_a_person_the_others_follow_on_any_day_without_a_request(
    shop: Shop, by: str, monkeypatch: pytest.MonkeyPatch
):
    compare(shop, by)
    write_with_llm(shop, ChatServer(post(text="Delve into it, and be glad for each of the days.")))
    (first,) = shop.texts()
    text_decisions.edit(shop.url, first["content_id"], "ann", first["text_content"].replace("Delve", "Look"))
    server = ChatServer()
    result = write_a_day(shop, server, FIRST_DAY, monkeypatch)
    assert (len(result.texts), result.unwritten.total(), server.requests) == (2, 0, [])
    assert [text["generator"] for text in shop.texts()] == ["llm", "person", "person", "person"]


def test_on_another_day_than_today_the_first_is_not_requested_and_the_others_wait(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
):
    compare(shop, "timing")
    server = ChatServer()
    result = write_a_day(shop, server, FIRST_DAY, monkeypatch)
    assert (result.texts, server.requests) == ([], [])
    assert list(result.unwritten.values()) == [3]
    assert "writes only today's posts" in next(iter(result.unwritten))


def test_the_first_and_its_variations_are_stored_in_one_transaction(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    compare(shop, "timing")
    shop.select(today())
    result = write_a_day(shop, ChatServer(), today(), monkeypatch)
    assert len(result.texts) == 3
    assert shop.value("select count(distinct xmin::text) from content.posts_content") == 1
    assert write_a_day(shop, ChatServer(), today(), monkeypatch).texts == []
