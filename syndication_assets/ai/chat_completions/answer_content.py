"""Finds the answer in what a model wrote: models put their JSON into fences, after thoughts or between sentences."""

import json
import re
from collections.abc import Iterator
from typing import Any

from syndication_assets.ai.answer_forms import AnswerForm, Value, WrongFormError

_LONGEST_CONTENT = 200_000
# Each try may read to the end of the content.
_MOST_TRIES = 20
_END_OF_THOUGHTS = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
# Models write line breaks within strings as they are.
_decoder = json.JSONDecoder(strict=False)


class UnreadableContentError(ValueError):
    """No answer of the form was found; the message, which quotes nothing, says what is wrong."""


def text_of(content: Any) -> str | None:
    """The text of a message's content: a string, or a list of parts, whose texts are joined. None if there is none."""
    if isinstance(content, list):
        texts = [part if isinstance(part, str) else _text_of_part(part) for part in content]
        return "".join(text for text in texts if text) or None
    return content if isinstance(content, str) and content.strip() else None


def read_form(content: str, form: AnswerForm[Value]) -> Value:
    """The first object of the content that has the form. UnreadableContentError if there is none."""
    problem = "it is no JSON object"
    for value in _objects(_END_OF_THOUGHTS.split(content[:_LONGEST_CONTENT])[-1]):
        try:
            return form.read(value)
        except WrongFormError as error:
            problem = str(error)
    raise UnreadableContentError(problem)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The outermost JSON objects within the text, each followed by the objects that are its values."""
    position = text.find("{")
    for _ in range(_MOST_TRIES):
        if position < 0:
            return
        try:
            value, end = _decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            end = position + 1
        else:
            yield value
            yield from (inner for inner in value.values() if isinstance(inner, dict))
        position = text.find("{", end)


def _text_of_part(part: Any) -> str | None:
    """The text of one part; parts of other kinds, such as thoughts and pictures, have none."""
    if not isinstance(part, dict) or part.get("type") not in {None, "text", "output_text"}:
        return None
    text = part.get("text")
    return text if isinstance(text, str) else None
