"""A request as the client sends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Parameters = Mapping[str, str | int]
Files = Mapping[str, tuple[str, bytes, str]]
"""Field of a form → name of the file, content, media type."""


@dataclass(frozen=True, slots=True)
class Request:
    """What `operation`, `priced_units` and `quota_units` are, `HttpClient` says."""

    method: str
    url: str
    parameters: Parameters | None = None
    headers: Mapping[str, str] | None = None
    form: Mapping[str, str] | None = None
    json: Any = None
    files: Files | None = None
    content: bytes | None = None
    operation: str = ""
    priced_units: Mapping[str, int] | None = None
    quota_units: int = 1
