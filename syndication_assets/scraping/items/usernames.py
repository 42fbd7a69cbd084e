"""One spelling of a profile's name, whatever spelling a source, a file name or a person uses."""

import unicodedata
from urllib.parse import unquote

_FEEDS = "rss"
"""Its profiles are named by the addresses of feeds, without https://."""
_CASE_INSENSITIVE_PLATFORMS = {"linkedin"}
# A name that was escaped by the browser, by an actor and by a program that named a file.
_MOST_ESCAPES = 4


def canonical_username(platform: str, name: str) -> str:
    """The name without percent-escapes, in Unicode's composed form, and in lower case where case does not matter.

    No platform allows a percent sign in a name, so every valid escape is decoded; others stay as they are. The result
    of a canonical name is the name itself.
    """
    name = name.strip()
    if platform == _FEEDS:
        name = _address(name)
    if name.isascii() and "%" not in name:
        return name.lower() if platform in _CASE_INSENSITIVE_PLATFORMS else name
    for _ in range(_MOST_ESCAPES):
        decoded = _decoded(name)
        if decoded == name:
            break
        name = decoded
    name = unicodedata.normalize("NFC", name.strip())
    if platform in _CASE_INSENSITIVE_PLATFORMS:
        # Lower case may leave the composed form: İ becomes i with a dot above.
        name = unicodedata.normalize("NFC", name.lower())
    return name


def _address(name: str) -> str:
    host, slash, path = name.removeprefix("https://").partition("/")
    return f"{host.lower()}{slash}{path}"


def _decoded(name: str) -> str:
    try:
        return unquote(name, errors="strict")
    except UnicodeDecodeError:
        return name
