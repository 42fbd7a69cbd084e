"""Detects the language of a text and compares it with the expected one."""

from syndication_assets.content.draft import Draft
from syndication_assets.content.post_hashtags import HASHTAG
from syndication_assets.text.languages import most_likely_language

# Shorter texts are unreliable: a product name alone may look like any language.
CERTAIN_FROM_LETTERS = 80
CERTAIN_FROM_PROBABILITY = 0.8


def language_rule(draft: Draft, expected: str, names: tuple[str, ...] = ()) -> tuple[str | None, bool]:
    """What is wrong, or None; and whether the detection is certain, from the text's length and its probability.

    `names` of products and categories are ignored: they keep their own language.
    """
    text = draft.text_content
    for ignored in (draft.link_url, *names):
        text = text.replace(ignored, " ") if ignored else text
    text = HASHTAG.sub(" ", text)
    letters = sum(character.isalpha() for character in text)
    if not letters:
        return None, False
    detected, probability = most_likely_language(" ".join(text.split()))
    if detected == expected:
        return None, True
    is_certain = letters >= CERTAIN_FROM_LETTERS and probability >= CERTAIN_FROM_PROBABILITY
    return f"the text reads as {detected}; write it in {expected}", is_certain
