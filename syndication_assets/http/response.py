"""One complete HTTP response."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from syndication_assets.http.recording import RecordedCall
from syndication_assets.http.retry_after import seconds_to_wait


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """Status, headers and body. The body of an error is cut at 64 KiB; a redirect has none."""

    status: int
    headers: Mapping[str, str]
    """The names are case-insensitive."""
    content: bytes
    attempts: int = 1
    """How many requests were sent to get it."""
    call: RecordedCall | None = field(default=None, repr=False, compare=False)
    """The record of the last request; None if nobody records."""

    @property
    def is_ok(self) -> bool:
        return self.status == 200

    @property
    def is_redirect(self) -> bool:
        return self.status in {301, 302, 303, 307, 308} and "Location" in self.headers

    @property
    def retry_after(self) -> float | None:
        """Seconds; None if the header is missing or malformed."""
        return seconds_to_wait(self.headers.get("Retry-After"))
