"""The answers of real servers: each failure is one clear error, and no error contains the key."""

import json
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from syndication_assets.ai.chat_completions.answers import Answer, ErrorKind, LanguageModelError
from syndication_assets.operations.usage.spending import TokenUsage
from syndication_assets_tests.ai.asking import KEY, USED, ask
from syndication_assets_tests.ai.chat_server import GOOD_POST, ChatServer, Reply, completion, error, post


@pytest.mark.parametrize(
    ("reply", "kind", "usage"),
    [
        pytest.param(completion("Sure! Here is your post."), ErrorKind.MALFORMED, USED, id="garbage"),
        pytest.param(completion('{"text": "a", "hashtags": ['), ErrorKind.MALFORMED, USED, id="truncated-post"),
        pytest.param(completion('{"text": 7}'), ErrorKind.MALFORMED, USED, id="wrong-types"),
        pytest.param(completion('{"text": "\\ud800"}'), ErrorKind.MALFORMED, USED, id="lone-surrogate"),
        pytest.param(post(text=" \u0000 "), ErrorKind.MALFORMED, USED, id="no-text"),
        pytest.param(completion("[" * 100_000), ErrorKind.MALFORMED, USED, id="nested"),
        pytest.param(completion("{" * 100_000), ErrorKind.MALFORMED, USED, id="many-objects"),
        pytest.param(completion("<think>no</think>"), ErrorKind.MALFORMED, USED, id="thoughts-only"),
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
        pytest.param(Reply(b"", 307, {"location": "/v2"}), ErrorKind.REDIRECTED, TokenUsage(), id="redirect"),
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


GOOD_JSON = json.dumps(GOOD_POST)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"```json\n{GOOD_JSON}\n```", id="fence"),
        pytest.param(f"```\n{GOOD_JSON}", id="open fence"),
        pytest.param(f'<think>A kilt. {{"text": "no", "hashtags": []}}</think>\n{GOOD_JSON}', id="thoughts"),
        pytest.param(f"A kilt, then.</think>{GOOD_JSON}", id="end of thoughts only"),
        pytest.param(f"Sure! Here is your post:\n\n{GOOD_JSON}\n\nShall I write another one?", id="sentences"),
        pytest.param(f'{{"thoughts": "none"}} {GOOD_JSON}', id="another object"),
        pytest.param(json.dumps({"post": GOOD_POST}), id="wrapped"),
        pytest.param(json.dumps({**GOOD_POST, "title": "x", "score": 7}), id="further keys"),
        pytest.param(json.dumps({**GOOD_POST, "hashtags": "#MadeWithCare, #SmallWorkshop"}), id="hashtags, comma"),
        pytest.param(json.dumps({**GOOD_POST, "hashtags": "MadeWithCare SmallWorkshop"}), id="hashtags, space"),
        pytest.param([{"type": "text", "text": GOOD_JSON}], id="parts"),
        pytest.param([{"type": "thinking", "thinking": "x"}, GOOD_JSON[:9], {"text": GOOD_JSON[9:]}], id="more parts"),
        pytest.param(json.dumps({**GOOD_POST, "text": f"\0\x1b[31m{GOOD_POST['text']}\ud800"}), id="characters"),
    ],
)
def test_a_post_is_found_in_what_real_servers_answer(content):
    (answer,) = ask(ChatServer(completion(content)))
    assert isinstance(answer, Answer), answer
    found = answer.content.model_dump()
    assert {**found, "hashtags": [tag.strip("#") for tag in found["hashtags"]]} == GOOD_POST
    assert answer.usage == USED


def test_line_breaks_within_strings_and_missing_pictures_are_understood():
    content = GOOD_JSON.replace("in a small", "in\na small").replace('"What the shop made"', "null")
    (answer,) = ask(ChatServer(completion(content)))
    assert isinstance(answer, Answer), answer
    assert (answer.content.text, answer.content.alt_text) == (GOOD_POST["text"].replace("in a", "in\na"), "")


def test_an_answer_is_kept_without_characters_that_the_database_does_not_accept():
    (answer,) = ask(ChatServer(completion(f"\0\x1b[2J\ud800{GOOD_JSON}")))
    assert isinstance(answer, Answer)
    assert answer.response == GOOD_JSON


