"""What a parser does not take: one item, or a whole file, and why."""

import msgspec


class ItemRejectedError(Exception):
    """The item cannot be loaded; the message is the quarantine reason and names the key, never the payload."""


class FileRejectedError(Exception):
    """The whole file cannot be read; the message says why, never what is in it."""


class Rejected(msgspec.Struct, frozen=True, gc=False):
    """One item, or with `position` None the whole file, that cannot be loaded."""

    position: int | None
    reason: str
    payload: bytes
