"""URLs of pages and pictures as sources write them."""

from urllib.parse import quote, urljoin, urlsplit, urlunsplit

_MAXIMUM_URL = 2_000


def read_url(value: str | None) -> str | None:
    """An absolute http(s) URL; None for anything that a browser would not open as a page."""
    if value is None or len(value) > _MAXIMUM_URL or not value.strip().isprintable():
        return None
    value = value.strip()
    return value if value.lower().startswith(("http://", "https://")) and " " not in value else None


def absolute_url(base: str | None, url: str | None) -> str | None:
    """A URL resolved against that of its page; None if the result is no http(s) URL."""
    if url is None:
        return None
    try:
        return read_url(urljoin(base, url) if base is not None else url)
    except ValueError:
        return None


def with_fragment(url: str | None, anchor: str | None) -> str | None:
    """A page's URL that opens at the element with this id."""
    if url is None or anchor is None:
        return url
    return urlunsplit(urlsplit(url)._replace(fragment=quote(anchor, safe="-._~!$&'()*+,;=:@/?")))
