"""The language model's client: what it sends, what it sends again, and how long it waits."""

import asyncio
import socket
import time

import pytest

from syndication_assets.ai.chat_completions.answers import POST_FORM, Answer, ErrorKind, LanguageModelError
from syndication_assets.ai.chat_completions.language_model import LanguageModel
from syndication_assets_tests.ai.asking import KEY, MESSAGES, USED, ask
from syndication_assets_tests.ai.chat_server import GOOD_POST, ChatServer, Reply, completion, error, post


def test_an_answer_has_its_usage_and_latency():
    server = ChatServer()
    (answer,) = ask(server)
    assert isinstance(answer, Answer)
    assert answer.content.model_dump() == GOOD_POST
    assert answer.usage == USED
    assert 0 <= answer.latency_ms < 5000
    assert server.keys == [f"Bearer {KEY}"]
    assert server.requests[0]["response_format"]["json_schema"]["strict"] is True


def test_the_limit_of_the_output_is_sent():
    server = ChatServer()
    ask(server, output_limit=321)
    assert server.requests[0]["max_tokens"] == 321
    assert "max_completion_tokens" not in server.requests[0]
    assert LanguageModel(KEY, "small")._limit_name == "max_completion_tokens", "OpenAI's own models know this only"


def test_a_server_that_rejects_the_name_of_the_limit_gets_the_other_one_from_then_on():
    def answer(request: dict) -> Reply:
        if "max_tokens" not in request:
            return post()
        return error(400, "unsupported_parameter", "'max_tokens' is not supported: use 'max_completion_tokens'.")

    server = ChatServer(answer)
    answers = ask(server, times=3, concurrency=1)
    assert all(isinstance(answer, Answer) for answer in answers)
    assert ["max_tokens" in request for request in server.requests] == [True, False, False, False]


def test_a_server_that_rejects_both_names_ends_the_question():
    server = ChatServer(error(400, "bad", "neither max_tokens nor max_completion_tokens"))
    (result,) = ask(server)
    assert isinstance(result, LanguageModelError)
    assert len(server.requests) == 2


def test_a_long_pause_is_kept_by_all_questions():
    server = ChatServer(error(429, "rate_limit_exceeded", retry_after="3600"))
    results = ask(server, times=5, concurrency=1)
    assert {result.kind for result in results} == {ErrorKind.RATE_LIMITED}
    assert len(server.requests) == 1


def test_an_unreachable_server_is_reported_as_unreachable():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

    async def ask_nobody() -> None:
        async with LanguageModel(KEY, "small", f"http://127.0.0.1:{port}/v1", retry_delay=0.01) as model:
            await model.ask(MESSAGES, POST_FORM)

    with pytest.raises(LanguageModelError, match="check OPENAI_BASE_URL") as caught:
        asyncio.run(ask_nobody())
    assert caught.value.kind is ErrorKind.UNREACHABLE


@pytest.mark.parametrize("code", ["insufficient_quota", "billing_hard_limit_reached"])
def test_an_exhausted_quota_is_never_retried(code: str):
    server = ChatServer(error(429, code, retry_after="0"))
    ask(server)
    assert len(server.requests) == 1


@pytest.mark.parametrize("reply", [error(401, "invalid_api_key"), error(400, "bad"), completion("garbage")])
def test_a_permanent_failure_is_not_retried(reply: Reply):
    server = ChatServer(reply)
    ask(server)
    assert len(server.requests) == 1


def test_a_transient_failure_is_retried_a_limited_number_of_times():
    server = ChatServer(Reply(b"", 500), error(429, "rate_limit_exceeded"), post())
    assert isinstance(ask(server)[0], Answer)
    busy = ChatServer(Reply(b"", 500))
    ask(busy)
    assert len(busy.requests) == 3


def test_all_questions_respect_retry_after():
    server = ChatServer(error(429, "rate_limit_exceeded", retry_after="0.5"), post())
    started = time.monotonic()
    answers = ask(server, times=3, concurrency=1)
    assert all(isinstance(answer, Answer) for answer in answers)
    assert time.monotonic() - started >= 0.5


def test_a_long_retry_after_ends_the_question():
    server = ChatServer(error(429, "rate_limit_exceeded", retry_after="3600"))
    (result,) = ask(server)
    assert isinstance(result, LanguageModelError)
    assert (result.retry_after, len(server.requests)) == (3600, 1)


def test_the_number_of_concurrent_questions_is_limited():
    reply = post()
    server = ChatServer(Reply(reply.body, seconds=0.05))
    ask(server, times=12, concurrency=4)
    assert server.most_at_once == 4


def test_a_key_that_is_invalid_in_a_header_is_rejected_without_being_quoted():
    with pytest.raises(LanguageModelError, match="OPENAI_API_KEY contains a character") as caught:
        LanguageModel("sk-can\nary", "small")
    assert "can" not in str(caught.value).replace("cannot", "")
