"""Variations by hashtags: the text of variation 1 with other hashtags. The same facts give the same hashtags."""

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
"""How the variations of a post differ."""
# Hashtags at the end of a line; a hashtag within a sentence is one of its words. The limit keeps the search linear.
_CLOSING_HASHTAGS = re.compile(r"(?<![\w&/#])[#\uff03]\w+(?:[ \t]+[#\uff03]\w+){0,40}[ \t]*$", re.MULTILINE)


def with_other_hashtags(first: Draft, facts: Facts, others: Collection[Sequence[str]]) -> Iterator[Draft]:
    """Drafts with the words of `first`, the same number of hashtags, and a set of hashtags that is not used yet.

    `others` are the sets of the other variations. Hashtags at the end of a line are replaced by hashtags from the
    facts, the least used first; if the facts give too few, some of the original ones stay. May yield nothing.
    """
    own = found_hashtags(first.text_content, first.link_url)
    fixed = _folded([tag for piece in _pieces(first) for tag in HASHTAG.findall(_CLOSING_HASHTAGS.sub(" ", piece))])
    closing = distinct(
        [tag for piece in _pieces(first) for tag in _closing_hashtags(piece) if tag.casefold() not in fixed]
    )
    taken = {_folded(own), *map(_folded, others)}
    uses = Counter(tag for tags in taken for tag in tags)
    from_facts = [tag for tag in candidates_of(facts) if tag.casefold() not in fixed]
    pool = [*from_facts, *(tag for tag in closing if tag.casefold() not in _folded(from_facts))]
    for chosen in combinations(sorted(pool, key=lambda tag: uses[tag.casefold()]), len(closing)):
        if (fixed | _folded(chosen)) not in taken:
            yield _with(first, closing, chosen)


def _with(first: Draft, closing: Sequence[str], chosen: Sequence[str]) -> Draft:
    """The draft with the chosen hashtags; a chosen hashtag that is already there keeps its position."""
    kept, before = _folded(chosen), _folded(closing)
    new = iter([tag for tag in chosen if tag.casefold() not in before])
    replacements = {tag.casefold(): tag if tag.casefold() in kept else next(new) for tag in closing}

    def replaced(match: re.Match[str]) -> str:
        return HASHTAG.sub(
            lambda tag: f"{tag.group()[0]}{replacements.get(tag.group(1).casefold(), tag.group(1))}", match.group()
        )

    text = (first.link_url or "").join(_CLOSING_HASHTAGS.sub(replaced, piece) for piece in _pieces(first))
    return replace(first, text_content=text, hashtags=tuple(found_hashtags(text, first.link_url)))


def _pieces(draft: Draft) -> list[str]:
    """The parts of the text around its link, because the link may contain a #."""
    return draft.text_content.split(draft.link_url) if draft.link_url else [draft.text_content]


def _closing_hashtags(piece: str) -> list[str]:
    return [tag for match in _CLOSING_HASHTAGS.finditer(piece) for tag in HASHTAG.findall(match.group())]


def _folded(hashtags: Collection[str]) -> frozenset[str]:
    return frozenset(tag.casefold() for tag in hashtags)
