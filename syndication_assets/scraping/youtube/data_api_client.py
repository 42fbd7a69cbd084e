"""The YouTube Data API: the newest videos of a channel, with their counters, as the raw `videos.list` responses.

The key travels in a header, because URLs end in log lines and errors. Quota: two units for 50 videos.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.http_errors import HttpError, WithheldError
from syndication_assets.http.redaction import redact_to_line
from syndication_assets.http.response import HttpResponse
from syndication_assets.http.retries import RetryPolicy, is_transient_status
from syndication_assets.scraping.fetching.fetch_errors import AccountRejectedError, FetchError
from syndication_assets.text.outside import read_as

_IDS_A_CALL = 50
_MAXIMUM_BYTES = 64 * 1024 * 1024
_QUOTA_REASONS = {"quotaExceeded", "dailyLimitExceeded"}
_RATE_REASONS = {"rateLimitExceeded", "userRateLimitExceeded"}
_KEY_REASONS = {"keyInvalid", "keyExpired", "accessNotConfigured", "ipRefererBlocked"}

Body = TypeVar("Body")


@dataclass(frozen=True, slots=True)
class VideosResponse:
    """One `videos.list` response, untouched, and when it arrived (UTC)."""

    content: bytes
    observed_at: datetime
    is_last: bool = False
    """Whether the channel has no older videos."""


@dataclass(frozen=True, slots=True)
class YouTubeDataApi:
    """The API under one key. After a rate limit, a server error or a lost connection the request is sent again, up to
    `attempts` times in all: after `backoff`, twice that and so on, or after Retry-After, cut at `maximum_wait`.
    """

    key: str = field(repr=False)
    url: str
    timeout: timedelta = timedelta(seconds=30)
    attempts: int = 4
    backoff: timedelta = timedelta(seconds=1)
    maximum_wait: timedelta = timedelta(seconds=60)

    def __post_init__(self) -> None:
        # A header holds printable ASCII only, and the HTTP library would quote the whole key to say so.
        if not self.key.isascii() or not self.key.isprintable() or " " in self.key:
            raise AccountRejectedError(
                "SYNDICATION_YOUTUBE_API_KEY contains a character that no key has, such as a space or a line break: "
                "copy it again from Google Cloud's console."
            )

    def channel_videos(self, channel_id: str, limit: int = 50) -> list[VideosResponse]:
        """The newest `limit` videos of a channel, 50 per response; none if its list of uploads is empty."""
        return list(self.video_pages(channel_id, limit))

    def video_pages(self, channel_id: str, limit: int) -> Iterator[VideosResponse]:
        """The newest `limit` videos of a channel, page by page, each page when it is asked for: two units a page.

        FetchError for an invalid channel id, and for a channel that does not exist or never published: the API
        does not tell the two apart.
        """
        if not channel_id.startswith("UC"):
            raise FetchError(
                f"{channel_id!r} is not a YouTube channel id: it starts with UC. A @handle's id is on the channel's "
                "page under About, Share channel, Copy channel ID."
            )
        with HttpClient(
            maximum_bytes=_MAXIMUM_BYTES,
            headers={"X-Goog-Api-Key": self.key},
            request_timeout=self.timeout,
            retries=RetryPolicy(self.attempts, self.backoff, self.maximum_wait),
            provider="youtube",
        ) as client:
            for video_ids, is_last in self._upload_ids(client, channel_id, limit):
                parameters = {
                    "part": "snippet,statistics,contentDetails",
                    "id": ",".join(video_ids),
                    "maxResults": str(_IDS_A_CALL),
                }
                content = self._get(client, "videos", parameters, channel_id)
                _decode(content, _Videos, "videos.list")
                yield VideosResponse(content, datetime.now(UTC), is_last)

    def _upload_ids(self, client: HttpClient, channel_id: str, limit: int) -> Iterator[tuple[list[str], bool]]:
        """The ids of the newest videos, and whether older ones follow no more: a channel's uploads are the playlist of
        its id with UU for UC."""
        parameters = {"part": "contentDetails", "playlistId": f"UU{channel_id[2:]}"}
        seen: set[str] = set()
        while len(seen) < limit:
            parameters["maxResults"] = str(min(_IDS_A_CALL, limit - len(seen)))
            content = self._get(client, "playlistItems", parameters, channel_id)
            page = _decode(content, _PlaylistPage, "playlistItems.list")
            # A video published between two pages is listed twice.
            video_ids = list(dict.fromkeys(item.content_details.video_id for item in page.items))
            video_ids = [video_id for video_id in video_ids if video_id not in seen]
            if video_ids:
                yield video_ids, page.next_page_token is None
            if page.next_page_token is None:
                return
            seen.update(video_ids)
            parameters["pageToken"] = page.next_page_token

    def _get(self, client: HttpClient, path: str, parameters: dict[str, str], channel_id: str) -> bytes:
        try:
            response = client.get(
                f"{self.url.rstrip('/')}/{path}", parameters, is_transient=_is_transient, operation=f"{path}.list"
            )
        except WithheldError as error:
            raise AccountRejectedError(str(error)) from None
        except HttpError as error:
            attempts, problem = error.attempts, f"{error.name}: {error}"
        else:
            if response.is_ok:
                return response.content
            reason, message = _error_of(response.content)
            attempts = response.attempts
            problem = redact_to_line(f"{response.status} {reason} {message}", self.key, mark="[key]")
            if not _is_transient(response):
                raise _rejection(response.status, reason, problem, channel_id)
        raise FetchError(f"YouTube did not answer {path} in {attempts} attempts: {problem}. Fetch again later.")


def _is_transient(response: HttpResponse) -> bool:
    """Whether the request is sent again. The API answers a used-up quota and a rate limit with the same status."""
    if response.is_ok:
        return False
    reason, _ = _error_of(response.content)
    return (is_transient_status(response) or reason in _RATE_REASONS) and reason not in _QUOTA_REASONS


class _Reference(msgspec.Struct, rename="camel"):
    video_id: str


class _PlaylistItem(msgspec.Struct, rename="camel"):
    content_details: _Reference


class _PlaylistPage(msgspec.Struct, rename="camel"):
    items: list[_PlaylistItem]
    next_page_token: str | None = None


class _Videos(msgspec.Struct):
    items: list[Any]


class _Detail(msgspec.Struct):
    reason: str = ""


class _Error(msgspec.Struct):
    message: str = ""
    errors: list[_Detail] = []


class _ErrorBody(msgspec.Struct):
    error: _Error


def _decode(content: bytes, shape: type[Body], call: str) -> Body:
    try:
        return read_as(content, shape)
    except ValueError:
        pass
    raise FetchError(f"YouTube answered {call} with something that is not its API's JSON. Fetch again later.")


def _error_of(content: bytes) -> tuple[str, str]:
    """The first reason and the message of an error response; empty where it has none."""
    try:
        error = read_as(content, _ErrorBody).error
    except ValueError:
        return "", ""
    return (error.errors[0].reason if error.errors else ""), error.message


def _rejection(status: int, reason: str, problem: str, channel_id: str) -> FetchError:
    if reason in _QUOTA_REASONS:
        return AccountRejectedError(
            f"The day's quota of the YouTube Data API is used up ({problem}). It is reset at midnight Pacific time; "
            "fetch again then, or ask Google for a larger quota."
        )
    # Only the message of a 400 tells an invalid key from a bad parameter.
    if status == 401 or reason in _KEY_REASONS or (status == 400 and "api key" in problem.lower()):
        return AccountRejectedError(
            f"YouTube rejected the key: {problem}. Check SYNDICATION_YOUTUBE_API_KEY, and that its project has the "
            "YouTube Data API v3 enabled."
        )
    if status == 404:
        return FetchError(
            f"YouTube has no channel {channel_id} with public videos ({problem}). If it is gone, pause it: is_active = "
            "false in scraping.profiles."
        )
    return FetchError(f"YouTube rejected {channel_id}: {problem}")
