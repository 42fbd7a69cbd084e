"""Finds the post in what a model wrote: models put their JSON into fences, after thoughts or between sentences."""

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from syndication_assets.ai.language_model_answers import PostText
from syndication_assets.text.outside import cleaned

_LONGEST_CONTENT = 200_000
# Each try may read to the end of the content.
_MOST_TRIES = 20
_END_OF_THOUGHTS = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_REQUIRED = tuple(PostText.model_fields)
# Models write line breaks within strings as they are.
_decoder = json.JSONDecoder(strict=False)


class UnreadableContentError(ValueError):
    """No post was found; the message, which quotes nothing, says what is wrong."""


def text_of(content: Any) -> str | None:
    """The text of a message's content: a string, or a list of parts, whose texts are joined. None if there is none."""
    if isinstance(content, list):
        texts = [part if isinstance(part, str) else _text_of_part(part) for part in content]
        return "".join(text for text in texts if text) or None
    return content if isinstance(content, str) and content.strip() else None


def read_post(content: str) -> PostText:
    """The first object of the content that is a post. UnreadableContentError if there is none."""
    problem = "it is no JSON object"
    for value in _objects(_END_OF_THOUGHTS.split(content[:_LONGEST_CONTENT])[-1]):
        try:
            return PostText.model_validate(cleaned(value))
        except ValidationError as error:
            keys = {str(detail["loc"][0]) for detail in error.errors(include_input=False, include_url=False)}
            wrong = ", ".join(key for key in _REQUIRED if key in keys)
            problem = f"of its keys, {wrong} are missing, empty or of the wrong type"
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
