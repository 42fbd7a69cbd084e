"""What messages to other programs have in common: secrets by the names of variables, signatures, posts."""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from syndication_assets.errors import SyndicationError
from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.clients.public_transport import PublicTransport
from syndication_assets.http.clients.public_urls import PublicUrlError
from syndication_assets.http.http_errors import HttpError
from syndication_assets.text.outside import clean

SHOWN_OF_AN_ANSWER = 200
SECONDS = 10.0
_MOST_BYTES = 64 * 1024


class DeliveryError(SyndicationError):
    """A message was not delivered; the text says why, without any secret."""


def variable(name: str) -> str:
    """The value of an environment variable. DeliveryError if it is not set."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise DeliveryError(f"The environment variable {name} is not set for this process: set it where Dagster runs.")
    return value


def signed_headers(key: str, message_id: str, body: bytes) -> dict[str, str]:
    """The headers of Standard Webhooks: the key signs id, time and body by HMAC-SHA256."""
    timestamp = str(int(datetime.now(UTC).timestamp()))
    signed = b".".join([message_id.encode(), timestamp.encode(), body])
    signature = base64.b64encode(hmac.new(key.encode(), signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
        "content-type": "application/json",
    }


def post(
    url: str, body: bytes | dict[str, str], headers: Mapping[str, str], *, transport: PublicTransport | None = None
) -> None:
    """Posts bytes, or an object as JSON. DeliveryError unless the answer is one of success; redirects are none."""
    try:
        with HttpClient(
            maximum_bytes=_MOST_BYTES, headers=headers, request_timeout=timedelta(seconds=SECONDS), transport=transport
        ) as client:
            response = (
                client.post_once(url, json=body) if isinstance(body, dict) else client.post_once(url, content=body)
            )
    except HttpError as error:
        raise DeliveryError(f"The webhook was not reached: {error}.") from None
    except PublicUrlError as error:
        raise DeliveryError(f"The webhook's URL is refused: {error}") from None
    if not 200 <= response.status < 300:
        reason = clean(response.content.decode("utf-8", "replace"), SHOWN_OF_AN_ANSWER)
        raise DeliveryError(f"The webhook answered {response.status}: {' '.join(reason.split()) or 'nothing more'}.")
