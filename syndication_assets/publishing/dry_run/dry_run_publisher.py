"""The publisher that sends nothing: for accounts that only rehearse. What it does is marked as simulated."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from syndication_assets.channels.outcome import Outcome, OutcomeKind
from syndication_assets.publishing.publisher import Listing, Post


@dataclass(frozen=True, slots=True)
class DryRun:
    """Takes every post. The same target gets the same id each time, and no id looks like a platform's."""

    def publish(self, post: Post, secret: SecretStr | None) -> Outcome:
        del secret
        return Outcome(OutcomeKind.PUBLISHED, platform_post_id=f"dry-run_{post.target_id}")

    def look_up(self, post: Post, secret: SecretStr | None, since: datetime, until: datetime) -> Listing:
        """Nothing was sent, so nothing can be there."""
        del post, secret, since, until
        return Listing(posts=(), is_complete=True)

    def refresh(self, secret: SecretStr | None) -> SecretStr | None:
        del secret
        return None
