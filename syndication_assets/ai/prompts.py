"""The parts of every prompt: messages, a follow-up question with reasons, and outside data as fenced JSON.

Knows no content types: a room brings its own instructions and data.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

Messages = list[dict[str, Any]]
"""Each with its role, and a text as its content, or parts: texts and pictures."""
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
    return "\n\n".join(f"[{message['role']}]\n{text_of_content(message['content'])}" for message in messages)


def picture_part(jpeg: bytes) -> dict[str, Any]:
    """A JPEG as a part of a message. It travels in the request: no server fetches anything for it."""
    url = f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}


def pictures_in(messages: Messages) -> int:
    """How many pictures the messages have."""
    contents = (message["content"] for message in messages)
    return sum(part["type"] == "image_url" for content in contents if isinstance(content, list) for part in content)


def text_of_content(content: str | list[dict[str, Any]]) -> str:
    """The text of a message's content, in which a picture is `[picture]`."""
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] if part["type"] == "text" else "[picture]" for part in content)


def fenced_json(tag: str, values: Mapping[str, Any]) -> str:
    """Values as JSON between <tag> and </tag>; empty values are left out.

    Angle brackets within the JSON are escaped, so no value can close the fence.
    """
    encoded = json.dumps({name: value for name, value in values.items() if value}, ensure_ascii=False, indent=1)
    escaped = encoded.replace("<", "\\u003c").replace(">", "\\u003e")
    return f"<{tag}>\n{escaped}\n</{tag}>"
