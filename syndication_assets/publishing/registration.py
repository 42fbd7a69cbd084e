"""What a publisher's folder says about it: its name, and how it is opened.

Adding a publisher is adding a folder below `publishing/` with a module `registration` that has a REGISTRATION.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from syndication_assets.publishing.publisher import Publisher
from syndication_assets.settings import Settings


@dataclass(frozen=True, slots=True)
class Registration:
    """One publisher."""

    name: str
    """As in channels.social_accounts.publisher: its platform, or its platform and a name, such as facebook_graph."""
    open: Callable[[Settings], AbstractContextManager[Publisher]]
    """Opens it; its connections are closed when the context ends."""
    server_url: str | None = None
    """The server of accounts that name none, on a network of many servers."""
    needs_server: bool = False
    """Whether every account names its server."""
    fetches_pictures: bool = False
    """Whether the network fetches a picture itself, so that a picture of ours needs an address for it."""
