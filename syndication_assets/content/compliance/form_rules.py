"""Rules of form: length, hashtags, links, wording. Each rule returns what is wrong with a draft, or None."""

import re
from collections import Counter
from decimal import Decimal

import emoji
from linkify_it import LinkifyIt
from linkify_it.tlds import TLDS

from syndication_assets.content.compliance.channel_rules import Requirement
from syndication_assets.content.draft import Draft
from syndication_assets.content.post_facts import normalized
from syndication_assets.content.post_hashtags import HASHTAG, found_hashtags
from syndication_assets.text.lengths import length_in

_END_OF_URL = re.compile(r"$|\s|[.,;:!?…](?:\s|$)")
# What platforms turn into a link: a scheme, or a name below any top-level domain; the two of examples count as such.
_LINKS = LinkifyIt(options={"fuzzy_email": False}).tlds([*TLDS, "example", "test"])
_CLOSING_OF = {
    '"': '"',
    "'": "'",
    "«": "»",
    "\u2039": "\u203a",
    "(": ")",
    "[": "]",
    "{": "}",
    "<": ">",
    "`": "`",
    "*": "*",
    "_": "_",
}
_JOINER = "\u200d"
_MOST_JOINERS = 100
_MARKDOWN = re.compile(
    # No class goes on past its own opening sign, so that many of them cost no more than one.
    r"(?P<link>!?\[[^\[\]\n]*\]\s*\([^()\n]*\))"
    r"|(?P<brackets>\[[^\[\]\n]*\])"
    r"|(?P<emphasis>\*\*[^*\n]+\*\*|__[^_\n]+__)"
    r"|(?P<code>`[^`\n]*`|```)"
    r"|(?P<heading>^\#{1,6}\s+\S)",
    re.MULTILINE,
)


def range_violation(count: int, requirement: Requirement, counted: str) -> str | None:
    """What is wrong with a count outside of the rule's range. A value without a range is the maximum."""
    minimum, maximum = requirement.minimum, requirement.upper_limit
    if maximum is not None and count > maximum:
        return f"{count} {counted}; at most {_plain(maximum)}"
    if minimum is not None and count < minimum:
        return f"{count} {counted}; at least {_plain(minimum)}"
    return None


def text_length_rule(draft: Draft, requirement: Requirement) -> str | None:
    """The text is as long as the rule says, counted in the rule's unit, as the platform counts."""
    counted = "bytes" if requirement.unit == "bytes" else "characters"
    return range_violation(length_in(requirement.unit, draft.text_content), requirement, counted)


def hashtag_count_rule(draft: Draft, requirement: Requirement) -> str | None:
    """A value without a range is the exact number."""
    count = len(found_hashtags(draft.text_content, draft.link_url))
    exact = requirement.number
    if exact is not None and requirement.minimum is None and requirement.maximum is None:
        return None if count == exact else f"{count} hashtags; exactly {_plain(exact)} required"
    return range_violation(count, requirement, "hashtags")


def hashtag_form_rule(draft: Draft) -> str | None:
    """Hashtags are well formed, appear once, and are the same in the text and in the draft's list."""
    text = draft.text_content.replace(draft.link_url, " ") if draft.link_url else draft.text_content
    tags = HASHTAG.findall(text)
    # Before a digit, # may be a number sign; anywhere else it is meant as a hashtag.
    stray = re.search(r"[#\uff03](?![\w\uff03#])|(?<=\w)[#\uff03]|[#\uff03]{2,}", text)
    if stray is not None:
        return "a # does not start a hashtag: put a space before # and the word directly after it"
    digits_only = [tag for tag in tags if tag.isdigit()]
    if digits_only:
        return f"#{digits_only[0]} is not a hashtag: it needs a letter"
    folded = [tag.casefold() for tag in tags]
    counts = Counter(folded)
    repeated = [tag for tag in tags if counts[tag.casefold()] > 1]
    if repeated:
        return f"#{repeated[0]} appears more than once"
    if sorted(folded) != sorted(tag.casefold() for tag in draft.hashtags):
        return "the hashtags in the text differ from the list of hashtags"
    return None


def hashtag_position_rule(draft: Draft, requirement: Requirement) -> str | None:
    """`end`: only hashtags follow the first hashtag. `start`: only hashtags precede the last. Others: anywhere."""
    position = requirement.words[0] if requirement.words else ""
    text = draft.text_content
    shown = text.replace(draft.link_url, "L" * len(draft.link_url)) if draft.link_url else text
    places = [match.span() for match in HASHTAG.finditer(shown)]
    if not places:
        return None
    other_text = HASHTAG.sub(" ", shown[places[0][0] :] if position == "end" else shown[: places[-1][1]])
    if position in {"end", "start"} and other_text.strip():
        return f"put all hashtags together at the {position} of the text"
    return None


