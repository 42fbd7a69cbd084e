"""The publisher that sends nothing, for accounts that only simulate. Its targets are marked as simulated."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from syndication_assets.channels.accounts.account_health import AccountHealth, AccountState
from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.publishing.publisher import Account, Listing, Post


@dataclass(frozen=True, slots=True)
class DryRun:
    """Accepts every post. A target always gets the same id, which no platform could have given."""

    def publish(self, post: Post, secret: SecretStr | None) -> Outcome:
        del secret
        return Outcome(OutcomeKind.PUBLISHED, platform_post_id=f"dry-run_{post.target_id}")

    def look_up(self, post: Post, secret: SecretStr | None, since: datetime, until: datetime) -> Listing:
        """Always empty: nothing was ever sent."""
        del post, secret, since, until
        return Listing(posts=(), is_complete=True)

    def check(self, account: Account, secret: SecretStr | None) -> AccountHealth:
        """Always connected: nothing is ever sent."""
        del account, secret
        return AccountHealth(AccountState.CONNECTED)

    def refresh(self, secret: SecretStr | None) -> SecretStr | None:
        del secret
        return None
