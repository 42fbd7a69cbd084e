"""What a model may answer about the tags of posts, and what is accepted of it. Pure.

Each post is read by itself: what is wrong about one does not cost the others their answers.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from syndication_assets.ai.answer_forms import AnswerForm, WrongFormError
from syndication_assets.curation.tagging.question import MOST_PROPOSED_NAMES, ModelTag
from syndication_assets.text.outside import clean

_LONGEST_REASON = 200
_NAME = re.compile(r"\w[\w&+'-]*(?: [\w&+'-]+){0,3}")
_LONGEST_NAME = 40


class FoundTag(NamedTuple):
    """A tag of the list that the model gives a post."""

    tag_id: str
    confidence: float
    why: str | None


class PostAnswer(NamedTuple):
    """What the model says of one post."""

    tags: tuple[FoundTag, ...]
    proposed_names: tuple[str, ...]
    """Names that are not in the list."""


class TagAnswers(NamedTuple):
    """The answers by the number of the post, and what is wrong about the others."""

    posts: dict[int, PostAnswer]
    problems: dict[int, str]


class _WrongPostError(ValueError):
    """What is said of one post is unusable; the message says why."""


def tags_form(tags: Sequence[ModelTag], posts: int) -> AnswerForm[TagAnswers]:
    """The form of an answer about so many posts, whose tags are of the list."""
    by_name = {tag.name: tag.tag_id for tag in tags}
    schema = _schema(list(by_name))
    return AnswerForm("tags", "TagsOfPosts", schema, len(str(schema)) // 3, lambda value: _read(value, by_name, posts))


def _schema(names: list[str]) -> dict[str, Any]:
    tag = _object(tag={"type": "string", "enum": names}, confidence={"type": "number"}, why={"type": "string"})
    post = _object(
        post={"type": "integer"},
        tags={"type": "array", "items": tag},
        new_tags={"type": "array", "items": {"type": "string"}},
    )
    return _object(posts={"type": "array", "items": post})


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _read(value: Mapping[str, Any], by_name: Mapping[str, str], posts: int) -> TagAnswers:
    entries = value.get("posts")
    if not isinstance(entries, list):
        raise WrongFormError("its key posts is missing or no list")
    by_number: dict[int, list[Any]] = {}
    for entry in entries:
        number = entry.get("post") if isinstance(entry, dict) else None
        if isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= posts:
            by_number.setdefault(number, []).append(entry)
    answers, problems = {}, {}
    for number in range(1, posts + 1):
        try:
            answers[number] = _read_post(by_number.get(number, []), by_name)
        except _WrongPostError as error:
            problems[number] = str(error)
    return TagAnswers(answers, problems)


def _read_post(entries: list[Any], by_name: Mapping[str, str]) -> PostAnswer:
    if len(entries) != 1:
        raise _WrongPostError("the answer names the post twice" if entries else "the answer leaves the post out")
    tags = entries[0].get("tags")
    if not isinstance(tags, list):
        raise _WrongPostError("the tags of the post are missing or no list")
    found: dict[str, FoundTag] = {}
    names = [*entries[0]["new_tags"]] if isinstance(entries[0].get("new_tags"), list) else []
    for tag in tags:
        name, confidence, why = _tag(tag)
        tag_id = by_name.get(name)
        if tag_id is None:
            names.append(name)
        elif tag_id not in found or found[tag_id].confidence < confidence:
            found[tag_id] = FoundTag(tag_id, confidence, why)
    proposed = dict.fromkeys(new for raw in names if (new := _proposed(raw)) and new not in by_name)
    certain = tuple(tag for tag in found.values() if tag.confidence > 0)
    return PostAnswer(certain, tuple(proposed)[:MOST_PROPOSED_NAMES])


def _tag(tag: Any) -> tuple[str, float, str | None]:
    name, confidence = (tag.get("tag"), tag.get("confidence")) if isinstance(tag, dict) else (None, None)
    if not isinstance(name, str):
        raise _WrongPostError("a tag of the post has no name")
    if not isinstance(confidence, int | float) or isinstance(confidence, bool):
        raise _WrongPostError("a tag of the post has no confidence")
    # Also of no number, which compares with nothing.
    if not 0 <= confidence <= 1:
        raise _WrongPostError(f"the confidence of a tag is {str(confidence)[:20]}, which is not from 0 to 1")
    why = tag.get("why")
    reason = " ".join(clean(why, _LONGEST_REASON).split()) if isinstance(why, str) else ""
    return " ".join(name.lower().split()), float(confidence), reason or None


def _proposed(raw: Any) -> str | None:
    """The name as a tag would have it; None if it is no name."""
    name = " ".join(clean(raw, 2 * _LONGEST_NAME).lower().lstrip("#").split()) if isinstance(raw, str) else ""
    return name if len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) else None
