"""What a parser rejects: an item or a whole file, and why."""

import msgspec


class ItemRejectedError(Exception):
    """The item cannot be loaded. The message, the quarantine reason, names the key, never the payload."""


class FileRejectedError(Exception):
    """The whole file cannot be read. The message gives the reason and never quotes the content."""


class Rejected(msgspec.Struct, frozen=True, gc=False):
    """A rejected item, or the whole file if `position` is None."""

    position: int | None
    reason: str
    payload: bytes
