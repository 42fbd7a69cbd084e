"""How long a text is, in the units in which platforms count: the `unit` of a rule names the one to use. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping

import regex
from linkify_it import LinkifyIt

CHARACTERS_OF_A_SHORT_LINK = 23
"""What any URL counts for on Mastodon (`configuration.statuses.characters_reserved_per_url`)."""

# Links as readers can follow them: with their scheme. Names without one are text.
_LINKS = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
_GRAPHEME = regex.compile(r"\X")
# `@name@server.example`: the server is not counted.
_MENTION = re.compile(r"(?<![\w/@])(@\w+(?:[\w.-]*\w)?)@[\w-]+(?:\.[\w-]+)+", re.ASCII)


def characters(text: str) -> int:
    """Code points of the composed form (NFC).

    é counts once, however it was typed. An emoji of several code points counts as several.
    """
    return len(unicodedata.normalize("NFC", text))


def graphemes(text: str) -> int:
    """Extended grapheme clusters (UAX 29), what readers take for one character: a joined emoji counts once."""
    return len(_GRAPHEME.findall(text))


def utf8_bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def mastodon_characters(text: str) -> int:
    """Graphemes; every URL counts 23, and a mention counts without its server (Mastodon's StatusLengthValidator)."""
    links = link_spans(text)
    edges = [0, *(edge for span in links for edge in span), len(text)]
    words = (text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
    return sum(graphemes(without_servers(part)) for part in words) + CHARACTERS_OF_A_SHORT_LINK * len(links)


def without_servers(text: str) -> str:
    """The text with `@name` for each mention `@name@server`, as Mastodon counts and shows it."""
    return _MENTION.sub(r"\1", text)


def link_spans(text: str) -> list[tuple[int, int]]:
    """Where http and https URLs stand in a text, without the punctuation after them: code points, the end exclusive."""
    found = _LINKS.match(text) if "://" in text else None
    return [(link.index, link.last_index) for link in found or () if link.schema in {"http:", "https:"}]


_COUNTS: Mapping[str, Callable[[str], int]] = {
    "characters": characters,
    "graphemes": graphemes,
    "bytes": utf8_bytes,
    "characters_with_links_as_23": mastodon_characters,
}


def length_in(unit: str | None, text: str) -> int:
    """The length of a text in the unit of a rule; in characters if the unit is none of ours."""
    return _COUNTS.get(unit or "", characters)(text)