@pytest.mark.parametrize(
    "reply",
    [
        error(400, "bad", "No\0 \x1b[31mred\ud800"),
        completion(None, refusal="No\0 \x1b[31mred\ud800"),
        Reply(b'{"error": {"message": "No\x00 \\u001b[31mred\\ud800"}}', 429),
        Reply(b'{"error": {"message": "No\\u0000 \\u001b[31mred\xff"}}', 400),
    ],
    ids=["error", "refusal", "raw NUL", "bytes"],
)
def test_messages_of_a_server_are_cleaned(reply: Reply):
    (result,) = ask(ChatServer(reply), maximum_retries=0)
    assert str(result).isprintable()
    assert "\ud800" not in str(result)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"error": {"code": 429, "message": "slow down"}}, ErrorKind.RATE_LIMITED),
        (200, {"error": {"code": "429", "message": "slow down"}}, ErrorKind.RATE_LIMITED),
        (200, {"error": {"code": 402, "message": "no credits"}}, ErrorKind.QUOTA_EXHAUSTED),
        (200, {"error": {"type": "insufficient_quota"}}, ErrorKind.QUOTA_EXHAUSTED),
        (200, {"error": "Insufficient balance."}, ErrorKind.QUOTA_EXHAUSTED),
        (200, {"error": {"code": 401}}, ErrorKind.UNAUTHORIZED),
        (200, {"error": {"message": "overloaded"}}, ErrorKind.SERVER_ERROR),
        (200, {"error": {"code": 503}, "choices": []}, ErrorKind.SERVER_ERROR),
        (200, [{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}], ErrorKind.RATE_LIMITED),
        (200, {"choices": [{"error": {"code": 502}, "finish_reason": "error"}]}, ErrorKind.SERVER_ERROR),
        (200, {"object": "error", "code": 404, "message": "no small"}, ErrorKind.UNKNOWN_MODEL),
        (402, {"error": {"message": "No balance", "code": "invalid_request_error"}}, ErrorKind.QUOTA_EXHAUSTED),
        (402, "pay", ErrorKind.QUOTA_EXHAUSTED),
        (402, None, ErrorKind.QUOTA_EXHAUSTED),
        (402, [], ErrorKind.QUOTA_EXHAUSTED),
        (429, "slow down", ErrorKind.RATE_LIMITED),
        (429, None, ErrorKind.RATE_LIMITED),
        (429, [{"error": {"message": "slow down"}}], ErrorKind.RATE_LIMITED),
        (429, {"detail": [{"loc": ["body"]}]}, ErrorKind.RATE_LIMITED),
        (429, {"error": "insufficient_quota"}, ErrorKind.QUOTA_EXHAUSTED),
        (429, {"error": [{"code": "insufficient_quota"}]}, ErrorKind.QUOTA_EXHAUSTED),
        (408, {}, ErrorKind.SERVER_ERROR),
        (422, {"detail": "no"}, ErrorKind.REJECTED),
    ],
)  # fmt: skip
def test_an_error_is_understood_in_any_shape(status: int, body: object, kind: ErrorKind):
    (result,) = ask(ChatServer(Reply(json.dumps(body).encode(), status)), maximum_retries=0)
    assert isinstance(result, LanguageModelError)
    assert result.kind == kind, str(result)


def test_an_error_that_is_null_is_none():
    assert isinstance(ask(ChatServer(completion(GOOD_JSON, error=None)))[0], Answer)


@pytest.mark.parametrize(
    "usage",
    [
        pytest.param({"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 6200}, id="total"),
        pytest.param(
            {
                "prompt_tokens": 1000,
                "completion_tokens": 200,
                "completion_tokens_details": {"reasoning_tokens": 5000},
            },
            id="beside the output",
        ),
        pytest.param(
            {
                "prompt_tokens": 1000.0,
                "completion_tokens": 5200,
                "completion_tokens_details": {"reasoning_tokens": 5000},
                "total_tokens": 6200,
            },
            id="within the output",
        ),
        pytest.param({"input_tokens": 1000, "output_tokens": 5200}, id="other names"),
    ],
)
def test_the_tokens_of_thoughts_are_output(usage: dict):
    (answer,) = ask(ChatServer(completion(GOOD_JSON, usage=usage)))
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (1000, 5200)


@pytest.mark.parametrize("count", [10**30, 2**53, -1, "7", 7.5, True, None, [7], {}])
def test_a_count_of_tokens_that_cannot_be_is_unknown(count: object):
    (answer,) = ask(ChatServer(completion(GOOD_JSON, usage={"prompt_tokens": 1000, "completion_tokens": count})))
    assert isinstance(answer, Answer)
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (1000, None)


def test_a_wait_may_be_a_date_or_stand_in_the_body():
    moment = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    (result,) = ask(ChatServer(error(429, "rate_limit_exceeded", retry_after=moment)))
    assert 3500 < result.retry_after <= 3600
    body = json.dumps({"error": {"code": 429, "retry_after": 1800}}).encode()
    assert ask(ChatServer(Reply(body)))[0].retry_after == 1800


def test_an_answer_that_is_too_large_is_not_read():
    (result,) = ask(ChatServer(Reply(b" " * 5_000_000)))
    assert (result.kind, result.may_have_cost) == (ErrorKind.NOT_JSON, True)
