"""The errors of fetching a profile, on any platform."""

from syndication_assets.errors import SyndicationError


class FetchError(SyndicationError):
    """A profile could not be fetched. `cost_usd` is the cost of the failed attempt; None if unknown."""

    def __init__(self, message: str, cost_usd: float | None = None) -> None:
        super().__init__(message)
        self.cost_usd = cost_usd


class AccountRejectedError(FetchError):
    """The platform rejects the account, its token or its quota: every other profile would fail too."""
