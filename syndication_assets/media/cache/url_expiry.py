"""When a signed URL of a picture or video expires, as its parameters say. Pure.

Instagram and Facebook sign with `oe` (hexadecimal seconds), LinkedIn with `e`, TikTok with `x-expires`, CloudFront and
Amazon S3 with `Expires`, other servers with `exp` (seconds), Amazon S3 and Google Cloud Storage with a date and a
number of seconds.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

_SECONDS = ("e", "expires", "exp", "x-expires")
_SECONDS_SINCE_1970 = re.compile(r"[0-9]{10}")
_MILLISECONDS_SINCE_1970 = re.compile(r"[0-9]{13}")
_HEXADECIMAL_SECONDS = re.compile(r"[0-9a-fA-F]{8}")
_LONGEST_SECONDS = re.compile(r"[0-9]{1,8}")
_FIRST_YEAR, _LAST_YEAR = 2010, 2100


def url_expiry(url: str) -> datetime | None:
    """The time in UTC; None if the URL does not say it, or says something else than a time of our century."""
    try:
        parameters = {name.lower(): value for name, value in parse_qsl(urlsplit(url).query, max_num_fields=100)}
    except ValueError:
        return None
    times = [time for time in _times(parameters) if _FIRST_YEAR <= time.year <= _LAST_YEAR]
    return min(times, default=None)


def expiry_when_seen(url: str, observed_at: datetime) -> datetime | None:
    """When the URL expires; None, too, if that was before a platform showed it, because then the parameter means
    something else.
    """
    expires_at = url_expiry(url)
    return None if expires_at is not None and expires_at <= observed_at else expires_at


def _times(parameters: Mapping[str, str]) -> list[datetime]:
    found: list[datetime] = []
    if _HEXADECIMAL_SECONDS.fullmatch(parameters.get("oe", "")):
        found.append(datetime.fromtimestamp(int(parameters["oe"], 16), UTC))
    for name in _SECONDS:
        value = parameters.get(name, "")
        if _SECONDS_SINCE_1970.fullmatch(value):
            found.append(datetime.fromtimestamp(int(value), UTC))
        elif _MILLISECONDS_SINCE_1970.fullmatch(value):
            found.append(datetime.fromtimestamp(int(value) // 1000, UTC))
    for vendor in ("amz", "goog"):
        seconds = parameters.get(f"x-{vendor}-expires", "")
        if _LONGEST_SECONDS.fullmatch(seconds):
            try:
                signed_at = datetime.strptime(parameters.get(f"x-{vendor}-date", "") + "+0000", "%Y%m%dT%H%M%SZ%z")
            except ValueError:
                continue
            found.append(signed_at + timedelta(seconds=int(seconds)))
    return found
