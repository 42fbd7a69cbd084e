"""Removes secrets from what lands. It is the only change that landing makes to a file.

Sources write credentials into their answers: Graph lists a token with each page, and repeats the caller's token in the
links to the next page. Raw files are kept for years and read by many, so no credential belongs into them.
"""

import gzip
import io
import zlib

from syndication_assets.http.redaction import redact_secrets

_MAXIMUM_BYTES = 256 * 1024 * 1024
"""Uncompressed. A larger file is no answer of an API; its load reads it without secrets, if it reads it at all."""


def without_secrets(name: str, content: bytes) -> bytes:
    """The content of a file to land, with `[secret]` in place of each secret; the same object if it has none.

    Only JSON is changed: in a feed, text that looks like a secret is text. A compressed file with secrets is compressed
    again, always into the same bytes. A file that is not what its name says stays as it is, and the load rejects it.
    """
    if name.endswith(".json"):
        return redact_secrets(content)
    if not name.endswith(".json.gz"):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            text = stream.read(_MAXIMUM_BYTES + 1)
    except (gzip.BadGzipFile, zlib.error, EOFError):
        return content
    if len(text) > _MAXIMUM_BYTES:
        return content
    redacted = redact_secrets(text)
    return content if redacted is text else gzip.compress(redacted, mtime=0)
