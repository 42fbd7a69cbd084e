"""What a question about a picture costs: expected before it, and spent after it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from syndication_assets.ai.calls.paid_requests import PaidRequests
from syndication_assets.ai.chat_completions.answers import Answer, ErrorKind, LanguageModelError
from syndication_assets.ai.chat_completions.token_counts import LONGEST_ANSWER
from syndication_assets.media.analysis.findings import Spent
from syndication_assets.media.analysis.vision.picture_question import TOKENS_OF_QUESTION
from syndication_assets.operations.usage.spending import Price, TokenUsage

OPERATION = "describe_picture"


def expected_cost(price: Price, output_limit: int) -> Decimal:
    """What a question costs at most if the server obeys the limit of its answer."""
    usage = TokenUsage(TOKENS_OF_QUESTION, 0, min(output_limit, LONGEST_ANSWER))
    return price.cost(usage) or Decimal(0)


@dataclass(slots=True)
class PictureRequests(PaidRequests[None]):
    """The requests of one question. One that never reached the server leaves nothing on record."""

    spent: Spent | None = None
    """What the last request has used and cost; None if none was made."""

    def after_request(self, result: Answer[Any] | LanguageModelError) -> None:
        if isinstance(result, LanguageModelError) and result.kind is ErrorKind.UNREACHABLE:
            self.release()
            return
        # Not super(), which a class with slots that a decorator has made anew does not find.
        PaidRequests.after_request(self, result)
        call = self.last_call
        if call is not None:
            cost = call.charge.cost
            currency = None if cost is None or call.price is None else call.price.currency
            usage = call.usage
            self.spent = Spent(call.usage_id, call.latency_ms, usage.input_tokens, usage.output_tokens, cost, currency)
