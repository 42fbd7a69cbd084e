"""The parts of every prompt: messages, a follow-up question with reasons, and outside data as fenced JSON.

Knows no content types: a room brings its own instructions and data.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Messages = list[dict[str, str]]
_LONGEST_SHOWN_ANSWER = 2_000


def question(instructions: str, request: str) -> Messages:
    """The first messages of a conversation: instructions for the model, and the request."""
    return [{"role": "system", "content": instructions}, {"role": "user", "content": request}]


def follow_up(messages: Messages, answer: str, reasons: Sequence[str]) -> Messages:
    """The same question with the model's answer and the reasons why the answer was rejected."""
    complaint = "\n".join(
        ["Your answer breaks these rules:", *(f"- {reason}" for reason in reasons), "Write it again."]
    )
    return [*messages, {"role": "assistant", "content": answer}, {"role": "user", "content": complaint}]


def question_again(messages: Messages, answer: str | None, problem: str) -> Messages:
    """The same question with what the model answered, if anything, and why that could not be used."""
    complaint = f"Your answer could not be used: {problem}\nAnswer with the requested JSON and nothing else."
    if answer is None:
        # Some models accept no two messages of the same role in a row, and no empty one.
        *earlier, last = messages
        return [*earlier, {**last, "content": f"{last['content']}\n\n{complaint}"}]
    shown = answer[:_LONGEST_SHOWN_ANSWER]
    return [*messages, {"role": "assistant", "content": shown}, {"role": "user", "content": complaint}]


def as_text(messages: Messages) -> str:
    """All messages as one text, for the log of requests."""
    return "\n\n".join(f"[{message['role']}]\n{message['content']}" for message in messages)


def fenced_json(tag: str, values: Mapping[str, Any]) -> str:
    """Values as JSON between <tag> and </tag>; empty values are left out.

    Angle brackets within the JSON are escaped, so no value can close the fence.
    """
    encoded = json.dumps({name: value for name, value in values.items() if value}, ensure_ascii=False, indent=1)
    escaped = encoded.replace("<", "\\u003c").replace(">", "\\u003e")
    return f"<{tag}>\n{escaped}\n</{tag}>"
