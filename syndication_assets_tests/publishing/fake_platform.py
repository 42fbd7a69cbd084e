"""A platform in memory that counts what it really took, and a publisher whose answers a test decides."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import SecretStr

from syndication_assets.channels.outcome import Outcome, OutcomeKind
from syndication_assets.publishing.publisher import Listing, Post, RemotePost


class CrashError(BaseException):
    """The process dies here, as far as the code under test is concerned."""


@dataclass
class FakePlatform:
    """Takes every post, unless an answer is queued."""

    taken: list[tuple[str, str, datetime]] = field(default_factory=list)
    """(id, text, when) of what is on the page."""
    answers: deque[Callable[["FakePlatform", Post], Outcome]] = field(default_factory=deque)
    calls: list[Post] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    new_secret: str | None = None
    is_listing_complete: bool = True
    listing_refusal: Outcome | None = None
    lookups: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def publish(self, post: Post, secret: SecretStr | None) -> Outcome:
        with self.lock:
            self.calls.append(post)
            self.secrets.append(secret and secret.get_secret_value())
            answer = self.answers.popleft() if self.answers else take
            return answer(self, post)

    def look_up(self, post: Post, secret: SecretStr | None, since: datetime, until: datetime) -> Listing:
        del secret
        self.lookups += 1
        if self.listing_refusal is not None:
            return Listing((), is_complete=False, reason="it was refused", refusal=self.listing_refusal)
        posts = [
            RemotePost(post_id, None, at, text == post.text) for post_id, text, at in self.taken if since <= at <= until
        ]
        return Listing(posts, self.is_listing_complete, None if self.is_listing_complete else "it is down")

    def refresh(self, secret: SecretStr | None) -> SecretStr | None:
        del secret
        return SecretStr(self.new_secret) if self.new_secret else None

    def texts(self) -> list[str]:
        return [text for _, text, _ in self.taken]


def take(platform: FakePlatform, post: Post) -> Outcome:
    post_id = f"page_{len(platform.taken) + 1}"
    platform.taken.append((post_id, post.text, datetime.now(UTC)))
    return Outcome(OutcomeKind.PUBLISHED, platform_post_id=post_id, http_status=200)


def take_and_lose_the_answer(platform: FakePlatform, post: Post) -> Outcome:
    take(platform, post)
    return Outcome(OutcomeKind.UNKNOWN, message="The answer did not come.")


def lose_the_question(_platform: FakePlatform, _post: Post) -> Outcome:
    return Outcome(OutcomeKind.UNKNOWN, message="The answer did not come.")


def take_and_crash(platform: FakePlatform, post: Post) -> Outcome:
    take(platform, post)
    raise CrashError


def crash_before_sending(_platform: FakePlatform, _post: Post) -> Outcome:
    raise CrashError


def refuse(kind: OutcomeKind, **more: object) -> Callable[[FakePlatform, Post], Outcome]:
    outcome = Outcome(kind, message=f"It was {kind.value}.", **more)  # type: ignore[arg-type]
    return lambda _platform, _post: outcome
