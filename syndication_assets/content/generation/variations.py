"""Variations that share their words: the text of variation 1 with other hashtags. Pure: same facts, same sets."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Literal

from syndication_assets.content.draft import Draft
from syndication_assets.content.post_facts import Facts
from syndication_assets.content.post_hashtags import HASHTAG, candidates_of, distinct, found_hashtags

VariationsBy = Literal["content", "hashtags", "timing"]
"""What the variations of a post differ in."""
# A hashtag in the midst of a sentence is one of its words.
_CLOSING_HASHTAGS = re.compile(r"(?<![\w&/#])[#\uff03]\w+(?:[ \t]+[#\uff03]\w+)*[ \t]*$", re.MULTILINE)


def with_other_hashtags(first: Draft, facts: Facts, others: Collection[Sequence[str]]) -> Iterator[Draft]:
    """Drafts that say what the first one says, with as many hashtags and another set of them; none if none is left.

    No set is one of `others`, the hashtags of the other variations. The hashtags that close a line give way to those
    that the facts give, the ones that others use least first; where these are too few, some of the first one's stay.
    """
    own = found_hashtags(first.text_content, first.link_url)
    fixed = _folded([tag for piece in _pieces(first) for tag in HASHTAG.findall(_CLOSING_HASHTAGS.sub(" ", piece))])
    closing = distinct(
        [tag for piece in _pieces(first) for tag in _closing_hashtags(piece) if tag.casefold() not in fixed]
    )
    taken = {_folded(own), *map(_folded, others)}
    uses = Counter(tag for tags in taken for tag in tags)
    given = [tag for tag in candidates_of(facts) if tag.casefold() not in fixed]
    pool = [*given, *(tag for tag in closing if tag.casefold() not in _folded(given))]
    for chosen in combinations(sorted(pool, key=lambda tag: uses[tag.casefold()]), len(closing)):
        if (fixed | _folded(chosen)) not in taken:
            yield _with(first, closing, chosen)


def _with(first: Draft, closing: Sequence[str], chosen: Sequence[str]) -> Draft:
    """The draft with the chosen hashtags; one that it has already keeps its place."""
    stays, before = _folded(chosen), _folded(closing)
    new = iter([tag for tag in chosen if tag.casefold() not in before])
    places = {tag.casefold(): tag if tag.casefold() in stays else next(new) for tag in closing}

    def put(match: re.Match[str]) -> str:
        return HASHTAG.sub(
            lambda tag: f"{tag.group()[0]}{places.get(tag.group(1).casefold(), tag.group(1))}", match.group()
        )

    text = (first.link_url or "").join(_CLOSING_HASHTAGS.sub(put, piece) for piece in _pieces(first))
    return replace(first, text_content=text, hashtags=tuple(found_hashtags(text, first.link_url)))


def _pieces(draft: Draft) -> list[str]:
    """The text without its link, which may have a # of its own."""
    return draft.text_content.split(draft.link_url) if draft.link_url else [draft.text_content]


def _closing_hashtags(piece: str) -> list[str]:
    return [tag for match in _CLOSING_HASHTAGS.finditer(piece) for tag in HASHTAG.findall(match.group())]


def _folded(hashtags: Collection[str]) -> frozenset[str]:
    return frozenset(tag.casefold() for tag in hashtags)
