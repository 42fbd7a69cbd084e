"""Signed media URLs that expire: the path identifies the picture, the query changes with every scrape."""

from zlib import crc32

MEDIA_HOST = "https://media.linkedin.example/dms"
VALID_MS = 14 * 86_400_000


def signed_url(path: str, observed_ms: int) -> str:
    """The URL of `path` as scraped at this time: valid for two weeks, with a query that changes with the time."""
    signature = (crc32(path.encode()) << 24) ^ observed_ms
    return f"{MEDIA_HOST}/{path}?e={(observed_ms + VALID_MS) // 1000}&v=beta&t={signature:016x}"
