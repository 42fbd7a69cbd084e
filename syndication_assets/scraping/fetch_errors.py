"""What may go wrong with one profile, whatever the platform."""

from syndication_assets.errors import SyndicationError


class FetchError(SyndicationError):
    """One profile could not be fetched. `cost_usd` is the price of the failed attempt; None if it is unknown."""

    def __init__(self, message: str, cost_usd: float | None = None) -> None:
        super().__init__(message)
        self.cost_usd = cost_usd


class AccountRefusedError(FetchError):
    """The account, its token or its quota is refused: every other profile would fail too."""
