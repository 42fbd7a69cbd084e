"""The setting that names the feeds of blogs: their URLs, each with its organization."""

import re
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, SecretStr
from pydantic_settings import NoDecode

# A comma separates URLs only where another URL follows; elsewhere it is part of a URL.
_SEPARATOR = re.compile(r"\s+|,(?=(?:[a-z0-9_-]+=)?https?://)")
_ORGANIZATION = re.compile(r"[a-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class BlogFeed:
    """One feed to fetch, and the organization that it belongs to. Its URL may hold a token."""

    organization: str
    url: SecretStr

    @property
    def host(self) -> str:
        return urlsplit(self.url.get_secret_value()).hostname or ""


def parse_feeds(text: str) -> tuple[BlogFeed, ...]:
    """Each feed once, in order; ValueError, which quotes no URL, if one is not https."""
    feeds: list[BlogFeed] = []
    words = (word.strip(",") for word in _SEPARATOR.split(text))
    for number, word in enumerate(filter(None, words), start=1):
        organization, separator, url = word.partition("=")
        if not separator or not _ORGANIZATION.fullmatch(organization):
            organization, url = "default", word
        if not _is_https(url):
            raise ValueError(
                f"has a URL, number {number}, that does not begin with https:// and a host: set it to the URLs of "
                "feeds, separated by spaces, with `slug=` before the URL of an organization other than `default` "
                "(acme=https://blog.example/feed)"
            )
        feeds.append(BlogFeed(organization, SecretStr(url)))
    return tuple(dict.fromkeys(feeds))


def _is_https(url: str) -> bool:
    try:
        return url.startswith("https://") and bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _feeds(value: Any) -> Any:
    return parse_feeds(value) if isinstance(value, str) else value


BlogFeeds = Annotated[tuple[BlogFeed, ...], NoDecode, BeforeValidator(_feeds)]
