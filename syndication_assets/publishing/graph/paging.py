"""Where the next part of a listing is, as the Graph API says it."""

import msgspec


class Cursors(msgspec.Struct):
    after: str | None = None


class Paging(msgspec.Struct):
    """`next` is an address with the token in it, so the next part is asked for by its cursor."""

    cursors: Cursors = msgspec.field(default_factory=Cursors)
    next: str | None = None
