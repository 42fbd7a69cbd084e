"""What a brief says, and the text that a channel gets of it without a language model. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syndication_assets.content.compliance.channel_rules import ChannelRules
from syndication_assets.content.draft import Draft
from syndication_assets.content.generation.post_pictures import PostPicture
from syndication_assets.content.page_facts import stated_facts
from syndication_assets.content.post_facts import Facts
from syndication_assets.content.post_hashtags import distinct, hashtags_as_text
from syndication_assets.text.outside import clean

# Arabic's question mark, and the stops of Chinese and Japanese, which no space follows.
_SENTENCE_END = re.compile("(?<=[.!?\u2026\u3002\uff01\uff1f\u061f])\\s+|(?<=[\u3002\uff01\uff1f])(?=\\S)")
_NO_LETTERS = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Brief:
    """One brief, in one language."""

    request_id: str
    title: str
    message: str
    language: str
    facts: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    content_type: str = "announcement"
    audience: str | None = None
    style: str | None = None
    call_to_action: str | None = None
    link_url: str | None = None

    @property
    def instructions(self) -> str:
        """What a language model is told of it, beside the facts."""
        lines = [f"Write in the language {self.language}. Say this, in your own words: {self.title}. {self.message}"]
        for name, value in (
            ("Kind of content", self.content_type),
            ("Whom it addresses", self.audience),
            ("How it says it", self.style),
            ("Call to action", self.call_to_action),
            ("Hashtags to choose from", ", ".join(self.keywords)),
        ):
            if value:
                lines.append(f"{name}: {value}")
        return "\n".join(lines)

    def claimable(self) -> Facts:
        """What a text about it may claim."""
        return stated_facts(self.facts, self.link_url, self.language)


def draft_of(brief: Brief, rules: ChannelRules, picture: PostPicture) -> Draft:
    """The longest form of the message within what the channel recommends, else within what it allows.

    Sentences are dropped from the end and never cut. If no form fits, the shortest one is returned, and the checks
    report its length.
    """
    hashtags = hashtags_for(brief.keywords, *rules.hashtags)
    forms = list(_forms(brief, rules, hashtags, picture))
    text = forms[-1]
    for key in ("text_bytes", "text_length", "text_length_recommended"):
        text = next((form for form in forms if rules.fits(form, key)), text)
    return Draft(
        text_content=text,
        hashtags=hashtags,
        call_to_action=brief.call_to_action if brief.call_to_action and brief.call_to_action in text else None,
        alt_text=picture.alt_text,
        link_url=brief.link_url,
        picture_file_id=picture.picture_file_id,
        language=brief.language,
    )


def with_picture(draft: Draft, picture: PostPicture, former: PostPicture | None) -> Draft:
    """The same words with another picture: its author is named, and no longer the former one's."""
    text = draft.text_content
    if former is not None and former.attribution is not None and former.attribution != picture.attribution:
        text = text.replace(f"\n\n{former.attribution}", "")
    return Draft(
        text_content=picture.with_attribution(text),
        hashtags=draft.hashtags,
        call_to_action=draft.call_to_action,
        alt_text=picture.alt_text,
        link_url=draft.link_url,
        picture_file_id=picture.picture_file_id,
        language=draft.language,
    )


def hashtags_for(keywords: Sequence[str], least: int, greatest: int) -> tuple[str, ...]:
    """As many hashtags of the keywords as the channel takes, the most telling first; fewer if there are fewer."""
    joined = distinct([_joined(keyword) for keyword in keywords])
    return tuple(joined[: max(greatest, least)])


def sentences_of(text: str) -> list[str]:
    return [sentence.strip() for sentence in _SENTENCE_END.split(clean(text).strip()) if sentence.strip()]


def _forms(brief: Brief, rules: ChannelRules, hashtags: Sequence[str], picture: PostPicture) -> Iterator[str]:
    sentences = sentences_of(brief.message)
    link = brief.link_url if rules.wants_link else None
    for kept in range(len(sentences), 0, -1):
        words = " ".join(sentences[:kept])
        action = brief.call_to_action
        if action is not None and action.casefold() in words.casefold():
            action = None
        invitation = " ".join(filter(None, [action, link]))
        text = "\n\n".join(filter(None, [words, invitation, hashtags_as_text(hashtags)]))
        yield picture.with_attribution(text)


def _joined(keyword: str) -> str:
    """The words of a keyword as one, each with a capital: winter sale is WinterSale."""
    words = [word for word in _NO_LETTERS.split(clean(keyword)) if word]
    return "".join(word[:1].upper() + word[1:] for word in words)
