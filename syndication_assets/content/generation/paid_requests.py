"""The requests that one question about a post costs: each is reserved before it is sent, and logged with its cost."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from syndication_assets.ai.call_log import CallLog
from syndication_assets.ai.language_model import LanguageModel, RequestLog
from syndication_assets.ai.language_model_answers import Answer, LanguageModelError
from syndication_assets.ai.prompts import Messages, as_text
from syndication_assets.ai.recorded_call import Call
from syndication_assets.ai.token_counts import LONGEST_ANSWER, estimated_tokens
from syndication_assets.content.generation.posts_to_write import PostToWrite
from syndication_assets.content.generation.writing import WrittenText
from syndication_assets.http.http_errors import WithheldError
from syndication_assets.operations.usage.api_usage import Reservation
from syndication_assets.operations.usage.spending import BudgetError, Spending


class UnwrittenError(Exception):
    """There is no text for a post in this run; the message is the reason."""

    def __init__(self, reason: str, *, is_model_down: bool = False) -> None:
        super().__init__(reason)
        self.is_model_down = is_model_down


@dataclass(slots=True)
class PaidRequests(RequestLog):
    """Reserves the cost of each request of one question, commits it, and logs the request when it is over.

    UnwrittenError if the budgets or the provider's quotas have no room, or if no more requests are made.
    """

    post: PostToWrite
    model: LanguageModel
    spending: Spending
    log: CallLog[WrittenText]
    attempt: int
    messages: Messages
    stop_reasons: list[str]
    """Why no more requests are made in this run; empty as long as requests are made."""
    _reserved: Decimal = Decimal(0)
    _usage_id: str = ""
    _called_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def reserve(self) -> None:
        tokens = estimated_tokens(self.messages)
        estimate = self.spending.expected_cost(tokens, self.model.output_limit)
        unlimited = self.spending.expected_cost(tokens, max(self.model.output_limit, LONGEST_ANSWER))
        while not await self._is_reserved(estimate, unlimited):
            pass

    async def _is_reserved(self, estimate: Decimal, unlimited: Decimal) -> bool:
        """Reserves here and, among the calls of all processes, in the database. False if that failed because calls of
        this run counted with more than they have cost since: it may succeed now.
        """
        self._stop_if_told()
        try:
            self._reserved = await self.spending.reserve(estimate, unlimited)
        except BudgetError as error:
            raise UnwrittenError(str(error)) from None
        try:
            self._stop_if_told()
            self._usage_id = await self.log.reserve(
                Reservation(
                    organization_id=self.post.organization_id,
                    provider=self.log.provider,
                    operation="write_post",
                    model=self.model.model,
                    used_at=datetime.now(UTC),
                    expected_cost=self._reserved,
                    price=self.spending.price,
                )
            )
        except WithheldError as error:
            self.spending.release(self._reserved)
            is_of_budget = error.free_at is None
            if is_of_budget and (await self.log.written() or await self.spending.settlement()):
                return False
            raise UnwrittenError(str(error)) from None
        except BaseException:
            self.spending.release(self._reserved)
            raise
        return True

    def before_request(self) -> None:
        self._stop_if_told()
        self._called_at = datetime.now(UTC)

    def release(self) -> None:
        self.spending.release(self._reserved)
        self.log.release(self.post.organization_id, self._usage_id)

    def after_request(self, result: Answer | LanguageModelError) -> None:
        may_have_cost = isinstance(result, Answer) or result.may_have_cost
        charge = self.spending.settle(self._reserved, result.usage, may_have_cost=may_have_cost)
        if isinstance(result, LanguageModelError) and result.ends_all:
            self.stop_reasons.append(str(result))
        self.log.add_call(
            Call(
                organization_id=self.post.organization_id,
                usage_id=self._usage_id,
                post_core_id=self.post.post_core_id,
                variation=self.post.variation,
                attempt=self.attempt,
                model=self.model.model,
                prompt=as_text(self.messages),
                response=result.response if isinstance(result, Answer) else None,
                error_message=None if isinstance(result, Answer) else f"{result.kind}: {result}",
                called_at=self._called_at,
                latency_ms=result.latency_ms,
                usage=result.usage,
                charge=charge,
                price=self.spending.price,
            )
        )

    def _stop_if_told(self) -> None:
        if self.stop_reasons:
            raise UnwrittenError(self.stop_reasons[0], is_model_down=True)
