"""Our own statuses, as their servers give them now: `GET /api/v1/statuses/:id`, one response a status.

The token travels in a header, for servers that show statuses to users only. Each request is sent once, and only to
public addresses.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import msgspec
from pydantic import SecretStr

from syndication_assets.channels.errors.network_errors import classify
from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.clients.public_transport import PublicTransport
from syndication_assets.http.clients.public_urls import PublicUrlError, public_addresses
from syndication_assets.http.http_errors import HttpError
from syndication_assets.http.redaction import redact, redact_to_line
from syndication_assets.http.retries import NO_RETRIES
from syndication_assets.scraping.fetching.own_posts import OwnAccount, OwnPosts, OwnPostsError
from syndication_assets.text.outside import read_as

PUBLISHER = "mastodon"
_MAXIMUM_BYTES = 4 * 1024 * 1024
_GONE = (404, 410)


class _Status(msgspec.Struct):
    id: str


class MastodonStatuses:
    """The API of any server. Close it when done."""

    def __init__(
        self,
        *,
        timeout: timedelta = timedelta(seconds=60),
        addresses_of: Callable[[str], list[str]] = public_addresses,
    ) -> None:
        self._client = HttpClient(
            maximum_bytes=_MAXIMUM_BYTES,
            request_timeout=timeout,
            retries=NO_RETRIES,
            transport=PublicTransport(addresses_of),
            provider=PUBLISHER,
        )

    def close(self) -> None:
        self._client.close()

    def posts(self, account: OwnAccount, secret: SecretStr | None) -> OwnPosts:
        """A response for each status that exists. OwnPostsError at the first that cannot be read."""
        if account.server_url is None:
            raise OwnPostsError("The account names no server.")
        token = secret.get_secret_value() if secret is not None else ""
        answers = []
        for post_id in account.post_ids:
            content = self._status(account.server_url, post_id, token)
            if content is not None:
                answers.append((content, datetime.now(UTC)))
        return OwnPosts(answers, len(account.post_ids) - len(answers))

    def _status(self, server: str, post_id: str, token: str) -> bytes | None:
        """The response for one status; None if the server does not have it."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            url = f"{server}/api/v1/statuses/{quote(post_id, safe='')}"
            response = self._client.get(url, headers=headers, operation="status")
        except (HttpError, PublicUrlError) as error:
            raise OwnPostsError(f"Mastodon could not be reached: {str(error).rstrip('.')}.") from None
        if response.status in _GONE:
            return None
        content = redact(response.content.decode("utf-8", "replace"), token, mark="[token]").encode()
        if response.is_ok:
            try:
                read_as(content, _Status)
            except ValueError:
                raise OwnPostsError("Mastodon answered 200, and not with a status.") from None
            return content
        rejection = classify(PUBLISHER, "Mastodon", response, reads_only=True)
        raise OwnPostsError(redact_to_line(rejection.message or "", token, mark="[token]", length=400), rejection)
