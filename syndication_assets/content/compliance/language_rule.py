"""In which language a text is, as far as its words tell."""

from functools import cache
from typing import Any

from syndication_assets.content.draft import Draft
from syndication_assets.content.post_hashtags import HASHTAG

# Fewer letters say little: a product's name alone looks like any language.
SURE_FROM_LETTERS = 80
SURE_FROM_PROBABILITY = 0.8


def language_rule(draft: Draft, expected: str, names: tuple[str, ...] = ()) -> tuple[str | None, bool]:
    """What is wrong, or None; and whether the text is long and plain enough to be sure.

    `names` (of products, of categories) do not count: they keep their own language.
    """
    text = draft.text_content
    for left_out in (draft.link_url, *names):
        text = text.replace(left_out, " ") if left_out else text
    text = HASHTAG.sub(" ", text)
    letters = sum(sign.isalpha() for sign in text)
    if not letters:
        return None, False
    found, probability = _identifier().classify(" ".join(text.split()))
    if found == expected:
        return None, True
    is_sure = letters >= SURE_FROM_LETTERS and probability >= SURE_FROM_PROBABILITY
    return f"the text reads as {found}; {expected} is wanted", is_sure


@cache
def _identifier() -> Any:
    from py3langid.langid import (  # type: ignore[import-untyped]  # noqa: PLC0415 - reads a model of megabytes
        MODEL_FILE,
        LanguageIdentifier,
    )

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
