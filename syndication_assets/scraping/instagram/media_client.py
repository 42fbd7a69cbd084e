"""Our own posts on Instagram, as the Graph API gives them now: `GET /{media}`, one response a post, with its insights.

The token travels in a header, and is redacted before a response is kept. Each request is sent once. If Graph rejects
the insights, a metric that it has retired for example, the post is read without them, and the problem is told.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import msgspec
from pydantic import SecretStr

from syndication_assets.channels.errors.facebook_errors import GraphError, classify, error_of
from syndication_assets.channels.errors.outcome import Outcome
from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.http_errors import HttpError
from syndication_assets.http.redaction import redact, redact_to_line
from syndication_assets.http.retries import NO_RETRIES
from syndication_assets.scraping.fetching.own_posts import OwnAccount, OwnPosts, OwnPostsError
from syndication_assets.text.outside import read_as

PUBLISHER = "instagram_graph"
_FIELDS = "id,caption,timestamp,permalink,media_type,media_product_type,media_url,username,like_count,comments_count"
_INVALID_PARAMETER = 100
_DOES_NOT_EXIST = 33
_MAXIMUM_BYTES = 4 * 1024 * 1024


class _Media(msgspec.Struct):
    id: str


class _RejectedError(Exception):
    """Graph answered an error."""

    def __init__(self, error: GraphError | None, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.error = error
        self.outcome = outcome

    @property
    def is_about_parameters(self) -> bool:
        return self.error is not None and self.error.code == _INVALID_PARAMETER

    @property
    def is_missing(self) -> bool:
        return self.is_about_parameters and self.error is not None and self.error.error_subcode == _DOES_NOT_EXIST


class InstagramMedia:
    """The API at a base URL and version. Close it when done.

    `metrics` are Graph's names of the insights to ask for, from engagement.platform_metrics.
    """

    def __init__(
        self, base_url: str, version: str, metrics: Sequence[str], *, timeout: timedelta = timedelta(seconds=60)
    ) -> None:
        self._base_url = f"{base_url.rstrip('/')}/{version.strip('/')}"
        self._insights = f",insights.metric({','.join(metrics)})" if metrics else ""
        self._client = HttpClient(
            maximum_bytes=_MAXIMUM_BYTES, request_timeout=timeout, retries=NO_RETRIES, provider=PUBLISHER
        )

    def close(self) -> None:
        self._client.close()

    def posts(self, account: OwnAccount, secret: SecretStr | None) -> OwnPosts:
        """A response for each post that exists. OwnPostsError at the first that cannot be read."""
        token = secret.get_secret_value() if secret is not None else ""
        answers: list[tuple[bytes, datetime]] = []
        problem = None
        for media_id in account.post_ids:
            try:
                content, rejected = self._media(media_id, token)
            except _RejectedError as error:
                if error.is_missing:
                    continue
                raise OwnPostsError(str(error), error.outcome) from None
            problem = problem or rejected
            answers.append((content, datetime.now(UTC)))
        return OwnPosts(answers, len(account.post_ids) - len(answers), problem)

    def _media(self, media_id: str, token: str) -> tuple[bytes, str | None]:
        """The response, and why it lacks insights if Graph rejects them alone."""
        try:
            return self._get(media_id, _FIELDS + self._insights, token), None
        except _RejectedError as error:
            if error.is_missing or not error.is_about_parameters:
                raise
            reason = f"Without insights, because Graph rejects them: {error}."
        return self._get(media_id, _FIELDS, token), reason

    def _get(self, media_id: str, fields: str, token: str) -> bytes:
        try:
            response = self._client.get(
                f"{self._base_url}/{quote(media_id, safe='')}",
                {"fields": fields},
                headers={"Authorization": f"Bearer {token}"},
                operation="media",
            )
        except HttpError as error:
            raise OwnPostsError(f"Instagram could not be reached: {error}.") from None
        content = redact(response.content.decode("utf-8", "replace"), token, mark="[token]").encode()
        try:
            read_as(content, _Media)
        except ValueError:
            outcome = classify(response.status, response.headers, content, None, "Instagram")
            if response.is_ok and error_of(content) is None:
                raise OwnPostsError("Instagram answered 200, and not with a post.") from None
            message = redact_to_line(outcome.message or "", token, mark="[token]", length=400)
            raise _RejectedError(error_of(content), replace(outcome, message=message)) from None
        return content
