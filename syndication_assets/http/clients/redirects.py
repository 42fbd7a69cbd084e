"""Where a redirect leads, and whether that is the same server."""

from urllib.parse import urljoin

import httpx2

from syndication_assets.http.response import HttpResponse


def redirect_target(url: str, response: HttpResponse) -> str | None:
    """Where a redirect leads, without the fragment; None if that is no URL."""
    try:
        target = urljoin(url, response.headers["Location"]).partition("#")[0]
        httpx2.URL(target)
    except (ValueError, httpx2.InvalidURL):
        return None
    return target


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port; ports that the scheme implies are None."""
    parts = httpx2.URL(url)
    return parts.scheme, parts.host, parts.port
