"""Removes secrets from text that comes from outside, in every form in which a server may echo them."""

import json
import re
from urllib.parse import quote, quote_plus

from syndication_assets.text.outside import clean

# Named secrets: members of JSON objects, and parameters of addresses in any text.
_NAMES = (
    *("access_token", "accessToken", "refresh_token", "refreshToken", "token"),
    *("client_secret", "clientSecret", "app_secret", "appsecret_proof", "api_key", "apiKey", "password"),
)
_ANY_NAME = b"|".join(name.encode() for name in _NAMES)
# A value ends with its string; one that is never closed ends with the text. Possessive: linear in any text.
_MEMBER = re.compile(rb'("(?:' + _ANY_NAME + rb')"[ \t\r\n]*+:[ \t\r\n]*+")(?:[^"\\]++|\\.)++', re.DOTALL)
# Addresses in JSON may write & and = as \u0026 and \u003d, and an address inside an address escapes them with %.
_PARAMETER = re.compile(
    rb"((?:[?&;]|\\u0026|%26|%3[Ff])(?:" + _ANY_NAME + rb")(?:=|\\u003[Dd]|%3[Dd]))(?:[^&;\"'\\\s<>#%]++|%(?!26|23))++"
)
# Keys of Google and tokens of Apify are known by their form, wherever they stand.
_KEY = re.compile(rb"(?<![A-Za-z0-9_-])(?:AIza[A-Za-z0-9_-]{30,60}|apify_api_[A-Za-z0-9]{20,60})(?![A-Za-z0-9_-])")
# One of these is in every text that has a secret. Looking for them takes a fraction of the time of a pattern.
_SIGNS = (
    *(b"ccess_token", b"ccessToken", b"fresh_token", b"freshToken", b'"token"', b"token=", b"token\\u003", b"token%3"),
    *(b"nt_secret", b"ntSecret", b"app_secret", b"secret_proof", b"api_key", b"apiKey", b"password"),
    *(b"AIza", b"apify_api_"),
)
_MARK = b"[secret]"


def redact_secrets(content: bytes) -> bytes:
    """The content with the mark in place of what is a secret by its name or its form; usually the same object.

    Unlike `redact` this needs no list of secrets. It is applied to JSON that is stored, so it changes values only and
    leaves valid JSON valid.
    """
    if not any(sign in content for sign in _SIGNS):
        return content
    redacted = _MEMBER.sub(rb"\1" + _MARK, content)
    redacted = _PARAMETER.sub(rb"\1" + _MARK, redacted)
    redacted = _KEY.sub(_MARK, redacted)
    return content if redacted == content else redacted


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
