"""LinkedIn's `little` text, the form of a post's text: what is written, and what readers see of it. Pure.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format: each reserved
character is escaped, or LinkedIn drops what follows it. Hashtags become templates. A mention would need the URN of its
account and stays plain text.
"""

import re

from syndication_assets.text.lengths import link_spans

_RESERVED = re.compile(r"[|{}@\[\]()<>#\\*_~]")
_HASHTAG = re.compile(r"(?<![\w#\uff03&/])([#\uff03])(?=\d*[^\W\d])(\w+)")
_MARKUP = re.compile(
    r"\\(?P<character>.)"
    r"|\{hashtag\|\\?(?P<sign>[#\uff03])\|(?P<tag>(?:\\.|[^}\\])*)\}"
    r"|@\[(?P<name>(?:\\.|[^\]\\])*)\]\([^)]*\)",
    re.DOTALL,
)


def little_text(text: str) -> str:
    """The text as `commentary`: what readers see is exactly the text."""
    links = link_spans(text)
    written, end = [], 0
    for tag in _HASHTAG.finditer(text):
        if any(start <= tag.start() < stop for start, stop in links):
            continue
        sign = "\\#" if tag[1] == "#" else tag[1]
        written += [_escaped(text[end : tag.start()]), f"{{hashtag|{sign}|{_escaped(tag[2])}}}"]
        end = tag.end()
    return "".join([*written, _escaped(text[end:])])


def plain_text(commentary: str) -> str:
    """What readers see of a `commentary`: hashtags and names of mentions as text."""
    return _MARKUP.sub(_shown, commentary)


def _escaped(text: str) -> str:
    return _RESERVED.sub(r"\\\g<0>", text)


def _shown(match: re.Match[str]) -> str:
    if match["character"] is not None:
        return match["character"]
    if match["sign"] is not None:
        return match["sign"] + plain_text(match["tag"])
    return plain_text(match["name"])
