"""Compiles a filter and a text query into conditions on `f`, the facts of a post, with bound parameters. Pure.

The text comes from this file alone; everything that people wrote is a parameter.
"""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from syndication_assets.curation.rules.rule_filter import RuleFilter
from syndication_assets.curation.search.terms import search_query

DOCUMENTS, CONTENTS, COUNTED = RELATIONS = (
    "curation.post_documents",
    "curation.post_contents",
    "curation.post_facts",
)
"""Each has one row a post and the columns of those before it: the search terms; then what else a post is; then numbers,
for each of which a snapshot is looked up."""


class Conditions(NamedTuple):
    """A condition in SQL, and its parameters by name."""

    text: str
    parameters: dict[str, Any]
    relation: str
    """The smallest of `RELATIONS` that has what the condition asks for."""


def compile_conditions(rule: RuleFilter, text_query: str | None) -> Conditions:
    """`true` if nothing is asked."""
    texts, parameters = [], {}
    for name, (condition, prepare) in _CONDITIONS.items():
        value = getattr(rule, name)
        if value is not None and value != []:
            texts.append(condition)
            parameters[name] = prepare(value)
    if text_query is not None:
        texts.append(_TEXT)
        parameters["text_query"] = search_query(text_query)
    asked = parameters.keys()
    relation = COUNTED if asked & _NUMBERS else DOCUMENTS if asked <= _OF_TEXTS else CONTENTS
    return Conditions("\n    and ".join(texts) or "true", parameters, relation)


def _same(value: Any) -> Any:
    return value


def _lower(values: list[str]) -> list[str]:
    return [value.lower() for value in values]


def _hashtags(values: list[str]) -> list[str]:
    """As scraping stores them."""
    return [
        unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).lstrip("#").casefold()) for value in values
    ]


# The first condition is answered by an index for all languages at once, the second is exact.
_TEXT = (
    "f.document @@ curation.any_language_query(%(text_query)s)"
    "\n    and f.document @@ curation.language_query(f.language, %(text_query)s)"
)
_OF_TEXTS = {"languages", "text_query"}
_NUMBERS = {"minimum_engagement", "minimum_reactions", "minimum_comments", "minimum_shares", "minimum_views"}
_CONDITIONS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "platforms": ("f.platform = any(%(platforms)s)", _same),
    "authors": ("lower(f.author_username) = any(%(authors)s)", _lower),
    "profile_tags": ("f.profile_tags && %(profile_tags)s::text[]", _lower),
    "post_types": ("f.post_type = any(%(post_types)s)", _same),
    "media": ("f.media && %(media)s::text[]", _same),
    "hashtags": ("f.hashtags && %(hashtags)s::text[]", _hashtags),
    "languages": ("f.language = any(%(languages)s)", _same),
    "minimum_engagement": ("f.engagement >= %(minimum_engagement)s", _same),
    "minimum_reactions": ("f.reactions >= %(minimum_reactions)s", _same),
    "minimum_comments": ("f.comments >= %(minimum_comments)s", _same),
    "minimum_shares": ("f.shares >= %(minimum_shares)s", _same),
    "minimum_views": ("f.views >= %(minimum_views)s", _same),
    "minimum_age_days": ("f.age_days >= %(minimum_age_days)s", _same),
    "maximum_age_days": ("f.age_days <= %(maximum_age_days)s", _same),
}