def banned_words_rule(draft: Draft, requirement: Requirement) -> str | None:
    """Finds whole words or phrases, ignoring case, in hashtags too."""
    text = f" {normalized(draft.text_content.replace('#', ' ')).casefold()} "
    for word in requirement.words:
        pattern = r"\s+".join(re.escape(part) for part in normalized(word).casefold().split())
        if pattern and re.search(rf"(?<!\w){pattern}(?!\w)", text):
            return f"the word {word!r} is banned"
    return None


def link_rule(draft: Draft) -> str | None:
    """The text contains the exact URL in a form that readers can follow."""
    if draft.link_url is None:
        return "there is no URL to link to"
    if not _occurrences(draft.text_content, draft.link_url):
        return f"the text must contain exactly this URL, with nothing attached: {draft.link_url}"
    return None


def other_links_rule(draft: Draft) -> str | None:
    """The only URL is the draft's own, and it appears at most once."""
    text = draft.text_content
    own = _occurrences(text, draft.link_url) if draft.link_url else []
    if own:
        edges = [0, *(edge for span in own for edge in span), len(text)]
        text = " ".join(text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
    # The library's quick test finds most texts free of links in half the time.
    other = _LINKS.match(text) if _LINKS.pretest(text) else None
    if other:
        return f"{other[0].text!r} is not the URL of this post: remove it"
    return "the URL appears more than once" if len(own) > 1 else None


def wrapping_rule(draft: Draft) -> str | None:
    """The text is plain: not empty, not wrapped in quotation marks or brackets, no wrapped link, no Markdown."""
    text = draft.text_content.strip()
    if not text:
        return "the text is empty"
    plain = normalized(text)
    body = HASHTAG.sub("", plain).strip()
    for shown in (plain, body):
        if len(shown) > 1 and _CLOSING_OF.get(shown[0]) == shown[-1]:
            return f"the text is wrapped in {shown[0]} and {shown[-1]}: remove them"
    without_link = plain.replace(draft.link_url, "URL") if draft.link_url else plain
    found = _MARKDOWN.search(without_link)
    if found is not None:
        return f"the text contains Markdown or brackets ({found.lastgroup}): write plain text"
    if re.search(r"[(<\"'{]\s*URL\s*[)>\"'}]", without_link):
        return "the URL is wrapped in quotation marks or brackets: remove them"
    return None


def call_to_action_rule(draft: Draft) -> str | None:
    """The draft has a call to action, and the text contains it."""
    if not draft.call_to_action:
        return "there is no call to action"
    if normalized(draft.call_to_action).casefold() not in normalized(draft.text_content).casefold():
        return "the text does not contain the call to action"
    return None


def emoji_count_rule(draft: Draft, requirement: Requirement) -> str | None:
    return range_violation(emoji_count(draft.text_content), requirement, "emoji")


def alt_text_rule(draft: Draft) -> str | None:
    """A picture needs alternative text; a draft without a picture needs none."""
    if draft.has_picture and not (draft.alt_text or "").strip():
        return "the picture has no alternative text"
    return None


def image_rule(draft: Draft) -> str | None:
    """The channel publishes no text without a picture."""
    return None if draft.has_picture else "there is no picture, and the channel publishes no text without one"


def emoji_count(text: str) -> int:
    """Emoji as readers see them: a flag or a joined sequence counts once.

    In a word with more than `_MOST_JOINERS` joiners every part counts, because the library's time is quadratic there.
    """
    words = (word.split(_JOINER) if word.count(_JOINER) > _MOST_JOINERS else [word] for word in text.split())
    return sum(_is_picture(found["emoji"]) for parts in words for part in parts for found in emoji.emoji_list(part))


def _is_picture(found: str) -> bool:
    """Old symbols, such as © and ❤, are pictures only where U+FE0F follows; a lone skin tone is part of an emoji."""
    status = emoji.EMOJI_DATA[found]["status"]
    is_symbol = status == emoji.STATUS["unqualified"] and len(found) == 1 and found < "\U0001f000"
    return status != emoji.STATUS["component"] and not is_symbol


def _occurrences(text: str, url: str) -> list[tuple[int, int]]:
    """The spans where the URL stands alone: after a space, and before a space, punctuation or the end of the text."""
    spans = []
    start = text.find(url)
    while start >= 0:
        end = start + len(url)
        stands_alone = (start == 0 or text[start - 1].isspace()) and _END_OF_URL.match(text, end)
        if stands_alone:
            spans.append((start, end))
        start = text.find(url, end if stands_alone else start + 1)
    return spans


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
