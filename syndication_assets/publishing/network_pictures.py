"""The picture of a post, for networks that take its bytes: ours as it is stored, or fetched from a public address."""

from collections.abc import Callable
from datetime import timedelta

from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.http.clients.public_client import FetchError, PublicClient
from syndication_assets.http.clients.public_urls import PublicUrlError, UnresolvedUrlError, public_addresses
from syndication_assets.publishing.network_answers import RejectedError
from syndication_assets.publishing.publisher import Picture, Post

WITHOUT_ADDRESS = (
    "The network fetches a picture itself, and SYNDICATION_MEDIA_URL gives no signed addresses: put the media files "
    "into an object store, such as s3://bucket/media, or give the text a picture with a public https address."
)
_HEADERS = {"User-Agent": "syndication-assets (pictures)", "Accept": "image/*"}
_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
)


class PictureError(RejectedError):
    """The post cannot be published with its picture, so nothing was sent."""

    def __init__(self, kind: OutcomeKind, message: str) -> None:
        super().__init__(Outcome(kind, message=message, is_about_the_post=kind is OutcomeKind.PERMANENT))


def picture_of(
    post: Post,
    maximum_bytes: int,
    *,
    timeout: timedelta = timedelta(seconds=60),
    addresses_of: Callable[[str], list[str]] = public_addresses,
) -> Picture | None:
    """The picture of a post; None if it has none. PictureError as of `fetch_picture`."""
    if post.picture is not None:
        if len(post.picture.content) > maximum_bytes:
            raise PictureError(OutcomeKind.PERMANENT, f"The picture is larger than {maximum_bytes:,} bytes.")
        return post.picture
    if post.image_url is None:
        return None
    return fetch_picture(post.image_url, maximum_bytes, timeout=timeout, addresses_of=addresses_of)


def fetch_picture(
    url: str,
    maximum_bytes: int,
    *,
    timeout: timedelta = timedelta(seconds=60),
    addresses_of: Callable[[str], list[str]] = public_addresses,
) -> Picture:
    """The picture. PictureError if it is too large, no picture, or cannot be fetched at the moment."""
    client = PublicClient(
        # One more, so that a picture of exactly the limit is told from a larger one.
        maximum_bytes=maximum_bytes + 1,
        request_timeout=timeout,
        maximum_attempts=1,
        addresses_of=addresses_of,
        what="picture",
        headers=_HEADERS,
    )
    try:
        content = client.get(url)
    except UnresolvedUrlError as error:
        raise PictureError(OutcomeKind.RETRYABLE, str(error)) from None
    except PublicUrlError as error:
        raise PictureError(OutcomeKind.PERMANENT, str(error)) from None
    except FetchError as error:
        is_too_large = "larger than" in str(error)
        is_missing = error.status is not None and 400 <= error.status < 500 and error.status != 429
        kind = OutcomeKind.PERMANENT if is_too_large or is_missing else OutcomeKind.RETRYABLE
        reason = f"The picture is larger than {maximum_bytes:,} bytes." if is_too_large else str(error)
        raise PictureError(kind, reason) from None
    if len(content) > maximum_bytes:
        raise PictureError(OutcomeKind.PERMANENT, f"The picture is larger than {maximum_bytes:,} bytes.")
    media_type = media_type_of(content)
    if media_type is None:
        raise PictureError(OutcomeKind.PERMANENT, "The URL of the picture leads to no JPEG, PNG, GIF or WebP picture.")
    return Picture(content, media_type)


def media_type_of(content: bytes) -> str | None:
    """What the first bytes say, whatever a server calls it; None if they are none of a picture."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((media_type for signature, media_type in _SIGNATURES if content.startswith(signature)), None)
