"""Removes secrets from text that comes from outside, in every form in which a server may echo them."""

import json
from urllib.parse import quote, quote_plus

from syndication_assets.text.outside import clean


def redact(text: str, *secrets: str, mark: str = "[secret]") -> str:
    """The text with the mark in place of every secret: plain, percent-encoded, or escaped as in JSON."""
    for secret in filter(None, secrets):
        forms = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
        # PHP escapes the slash in JSON.
        forms |= {form.replace("/", "\\/") for form in forms}
        # The longest form first: it may contain a shorter one.
        for form in sorted(forms, key=len, reverse=True):
            text = text.replace(form, mark)
    return text


def redact_to_line(text: str, *secrets: str, mark: str = "[secret]", length: int = 300) -> str:
    """The same, cleaned, as one line of at most `length` characters: a part of a message."""
    return " ".join(redact(clean(text), *secrets, mark=mark).split())[:length].rstrip(". ")
