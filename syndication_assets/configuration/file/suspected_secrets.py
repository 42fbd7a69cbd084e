"""Finds values that look like secrets in a configuration file, which holds names of secrets only. Pure.

Own patterns instead of a scanner such as detect-secrets: it scans files line by line and reports lines, while a value
here has a place, and a few fields hold ids that look as random as a token.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

PLACEHOLDER = "{credential}"
"""Stands in a URL where the secret of a credential is put."""

# Tokens with a form of their own: OpenAI, GitHub, GitLab, Facebook, Google, Apify, Slack, AWS, npm, JWT, keys in PEM.
_KNOWN = re.compile(
    r"(?<![A-Za-z0-9])(?:sk-[A-Za-z0-9_-]{16,}|gh[opsur]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}"
    r"|EAA[A-Za-z0-9]{20,}|AIza[\w-]{30,}|ya29\.[\w-]{20,}|apify_api_[A-Za-z0-9]{16,}|xox[abeprs]-[A-Za-z0-9-]{10,}"
    r"|A[KS]IA[A-Z0-9]{16}|npm_[A-Za-z0-9]{30,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)|-----BEGIN [A-Z ]*PRIVATE KEY"
)
_RANDOM = re.compile(r"[A-Za-z0-9_+/=-]{32,}")
_SECRET_PARAMETER = re.compile(
    r"(?i)(?:^|[_-])(?:token|key|apikey|secret|password|passwd|pwd|auth|signature|sig|code)$"
)
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_FIELDS_OF_IDS = {"username", "remote_id", "account"}
"""Platforms make ids that look as random as tokens."""
_FIELDS_OF_PROSE = {"body", "description", "notes", "call_to_action", "instructions"}
"""Prose may have any word in it, but no token of a known form."""


def is_secret_in(field: str, text: str) -> bool:
    """Whether a field of an entry has a value that looks like a secret."""
    return looks_like_a_secret(text, may_be_random=field in _FIELDS_OF_IDS | _FIELDS_OF_PROSE)


def secret_fields(values: Mapping[str, object]) -> list[str]:
    """The fields of an entry whose values look like secrets."""
    return [name for name, value in values.items() if isinstance(value, str) and is_secret_in(name, value)]


def looks_like_a_secret(text: str, *, may_be_random: bool = False) -> bool:
    """Whether the text is, or contains, what only a secret store should hold.

    `may_be_random`: the field holds ids of platforms, so that random letters prove nothing.
    """
    if _KNOWN.search(text):
        return True
    if _URL.match(text):
        return _url_has_a_secret(text)
    return not may_be_random and any(_is_random(word) for word in _RANDOM.findall(text))


def _url_has_a_secret(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.password:
        return True
    parameters = parse_qsl(parts.query, keep_blank_values=True) + parse_qsl(parts.fragment)
    if any(_SECRET_PARAMETER.search(name) and value not in {"", PLACEHOLDER} for name, value in parameters):
        return True
    words = [word for part in (parts.path, *(value for _, value in parameters)) for word in re.split(r"[/.]", part)]
    return any(_RANDOM.fullmatch(word) is not None and _is_random(word) for word in words)


def _is_random(word: str) -> bool:
    """Whether a long word has the letters of a token: hex, or digits with letters of both cases."""
    if re.fullmatch(r"[0-9a-f]{32,}", word):
        return any(character.isdigit() for character in word) and any(character.isalpha() for character in word)
    return (
        any(character.isdigit() for character in word)
        and any(character.islower() for character in word)
        and any(character.isupper() for character in word)
    )
