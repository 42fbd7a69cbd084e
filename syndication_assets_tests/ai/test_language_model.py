"""The language model's client: every failure of a server is one clear error, and no error contains the key."""

import asyncio
import socket
import time
import traceback

import pytest

from syndication_assets.ai.language_model import LanguageModel
from syndication_assets.ai.language_model_answers import Answer, ErrorKind, LanguageModelError
from syndication_assets.operations.spending import TokenUsage
from syndication_assets_tests.ai.chat_server import (
    GOOD_POST,
    ChatServer,
    Reply,
    completion,
    error,
    post,
)

KEY = "sk-canary-7Qv9zKpW3mXt"
MESSAGES = [{"role": "user", "content": "Write a post."}]
USED = TokenUsage(1000, 400, 200)


def ask(server: ChatServer, times: int = 1, **options) -> list[Answer | LanguageModelError]:
    """Sends `times` questions at the same time."""
    settings = {"timeout": 5, "retry_delay": 0.01, "maximum_retries": 2, **options}

    async def ask_all() -> list[Answer | LanguageModelError]:
        async with LanguageModel(KEY, "small", server.url, **settings) as model:
            return await asyncio.gather(*(model.ask(MESSAGES) for _ in range(times)), return_exceptions=True)

    with server.running():
        return asyncio.run(ask_all())


def test_an_answer_has_its_usage_and_latency():
    server = ChatServer()
    (answer,) = ask(server)
    assert isinstance(answer, Answer)
    assert answer.post.model_dump() == GOOD_POST
    assert answer.usage == USED
    assert 0 <= answer.latency_ms < 5000
    assert server.keys == [f"Bearer {KEY}"]
    assert server.requests[0]["response_format"]["json_schema"]["strict"] is True


@pytest.mark.parametrize(
    ("reply", "kind", "usage"),
    [
        pytest.param(completion("Sure! Here is your post."), ErrorKind.MALFORMED, USED, id="garbage"),
        pytest.param(completion('{"text": "a", "hashtags": ['), ErrorKind.MALFORMED, USED, id="truncated-post"),
        pytest.param(completion('{"text": 7}'), ErrorKind.MALFORMED, USED, id="wrong-types"),
        pytest.param(completion('{"text": "\\ud800"}'), ErrorKind.MALFORMED, USED, id="lone-surrogate"),
        pytest.param(post(more="x"), ErrorKind.MALFORMED, USED, id="more-keys"),
        pytest.param(completion(None), ErrorKind.EMPTY, USED, id="no-content"),
        pytest.param(completion(""), ErrorKind.EMPTY, USED, id="empty-content"),
        pytest.param(completion("x", choices=[]), ErrorKind.EMPTY, USED, id="no-choices"),
        pytest.param(completion("x", choices=None), ErrorKind.NOT_JSON, USED, id="null-choices"),
        pytest.param(completion(None, refusal="I cannot."), ErrorKind.REFUSAL, USED, id="refusal"),
        pytest.param(completion("x", finish_reason="content_filter"), ErrorKind.REFUSAL, USED, id="filtered"),
        pytest.param(completion('{"te', finish_reason="length"), ErrorKind.TRUNCATED, USED, id="length"),
        pytest.param(
            Reply(b"<html>Welcome</html>", headers={"content-type": "text/html"}),
            ErrorKind.NOT_JSON, TokenUsage(), id="html",
        ),
        pytest.param(Reply(b"<html>Welcome</html>"), ErrorKind.NOT_JSON, TokenUsage(), id="html-declared-as-json"),
        pytest.param(Reply(post().body[:60]), ErrorKind.NOT_JSON, TokenUsage(), id="truncated-json"),
        pytest.param(Reply(b"[]"), ErrorKind.NOT_JSON, TokenUsage(), id="a-list"),
        pytest.param(Reply(b"null"), ErrorKind.NOT_JSON, TokenUsage(), id="null"),
        pytest.param(Reply(b""), ErrorKind.NOT_JSON, TokenUsage(), id="nothing"),
        pytest.param(Reply(post().body, is_cut_off=True), ErrorKind.BROKEN_OFF, TokenUsage(), id="cut-off"),
        pytest.param(Reply(b"", seconds=1), ErrorKind.TIMEOUT, TokenUsage(), id="hangs"),
        pytest.param(error(401, "invalid_api_key", f"wrong key {KEY}"), ErrorKind.UNAUTHORIZED, TokenUsage(), id="401"),
        pytest.param(error(403, "forbidden"), ErrorKind.UNAUTHORIZED, TokenUsage(), id="403"),
        pytest.param(error(404, "model_not_found", "no small"), ErrorKind.UNKNOWN_MODEL, TokenUsage(), id="404"),
        pytest.param(error(400, "too_long", f"too long {KEY}"), ErrorKind.REJECTED, TokenUsage(), id="400"),
        pytest.param(error(429, "insufficient_quota"), ErrorKind.QUOTA_EXHAUSTED, TokenUsage(), id="quota"),
        pytest.param(error(429, "rate_limit_exceeded"), ErrorKind.RATE_LIMITED, TokenUsage(), id="429"),
        pytest.param(Reply(b"<html>busy</html>", 503), ErrorKind.SERVER_ERROR, TokenUsage(), id="503"),
    ],
)  # fmt: skip
def test_each_failure_is_one_clear_error_without_the_key(reply: Reply, kind: ErrorKind, usage: TokenUsage):
    (result,) = ask(ChatServer(reply), timeout=0.3)
    assert isinstance(result, LanguageModelError)
    assert (result.kind, result.usage) == (kind, usage)
    shown = "".join(traceback.format_exception(result))
    assert KEY not in shown
    assert "canary" not in shown
    assert result.__cause__ is None
    assert result.__context__ is None


def test_an_unreachable_server_is_reported_as_unreachable():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

    async def ask_nobody() -> None:
        async with LanguageModel(KEY, "small", f"http://127.0.0.1:{port}/v1", retry_delay=0.01) as model:
            await model.ask(MESSAGES)

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


class _Record:
    """Records the begin and the end of each request."""

    def __init__(self) -> None:
        self.begun = 0
        self.ends: list[Answer | LanguageModelError] = []

    def before_request(self) -> None:
        self.begun += 1

    def after_request(self, result: Answer | LanguageModelError) -> None:
        self.ends.append(result)


def test_every_request_of_a_question_is_recorded():
    server, log = ChatServer(Reply(b"", 500), post()), _Record()

    async def ask_once() -> None:
        async with LanguageModel(KEY, "small", server.url, retry_delay=0.01) as model:
            await model.ask(MESSAGES, log)

    with server.running():
        asyncio.run(ask_once())
    assert log.begun == len(server.requests) == 2
    assert [isinstance(end, Answer) for end in log.ends] == [False, True]


def test_a_cancelled_request_is_recorded_and_may_have_cost():
    server, log = ChatServer(Reply(post().body, seconds=1)), _Record()

    async def stop() -> None:
        async with LanguageModel(KEY, "small", server.url) as model:
            question = asyncio.create_task(model.ask(MESSAGES, log))
            while not server.requests:
                await asyncio.sleep(0.01)
            question.cancel()
            with pytest.raises(asyncio.CancelledError):
                await question

    with server.running():
        asyncio.run(stop())
    (end,) = log.ends
    assert isinstance(end, LanguageModelError)
    assert (end.kind, end.may_have_cost) == (ErrorKind.BROKEN_OFF, True)
