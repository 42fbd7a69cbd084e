"""Rules of form: how long a text is, and what may stand in it. Each takes a draft and says what is wrong, or None."""

import re
import unicodedata
from decimal import Decimal

from syndication_assets.content.compliance.channel_rules import Requirement
from syndication_assets.content.compliance.text_length import text_length
from syndication_assets.content.draft import Draft
from syndication_assets.content.post_facts import normalized
from syndication_assets.content.post_hashtags import HASHTAG, found_hashtags

_AFTER_URL = re.compile(r"$|\s|[.,;:!?…](?:\s|$)")
_URL = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|(?<![\w@.])(?:[\w-]+\.)+(?:com|org|net|info|biz|shop|store|io|co|app|me|eu|uk|de|fr|es|it|nl|at|ch|ie|us|ca|au|example)"
    r"(?![\w-])(?:/\S*)?"
    r"|(?<![\w@.])(?:[\w-]+\.)+[a-z]{2,}/\S*",
    re.IGNORECASE,
)
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
_MARKDOWN = re.compile(
    r"(?P<a_link>!?\[[^\]\n]*\]\s*\([^)\n]*\))"
    r"|(?P<brackets>\[[^\]\n]*\])"
    r"|(?P<emphasis>\*\*[^*\n]+\*\*|__[^_\n]+__)"
    r"|(?P<code>`[^`\n]*`|```)"
    r"|(?P<a_heading>^\#{1,6}\s+\S)",
    re.MULTILINE,
)


def breaks_range(count: int, requirement: Requirement, counted: str) -> str | None:
    """Whether a count lies outside of a rule's range; a value without a range is the range's end of `text_length`."""
    least, greatest = requirement.minimum, requirement.maximum
    if least is None and greatest is None:
        greatest = requirement.number
    if greatest is not None and count > greatest:
        return f"{count} {counted}; {_plain(greatest)} at most"
    if least is not None and count < least:
        return f"{count} {counted}; {_plain(least)} at least"
    return None


def text_length_rule(draft: Draft, requirement: Requirement) -> str | None:
    return breaks_range(text_length(draft.text_content), requirement, "signs")


def hashtag_count_rule(draft: Draft, requirement: Requirement) -> str | None:
    """A value without a range means exactly so many."""
    count = len(found_hashtags(draft.text_content, draft.link_url))
    exact = requirement.number
    if exact is not None and requirement.minimum is None and requirement.maximum is None:
        return None if count == exact else f"{count} hashtags; exactly {_plain(exact)} are wanted"
    return breaks_range(count, requirement, "hashtags")


def hashtag_form_rule(draft: Draft) -> str | None:
    """Letters and digits, no hashtag twice, and those of the text are those that the draft names."""
    text = draft.text_content.replace(draft.link_url, " ") if draft.link_url else draft.text_content
    tags = HASHTAG.findall(text)
    # Before a digit # may be a number sign; anywhere else it was meant as a hashtag.
    stray = re.search(r"[#\uff03](?![\w\uff03#])|(?<=\w)[#\uff03]|[#\uff03]{2,}", text)
    if stray is not None:
        return "a # that begins no hashtag: write # directly before the word, after a space"
    wrong = [tag for tag in tags if tag.isdigit()]
    if wrong:
        return f"#{wrong[0]} is no hashtag: digits alone"
    folded = [tag.casefold() for tag in tags]
    twice = [tag for tag in tags if folded.count(tag.casefold()) > 1]
    if twice:
        return f"#{twice[0]} stands there twice"
    if sorted(folded) != sorted(tag.casefold() for tag in draft.hashtags):
        return "the hashtags of the text are not those of the list of hashtags"
    return None


def hashtag_position_rule(draft: Draft, requirement: Requirement) -> str | None:
    """`end`: nothing follows the first hashtag but hashtags. `start` the same, before. Other values: anywhere."""
    position = requirement.words[0] if requirement.words else ""
    text = draft.text_content
    shown = text.replace(draft.link_url, "L" * len(draft.link_url)) if draft.link_url else text
    places = [match.span() for match in HASHTAG.finditer(shown)]
    if not places:
        return None
    without = HASHTAG.sub(" ", shown[places[0][0] :] if position == "end" else shown[: places[-1][1]])
    if position in {"end", "start"} and without.strip():
        return f"hashtags must stand together at the {position} of the text"
    return None


