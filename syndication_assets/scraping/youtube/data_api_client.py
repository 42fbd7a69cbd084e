"""The YouTube Data API: the newest videos of a channel, with their counters, as the raw `videos.list` responses.

The key travels in a header: httpx writes URLs into its log lines and errors. Quota: two units for 50 videos.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import msgspec

from syndication_assets.http.retry_after import seconds_to_wait
from syndication_assets.scraping.fetch_errors import AccountRefusedError, FetchError

if TYPE_CHECKING:
    import httpx

_IDS_A_CALL = 50
_QUOTA_REASONS = {"quotaExceeded", "dailyLimitExceeded"}
_RATE_REASONS = {"rateLimitExceeded", "userRateLimitExceeded"}
_KEY_REASONS = {"keyInvalid", "keyExpired", "accessNotConfigured", "ipRefererBlocked"}

Body = TypeVar("Body")


@dataclass(frozen=True, slots=True)
class VideosResponse:
    """One `videos.list` response, untouched, and when it came (UTC)."""

    content: bytes
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class YouTubeDataApi:
    """The API under one key. A rate limit, a server error or a lost connection is tried again, up to `attempts` times
    in all, after `backoff`, twice that, and so on; `Retry-After` is waited for instead, but `maximum_wait` at most.
    """

    key: str = field(repr=False)
    url: str
    timeout: timedelta = timedelta(seconds=30)
    attempts: int = 4
    backoff: timedelta = timedelta(seconds=1)
    maximum_wait: timedelta = timedelta(seconds=60)

    def __post_init__(self) -> None:
        # A header cannot hold anything else, and the HTTP library would quote the whole key to say so.
        if not self.key.isascii() or not self.key.isprintable() or " " in self.key:
            raise AccountRefusedError(
                "SYNDICATION_YOUTUBE_API_KEY has a character in it that no key has, such as a space or a line break: "
                "copy it again from Google Cloud's console."
            )

    def channel_videos(self, channel_id: str, limit: int = 50) -> list[VideosResponse]:
        """The newest `limit` videos of a channel, 50 a response. A channel with an empty list of uploads gives none.

        FetchError if it is no channel id, or there is no such channel (or one that never published: the API
        answers both alike).
        """
        import httpx  # noqa: PLC0415 - only a fetch needs it

        if not channel_id.startswith("UC"):
            raise FetchError(
                f"{channel_id!r} is not a YouTube channel id: it starts with UC. A @handle's id is on the channel's "
                "page under About, Share channel, Copy channel ID."
            )
        with httpx.Client(headers={"X-Goog-Api-Key": self.key}, timeout=self.timeout.total_seconds()) as client:
            video_ids = self._upload_ids(client, channel_id, limit)
            responses = []
            for start in range(0, len(video_ids), _IDS_A_CALL):
                parameters = {
                    "part": "snippet,statistics,contentDetails",
                    "id": ",".join(video_ids[start : start + _IDS_A_CALL]),
                    "maxResults": str(_IDS_A_CALL),
                }
                content = self._get(client, "videos", parameters, channel_id)
                _decode(content, _Videos, "videos.list")
                responses.append(VideosResponse(content, datetime.now(UTC)))
            return responses

    def _upload_ids(self, client: "httpx.Client", channel_id: str, limit: int) -> list[str]:
        """The ids of the newest videos: a channel's uploads are the playlist of its id with UU for UC."""
        parameters = {"part": "contentDetails", "playlistId": f"UU{channel_id[2:]}"}
        video_ids: dict[str, None] = {}  # a video published while we turn a page is met twice
        while len(video_ids) < limit:
            parameters["maxResults"] = str(min(_IDS_A_CALL, limit - len(video_ids)))
            content = self._get(client, "playlistItems", parameters, channel_id)
            page = _decode(content, _PlaylistPage, "playlistItems.list")
            video_ids |= dict.fromkeys(item.content_details.video_id for item in page.items)
            if page.next_page_token is None:
                break
            parameters["pageToken"] = page.next_page_token
        return list(video_ids)[:limit]

    def _get(self, client: "httpx.Client", path: str, parameters: dict[str, str], channel_id: str) -> bytes:
        import httpx  # noqa: PLC0415 - only a fetch needs it

        said = ""
        for attempt in range(1, self.attempts + 1):
            wait = self.backoff.total_seconds() * 2 ** (attempt - 1)
            try:
                response = client.get(f"{self.url.rstrip('/')}/{path}", params=parameters)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                said = self._scrubbed(f"{type(error).__name__} {error}")
            else:
                if response.status_code == httpx.codes.OK:
                    return response.content
                reason, message = _error_of(response.content)
                said = self._scrubbed(f"{response.status_code} {reason} {message}")
                is_passing = response.status_code == 429 or response.status_code >= 500 or reason in _RATE_REASONS
                if not is_passing or reason in _QUOTA_REASONS:
                    raise _refusal(response.status_code, reason, said, channel_id)
                wait = seconds_to_wait(response.headers.get("Retry-After")) or wait
            if attempt < self.attempts:
                time.sleep(min(wait, self.maximum_wait.total_seconds()))
        raise FetchError(f"YouTube did not answer {path} in {self.attempts} attempts: {said}. Fetch again later.")

    def _scrubbed(self, text: str) -> str:
        """On one line, shortened, and without the key."""
        return " ".join(text.replace(self.key, "[key]").split())[:300].rstrip(". ")


class _Reference(msgspec.Struct, rename="camel"):
    video_id: str


class _PlaylistItem(msgspec.Struct, rename="camel"):
    content_details: _Reference


class _PlaylistPage(msgspec.Struct, rename="camel"):
    items: list[_PlaylistItem]
    next_page_token: str | None = None


class _Videos(msgspec.Struct):
    items: list[msgspec.Raw]


class _Detail(msgspec.Struct):
    reason: str = ""


class _Error(msgspec.Struct):
    message: str = ""
    errors: list[_Detail] = []


class _ErrorBody(msgspec.Struct):
    error: _Error


def _decode(content: bytes, shape: type[Body], call: str) -> Body:
    try:
        return msgspec.json.decode(content, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    raise FetchError(f"YouTube answered {call} with something that is not its API's JSON. Fetch again later.")


def _error_of(content: bytes) -> tuple[str, str]:
    """The first reason and the message of an error response; empty where it has none."""
    try:
        error = msgspec.json.decode(content, type=_ErrorBody).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "", ""
    return (error.errors[0].reason if error.errors else ""), error.message


def _refusal(status_code: int, reason: str, said: str, channel_id: str) -> FetchError:
    if reason in _QUOTA_REASONS:
        return AccountRefusedError(
            f"The day's quota of the YouTube Data API is used up ({said}). It is full again at midnight Pacific time; "
            "fetch again then, or ask Google for a larger quota."
        )
    # An invalid key is a 400 that only its message tells from a bad parameter.
    if status_code == 401 or reason in _KEY_REASONS or (status_code == 400 and "api key" in said.lower()):
        return AccountRefusedError(
            f"YouTube refused the key: {said}. Check SYNDICATION_YOUTUBE_API_KEY, and that the key's project has the "
            "YouTube Data API v3 enabled."
        )
    if status_code == 404:
        return FetchError(
            f"YouTube has no channel {channel_id} with public videos ({said}). If it is gone, pause it: is_active = "
            "false in scraping.profiles."
        )
    return FetchError(f"YouTube refused {channel_id}: {said}")
