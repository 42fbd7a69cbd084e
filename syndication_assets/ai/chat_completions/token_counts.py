"""The tokens of a request: as a server reports them, and as they are estimated before."""

from typing import Any

from syndication_assets.ai.answer_forms import AnswerForm
from syndication_assets.ai.prompts import Messages, pictures_in, text_of_content
from syndication_assets.operations.usage.spending import TokenUsage

LONGEST_ANSWER = 128_000
"""The longest answer in tokens, thoughts included, that usual models give if a server ignores the requested limit."""
_TOKENS_OF_PICTURE = 1_800
"""At least as many as a picture of 1024 by 1024 pixels has with usual models."""
_MOST_TOKENS = 10_000_000
"""More than any model takes at once: a larger count is an error of the server."""


def usage_of(body: Any) -> TokenUsage:
    """The usage that a response reports, None for what it leaves out or what cannot be; unusable answers cost too.

    Some servers leave the tokens of the model's thoughts out of the output, but not out of the total.
    """
    usage = body.get("usage") if isinstance(body, dict) else None
    if not isinstance(usage, dict):
        return TokenUsage()
    input_tokens = _first_count(usage, "prompt_tokens", "input_tokens")
    output_tokens = _first_count(usage, "completion_tokens", "output_tokens")
    cached = _first_count(_details(usage, "prompt_tokens_details", "input_tokens_details"), "cached_tokens")
    reasoning = _first_count(_details(usage, "completion_tokens_details", "output_tokens_details"), "reasoning_tokens")
    total = _first_count(usage, "total_tokens")
    if output_tokens is not None:
        if input_tokens is not None and total is not None and total - input_tokens > output_tokens:
            output_tokens = total - input_tokens
        elif reasoning is not None and reasoning > output_tokens:
            output_tokens += reasoning
    return TokenUsage(input_tokens, cached, output_tokens, reasoning)


def estimated_tokens(messages: Messages, form: AnswerForm[Any]) -> int:
    """At least as many tokens as the messages have with any usual model, and the form of the answer, which is part of
    the prompt.

    An English word of four letters is about one token; other scripts take up to a token for two bytes of UTF-8.
    """
    text = "".join(text_of_content(message["content"]) for message in messages)
    wide = len(text.encode()) - len(text)
    return len(text) // 3 + wide // 2 + form.tokens + _TOKENS_OF_PICTURE * pictures_in(messages)


def _first_count(values: dict[str, Any], *names: str) -> int | None:
    return next((count for name in names if (count := _count(values.get(name))) is not None), None)


def _count(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS
    return value if is_count else None


def _details(usage: dict[str, Any], *names: str) -> dict[str, Any]:
    return next((details for name in names if isinstance(details := usage.get(name), dict)), {})
