"""How often one address may try to sign in, and one session or key ask for something. Counted in this process."""

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

SIGN_INS = RateLimitItemPerMinute(10)
"""By address. Each account is locked by itself after wrong passwords, whichever addresses they come from."""
PROVIDER_SIGN_INS = RateLimitItemPerMinute(60)
"""By address, there and back: a provider limits guesses by itself, and a whole office may have one address."""
PAGES = RateLimitItemPerMinute(600)
"""By session."""
KEYS = RateLimitItemPerMinute(600)
"""By API key, beside its quota of the day."""
WRONG_KEYS = RateLimitItemPerMinute(60)
"""By address: what asks with keys that are none is told so no more often."""


class RateLimits:
    """Whether somebody may go on."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def allows(self, limit: RateLimitItem, who: str) -> bool:
        """Counts a request; False if it is one too many."""
        return self._limiter.hit(limit, str(limit), who)
