"""What all pages of one application share: the database, the templates, the cookie and the limits."""

import re
from dataclasses import dataclass, field
from datetime import timedelta

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from syndication_assets.settings import Settings
from syndication_assets.tenancy.people import sign_in_attempts
from syndication_assets.web.channel_names import ChannelNames
from syndication_assets.web.provider.discovery import Discovery
from syndication_assets.web.rate_limits import RateLimits


def _commands(sentence: str) -> Markup:
    """A sentence whose commands stand between backticks, with these as code. Everything else stays words."""
    parts = re.split("`([^`\n]+)`", sentence)
    return Markup("").join(
        Markup('<code dir="ltr">{}</code>').format(part) if number % 2 else part for number, part in enumerate(parts)
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("syndication_assets.web"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["commands"] = _commands
    return environment


@dataclass(frozen=True, slots=True)
class Site:
    """One application over a migrated database."""

    database_url: str
    settings: Settings
    environment: Environment = field(default_factory=_environment)
    discovery: Discovery = field(default_factory=Discovery)
    names: ChannelNames = field(init=False)
    limits: RateLimits = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", ChannelNames(self.database_url))
        object.__setattr__(self, "limits", RateLimits(self.database_url))

    @property
    def _is_secure(self) -> bool:
        return (self.settings.web_url or "").startswith("https://")

    @property
    def _cookie(self) -> str:
        # With the prefix, a browser takes the cookie only over TLS, and from this host only.
        return "__Host-session" if self._is_secure else "session"

    @property
    def _attempt_cookie(self) -> str:
        return "__Host-attempt" if self._is_secure else "attempt"

    def own_address(self, request: Request) -> str:
        """Scheme and host of the pages, as browsers reach them; the host was checked."""
        return (self.settings.web_url or str(request.base_url)).rstrip("/")

    def session_token(self, request: Request) -> str | None:
        """The cookie of a session; None without one."""
        return request.cookies.get(self._cookie)

    def give_session(self, response: Response, token: str, valid_for: timedelta) -> None:
        """Lets the browser keep the token of a session, out of reach of scripts and other sites."""
        response.set_cookie(
            self._cookie,
            token,
            max_age=int(valid_for.total_seconds()),
            httponly=True,
            secure=self._is_secure,
            samesite="lax",
        )

    def take_session(self, response: Response) -> None:
        """Lets the browser forget the token."""
        response.delete_cookie(self._cookie, httponly=True, secure=self._is_secure, samesite="lax")

    def attempt_token(self, request: Request) -> str:
        """The cookie of a browser that was sent to a provider; empty without one."""
        return request.cookies.get(self._attempt_cookie, "")

    def give_attempt(self, response: Response, token: str) -> None:
        """Lets the browser that is sent to a provider be known when it comes back."""
        response.set_cookie(
            self._attempt_cookie,
            token,
            max_age=int(sign_in_attempts.VALID_FOR.total_seconds()),
            httponly=True,
            secure=self._is_secure,
            samesite="lax",
        )

    def take_attempt(self, response: Response) -> None:
        """Lets the browser forget it."""
        response.delete_cookie(self._attempt_cookie, httponly=True, secure=self._is_secure, samesite="lax")
