"""A route: what is asked for, who may ask, and who answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from starlette.responses import Response

from syndication_assets.web.page import Page

Handler = Callable[[Page], Response]


@dataclass(frozen=True, slots=True)
class PageRoute:
    """One method of one path. Without a permission, each member may."""

    method: Literal["GET", "POST"]
    path: str
    handler: Handler
    permission: str | None = None
    """A row of tenancy.permissions, in the current organization."""
    is_public: bool = False
    """Whether it answers without a session."""
    takes_file: bool = False
    """Whether its form may have a file; `uploads.py` names its path too."""
