"""The posts of a Facebook page with their insights, as the Graph API gives them now.

The token travels in a header. Graph writes it into the links of its responses all the same, so it is redacted before a
response is kept: the only change to a response. Every request is sent once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec
from pydantic import SecretStr

from syndication_assets.channels.errors.facebook_errors import classify, error_of
from syndication_assets.channels.errors.outcome import Outcome
from syndication_assets.errors import SyndicationError
from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.http_errors import HttpError
from syndication_assets.http.redaction import redact
from syndication_assets.http.retries import NO_RETRIES
from syndication_assets.text.outside import read_as

_FIELDS = (
    "id,created_time,message,permalink_url,full_picture,status_type,from,"
    "reactions.summary(total_count).limit(0),comments.summary(total_count).limit(0),shares"
)
_POSTS_A_CALL = 50
_MAXIMUM_CALLS = 40
_INVALID_PARAMETER = 100
_MAXIMUM_BYTES = 64 * 1024 * 1024


class InsightsError(SyndicationError):
    """A page could not be read. The message says why, without the token.

    `rejection` is what the response means for the page's account (a rate limit, a rejected credential), if anything.
    """

    def __init__(self, message: str, rejection: Outcome | None = None) -> None:
        super().__init__(message)
        self.rejection = rejection


@dataclass(slots=True)
class PageAnswers:
    """Graph's responses for one page in order, each with the time at which it was true."""

    answers: list[tuple[bytes, datetime]] = field(default_factory=list)
    rejected_metrics: list[str] = field(default_factory=list)
    """Metrics that Graph does not know any more; the others were requested without them."""


class _Cursors(msgspec.Struct):
    after: str | None = None


class _Paging(msgspec.Struct):
    cursors: _Cursors = msgspec.field(default_factory=_Cursors)
    next: str | None = None


class _Envelope(msgspec.Struct):
    data: list[Any]
    paging: _Paging = msgspec.field(default_factory=_Paging)


class _RejectedError(Exception):
    """Graph rejects a parameter of the call, perhaps one of the metrics."""


class FacebookInsights:
    """The API at a base URL and version. Close it when done."""

    def __init__(self, base_url: str, version: str, *, timeout: timedelta = timedelta(seconds=60)) -> None:
        self._base_url = f"{base_url.rstrip('/')}/{version.strip('/')}"
        self._client = HttpClient(
            maximum_bytes=_MAXIMUM_BYTES, request_timeout=timeout, retries=NO_RETRIES, provider="facebook_graph"
        )

    def close(self) -> None:
        self._client.close()

    def page_posts(self, page_id: str, token: SecretStr, metrics: Sequence[str], since: datetime) -> PageAnswers:
        """The page's posts since then, with the metrics that Graph accepts. InsightsError if they cannot be read."""
        found = PageAnswers()
        try:
            return self._read(page_id, token, metrics, since, found)
        except _RejectedError as error:
            first_error = error
        found.rejected_metrics = [metric for metric in metrics if not self._is_accepted(page_id, token, metric, since)]
        if not found.rejected_metrics:
            raise InsightsError(str(first_error))
        left = [metric for metric in metrics if metric not in found.rejected_metrics]
        try:
            return self._read(page_id, token, left, since, found)
        except _RejectedError as error:
            raise InsightsError(str(error)) from None

    def _is_accepted(self, page_id: str, token: SecretStr, metric: str, since: datetime) -> bool:
        try:
            self._call(page_id, token, _parameters([metric], since, limit=1))
        except _RejectedError:
            return False
        return True

    def _read(
        self, page_id: str, token: SecretStr, metrics: Sequence[str], since: datetime, found: PageAnswers
    ) -> PageAnswers:
        parameters = _parameters(metrics, since, limit=_POSTS_A_CALL)
        for _ in range(_MAXIMUM_CALLS):
            content, envelope = self._call(page_id, token, parameters)
            if envelope.data:
                found.answers.append((content, datetime.now(UTC)))
            if envelope.paging.next is None or envelope.paging.cursors.after is None:
                return found
            parameters["after"] = envelope.paging.cursors.after
        raise InsightsError(
            f"The page {page_id} has more than {_MAXIMUM_CALLS * _POSTS_A_CALL:,} posts since {since:%Y-%m-%d}: "
            "shorten it with `syndication settings set scraping.insights_days`."
        )

    def _call(self, page_id: str, token: SecretStr, parameters: dict[str, Any]) -> tuple[bytes, _Envelope]:
        secret = token.get_secret_value()
        try:
            response = self._client.get(
                f"{self._base_url}/{quote(page_id, safe='')}/published_posts",
                parameters,
                headers={"Authorization": f"Bearer {secret}"},
                operation="published_posts",
            )
        except HttpError as error:
            raise InsightsError(f"Facebook could not be reached: {error}.") from None
        content = redact(response.content.decode("utf-8", "replace"), secret, mark="[token]").encode()
        try:
            return content, read_as(content, _Envelope)
        except ValueError:
            pass
        graph_error = error_of(content)
        rejection = classify(response.status, response.headers, content, attempt_number=None)
        if graph_error is None:
            raise InsightsError(f"Facebook answered {response.status}, and not in JSON that lists posts.", rejection)
        message = f"Facebook answered error {graph_error.code} for the page {page_id}: {graph_error.message}"
        if graph_error.code == _INVALID_PARAMETER:
            raise _RejectedError(message)
        raise InsightsError(message, rejection)


def _parameters(metrics: Sequence[str], since: datetime, limit: int) -> dict[str, Any]:
    insights = f",insights.metric({','.join(metrics)})" if metrics else ""
    return {"fields": _FIELDS + insights, "since": int(since.timestamp()), "limit": limit}