def banned_words_rule(draft: Draft, requirement: Requirement) -> str | None:
    """Whole words or phrases, whatever their case; also where they are a hashtag."""
    text = f" {normalized(draft.text_content.replace('#', ' ')).casefold()} "
    for word in requirement.words:
        pattern = r"\s+".join(re.escape(part) for part in normalized(word).casefold().split())
        if pattern and re.search(rf"(?<!\w){pattern}(?!\w)", text):
            return f"the word {word!r} must not be used"
    return None


def link_rule(draft: Draft) -> str | None:
    """The exact URL must be there, as a reader can follow it."""
    if draft.link_url is None:
        return "there is no URL that the text could lead to"
    if not _occurrences(draft.text_content, draft.link_url):
        return f"the text must contain exactly this URL, and nothing attached to it: {draft.link_url}"
    return None


def other_links_rule(draft: Draft) -> str | None:
    """No URL but the draft's own, once."""
    text = draft.text_content
    own = _occurrences(text, draft.link_url) if draft.link_url else []
    for start, end in reversed(own):
        text = f"{text[:start]} {text[end:]}"
    other = _URL.search(text)
    if other is not None:
        return f"{other.group()!r} is not the URL of what the text is about"
    return "the URL stands there twice" if len(own) > 1 else None


def wrapping_rule(draft: Draft) -> str | None:
    """No quotes or brackets around the whole text, none around the link, no Markdown."""
    text = draft.text_content.strip()
    if not text:
        return "the text is empty"
    plain = normalized(text)
    body = HASHTAG.sub("", plain).strip()
    for shown in (plain, body):
        if len(shown) > 1 and _CLOSING_OF.get(shown[0]) == shown[-1]:
            return f"the text is wrapped in {shown[0]} and {shown[-1]}: write it without"
    without_link = plain.replace(draft.link_url, "URL") if draft.link_url else plain
    found = _MARKDOWN.search(without_link)
    if found is not None:
        return (
            f"the text has Markdown or brackets in it ({(found.lastgroup or '').replace('_', ' ')}): write plain text"
        )
    if re.search(r"[(<\"'{]\s*URL\s*[)>\"'}]", without_link):
        return "the URL is wrapped in quotes or brackets: write it bare"
    return None


def call_to_action_rule(draft: Draft) -> str | None:
    """A sentence that asks the reader to do something is named, and stands in the text."""
    asks = draft.call_to_action
    if not asks:
        return "there is no call to action"
    if normalized(asks).casefold() not in normalized(draft.text_content).casefold():
        return "the call to action does not stand in the text"
    return None


def emoji_count_rule(draft: Draft, requirement: Requirement) -> str | None:
    return breaks_range(emoji_count(draft.text_content), requirement, "emoji")


def alt_text_rule(draft: Draft) -> str | None:
    """A picture has a description; without a picture there is nothing to describe."""
    if draft.image_url is not None and not (draft.alt_text or "").strip():
        return "the picture has no alternative text"
    return None


def emoji_count(text: str) -> int:
    """Pictures as people see them: parts that are joined count once, a flag too."""
    count, letters_of_flag, is_joined = 0, 0, False
    for sign in text:
        point = ord(sign)
        if 0x1F1E6 <= point <= 0x1F1FF:
            letters_of_flag += 1
            count += letters_of_flag % 2
            continue
        letters_of_flag = 0
        if point == 0x200D:
            is_joined = True
            continue
        is_picture = point >= 0x1F000 or (0x2600 <= point <= 0x27BF and unicodedata.category(sign) == "So")
        if is_picture and not is_joined and not 0x1F3FB <= point <= 0x1F3FF:
            count += 1
        is_joined = False
    return count


def _occurrences(text: str, url: str) -> list[tuple[int, int]]:
    """Where the URL stands by itself: a space or the text's end follows, or a mark that ends a sentence."""
    spans = []
    start = text.find(url)
    while start >= 0:
        end = start + len(url)
        stands_alone = (start == 0 or text[start - 1].isspace()) and _AFTER_URL.match(text, end)
        if stands_alone:
            spans.append((start, end))
        start = text.find(url, end if stands_alone else start + 1)
    return spans


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
