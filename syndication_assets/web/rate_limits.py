"""How often one address may try to sign in, and one session or key ask for something, whichever process answers."""

import time
from typing import NamedTuple

from syndication_assets.database.connection import transaction
from syndication_assets.tenancy.request_rates import count_in_minute, forget_old_rates


class PerMinute(NamedTuple):
    """How often something may happen within a minute."""

    amount: int

    def __str__(self) -> str:
        """The name under which it is counted."""
        return f"{self.amount} per 1 minute"


SIGN_INS = PerMinute(10)
"""By address. Each account is locked by itself after wrong passwords, whichever addresses they come from."""
PROVIDER_SIGN_INS = PerMinute(60)
"""By address, there and back: a provider limits guesses by itself, and a whole office may have one address."""
PAGES = PerMinute(600)
"""By session."""
KEYS = PerMinute(600)
"""By API key, beside its quota of the day."""
WRONG_KEYS = PerMinute(60)
"""By address: what asks with keys that are none is told so no more often."""
_SECONDS_BETWEEN_CLEANINGS = 300.0


class RateLimits:
    """Whether somebody may go on. Counted in the database, because several processes may answer behind one address."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._cleaned_at = time.monotonic()

    def allows(self, limit: PerMinute, who: str) -> bool:
        """Counts a request; False if it is one too many."""
        # On its own: what is refused and rolled back counts, too.
        with transaction(self._database_url) as connection:
            if time.monotonic() - self._cleaned_at > _SECONDS_BETWEEN_CLEANINGS:
                self._cleaned_at = time.monotonic()
                forget_old_rates(connection)
            return count_in_minute(connection, str(limit), who, limit.amount)
