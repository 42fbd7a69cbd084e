"""The generator `template`: fills a template with facts, within the length that the channel allows."""

from collections.abc import Iterator

from syndication_assets.content.compliance.channel_rules import ChannelRules
from syndication_assets.content.draft import Draft
from syndication_assets.content.generation.template import LINKS, Template, render
from syndication_assets.content.post_facts import Facts
from syndication_assets.content.post_hashtags import hashtags_as_text, hashtags_of

DEFAULT_CALL_TO_ACTION = "See it here"


def write(template: Template, facts: Facts, rules: ChannelRules, call_to_action: str | None = None) -> Draft:
    """The longest form of the template within the recommended length, else within the allowed length.

    To shorten it, sentences of the description are dropped from the end, then optional parts. Sentences are never cut:
    if no form fits, the shortest is returned and validation reports its length. TemplateError if the template requires
    an unknown fact.
    """
    hashtags = hashtags_of(facts, *rules.hashtags)
    call_to_action = call_to_action or DEFAULT_CALL_TO_ACTION
    forms = list(_forms(template, facts, rules, hashtags_as_text(hashtags) or None, call_to_action))
    text = forms[-1]
    for key in ("text_bytes", "text_length", "text_length_recommended"):
        text = next((form for form in forms if rules.fits(form, key)), text)
    return Draft(
        text_content=text,
        hashtags=hashtags,
        call_to_action=call_to_action if call_to_action in text else None,
        alt_text=facts.name if facts.image_url else None,
        link_url=facts.url,
        image_url=facts.image_url,
        language=rules.language,
    )


def _forms(
    template: Template, facts: Facts, rules: ChannelRules, hashtags: str | None, call_to_action: str
) -> Iterator[str]:
    """All forms of the template, from the longest to the shortest."""
    has_link = rules.wants_link or bool(LINKS & template.required)
    values = {
        **{name: value for name, value in facts.placeholders().items() if has_link or name not in LINKS},
        "hashtags": hashtags,
        "call_to_action": call_to_action,
    }
    sentences = facts.sentences()
    for kept in range(len(sentences), 0, -1):
        text = render(template, {**values, "description": " ".join(sentences[:kept])})
        yield _with_hashtags(_named_once(text, facts.name), hashtags)
    first_sentence = sentences[0] if "description" in template.required and sentences else None
    # The link is never dropped: a text without its link breaks another rule.
    droppable = ["description", "price", "category", "document_title"]
    for dropped in range(len(droppable) + 1):
        omitted = frozenset(droppable[:dropped])
        text = render(template, {**values, "description": first_sentence}, omitted=omitted)
        yield _with_hashtags(_named_once(text, facts.name), hashtags)


def _named_once(text: str, name: str) -> str:
    """The text without a first sentence that is only the name, if the next one begins with it."""
    opening = f"{name}. "
    return text.removeprefix(opening) if text.startswith(f"{opening}{name}") else text


def _with_hashtags(text: str, hashtags: str | None) -> str:
    """Appends the hashtags to a text whose template has no place for them."""
    return text if hashtags is None or hashtags in text else f"{text}\n\n{hashtags}"
