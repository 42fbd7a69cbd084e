"""A platform in memory that records the posts it accepts, and a publisher whose responses a test scripts."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import SecretStr

from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.publishing.publisher import Listing, Post, RemotePost


class CrashError(BaseException):
    """Stands for the death of the process."""


@dataclass
class FakePlatform:
    """Accepts every post, unless a response is queued."""

    accepted: list[tuple[str, str, datetime]] = field(default_factory=list)
    """(id, text, time) of the posts on the page."""
    responses: deque["Response"] = field(default_factory=deque)
    calls: list[Post] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    new_secret: str | None = None
    is_listing_complete: bool = True
    listing_rejection: Outcome | None = None
    lookups: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def publish(self, post: Post, secret: SecretStr | None) -> Outcome:
        with self.lock:
            self.calls.append(post)
            self.secrets.append(secret and secret.get_secret_value())
            response = self.responses.popleft() if self.responses else accept
            return response(self, post)

    def look_up(self, post: Post, secret: SecretStr | None, since: datetime, until: datetime) -> Listing:
        del secret
        self.lookups += 1
        if self.listing_rejection is not None:
            return Listing((), is_complete=False, reason="it was rejected", rejection=self.listing_rejection)
        posts = [
            RemotePost(post_id, None, at, text == post.text)
            for post_id, text, at in self.accepted
            if since <= at <= until
        ]
        return Listing(posts, self.is_listing_complete, None if self.is_listing_complete else "it is down")

    def refresh(self, secret: SecretStr | None) -> SecretStr | None:
        del secret
        return SecretStr(self.new_secret) if self.new_secret else None

    def texts(self) -> list[str]:
        return [text for _, text, _ in self.accepted]


Response = Callable[[FakePlatform, Post], Outcome]
"""Decides what the platform does with a post, and the outcome of the call."""


def accept(platform: FakePlatform, post: Post) -> Outcome:
    post_id = f"page_{len(platform.accepted) + 1}"
    platform.accepted.append((post_id, post.text, datetime.now(UTC)))
    return Outcome(OutcomeKind.PUBLISHED, platform_post_id=post_id, http_status=200)


def accept_and_lose_the_response(platform: FakePlatform, post: Post) -> Outcome:
    accept(platform, post)
    return Outcome(OutcomeKind.UNKNOWN, message="No response arrived.")


def lose_the_request(_platform: FakePlatform, _post: Post) -> Outcome:
    return Outcome(OutcomeKind.UNKNOWN, message="No response arrived.")


def accept_and_crash(platform: FakePlatform, post: Post) -> Outcome:
    accept(platform, post)
    raise CrashError


def crash_before_sending(_platform: FakePlatform, _post: Post) -> Outcome:
    raise CrashError


def reject_with(kind: OutcomeKind, **more: object) -> Response:
    outcome = Outcome(kind, message=f"It was {kind.value}.", **more)  # type: ignore[arg-type]
    return lambda _platform, _post: outcome
