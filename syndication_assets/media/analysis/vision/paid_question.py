"""One request about a picture in the ledger: its cost is reserved within the budgets before it, settled after it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from syndication_assets.ai.token_counts import LONGEST_ANSWER
from syndication_assets.database.connection import transaction
from syndication_assets.http.http_errors import WithheldError
from syndication_assets.media.analysis.findings import AnalyzerDownError, Spent
from syndication_assets.media.analysis.vision.picture_question import TOKENS_OF_QUESTION
from syndication_assets.operations.usage.api_usage import Reservation, release
from syndication_assets.operations.usage.model_calls import SettledCall, reserve_within_budgets, settle
from syndication_assets.operations.usage.spending import BudgetError, Price, TokenUsage

OPERATION = "describe_picture"
_LARGEST_COST = Decimal(100_000)


def expected_cost(price: Price, output_limit: int) -> Decimal:
    """What a question costs at most if the server obeys the limit of its answer."""
    usage = TokenUsage(TOKENS_OF_QUESTION, 0, min(output_limit, LONGEST_ANSWER))
    return price.cost(usage) or Decimal(0)


@dataclass(slots=True)
class QuestionLedger:
    """Records the requests of one organization to one model."""

    url: str
    organization_id: str
    provider: str
    model: str
    price: Price | None
    reserved: Decimal
    """The amount that each request reserves: the dearest so far, if that is more than what is expected."""
    run_id: str | None

    def reserve(self) -> str:
        """The id of the request's row in the ledger; then the request may be made. AnalyzerDownError if it may not."""
        reservation = Reservation(
            organization_id=self.organization_id,
            provider=self.provider,
            operation=OPERATION,
            model=self.model,
            used_at=datetime.now(UTC),
            expected_cost=self.reserved,
            price=self.price,
        )
        try:
            with transaction(self.url) as connection:
                return reserve_within_budgets(connection, reservation, self.run_id)
        except (BudgetError, WithheldError) as error:
            raise AnalyzerDownError(str(error).rstrip(".")) from None

    def release(self, usage_id: str) -> None:
        """The request was not made."""
        with transaction(self.url) as connection:
            release(connection, self.organization_id, usage_id)

    def settle(
        self, usage_id: str, latency_ms: int, usage: TokenUsage, *, is_successful: bool, may_have_cost: bool
    ) -> Spent:
        """What the request has cost. An unknown cost stays what was reserved."""
        cost = self.price.cost(usage) if self.price is not None and usage.is_credible else None
        cost = None if cost is None or cost > _LARGEST_COST else cost
        call = SettledCall(
            self.organization_id, usage_id, latency_ms, usage, cost, is_successful, may_have_cost=may_have_cost
        )
        with transaction(self.url) as connection:
            settle(connection, call)
        self.reserved = max(self.reserved, cost or Decimal(0))
        currency = None if cost is None or self.price is None else self.price.currency
        return Spent(usage_id, latency_ms, usage.input_tokens, usage.output_tokens, cost, currency)
