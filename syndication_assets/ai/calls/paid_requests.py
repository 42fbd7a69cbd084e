"""The requests that one question costs: each is reserved before it is sent, and logged with its cost."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Generic

from syndication_assets.ai.answer_forms import AnswerForm
from syndication_assets.ai.calls.call_log import CallLog, Result
from syndication_assets.ai.calls.recorded_call import Call
from syndication_assets.ai.chat_completions.answers import Answer, LanguageModelError
from syndication_assets.ai.chat_completions.language_model import LanguageModel, RequestLog
from syndication_assets.ai.chat_completions.token_counts import LONGEST_ANSWER, estimated_tokens
from syndication_assets.ai.prompts import Messages, as_text
from syndication_assets.http.http_errors import WithheldError
from syndication_assets.operations.usage.api_usage import Reservation
from syndication_assets.operations.usage.spending import BudgetError, Spending


class UnansweredError(Exception):
    """There is no answer in this run; the message is the reason."""

    def __init__(self, reason: str, *, is_model_down: bool = False) -> None:
        super().__init__(reason)
        self.is_model_down = is_model_down


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about: a variation of a post of ours, or posts that were scraped."""

    organization_id: str
    operation: str
    """As operations.api_usage names it."""
    post_core_id: str | None = None
    variation: int | None = None
    post_ids: tuple[str, ...] = ()


def _nothing(_: Answer[Any], _usage_id: str) -> list[Any]:
    return []


@dataclass(slots=True)
class PaidRequests(RequestLog, Generic[Result]):
    """Reserves the cost of each request of one question, commits it, and logs the request when it is over.

    UnansweredError if the budgets or the provider's quotas have no room, or if no more requests are made.
    """

    subject: Subject
    model: LanguageModel
    spending: Spending
    log: CallLog[Result]
    attempt: int
    messages: Messages
    form: AnswerForm[Any]
    stop_reasons: list[str]
    """Why no more requests are made in this run; empty as long as requests are made."""
    read_results: Callable[[Answer[Any], str], list[Result]] = _nothing
    """The results that an answer gives at once, with the id of its usage: they are stored with the call, so what was
    paid for is there as soon as it is on record.
    """
    last_call: Call | None = None
    """The request that ended last, as it is recorded."""
    _reserved: Decimal = Decimal(0)
    _usage_id: str = ""
    _called_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def reserve(self) -> None:
        tokens = estimated_tokens(self.messages, self.form)
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
            raise UnansweredError(str(error)) from None
        writes_before = self.log.writes_done
        try:
            self._stop_if_told()
            self._usage_id = await self.log.reserve(
                Reservation(
                    organization_id=self.subject.organization_id,
                    provider=self.log.provider,
                    operation=self.subject.operation,
                    model=self.model.model,
                    used_at=datetime.now(UTC),
                    expected_cost=self._reserved,
                    price=self.spending.price,
                )
            )
        except WithheldError as error:
            self.spending.release(self._reserved)
            is_of_budget = error.free_at is None
            # Another call may have ended between the answer of the database and now.
            has_changed = self.log.writes_done > writes_before
            if is_of_budget and (has_changed or await self.log.written() or await self.spending.settlement()):
                return False
            raise UnansweredError(str(error)) from None
        except BaseException:
            self.spending.release(self._reserved)
            raise
        return True

    def before_request(self) -> None:
        self._stop_if_told()
        self._called_at = datetime.now(UTC)

    def release(self) -> None:
        self.spending.release(self._reserved)
        self.log.release(self.subject.organization_id, self._usage_id)

    def after_request(self, result: Answer[Any] | LanguageModelError) -> None:
        may_have_cost = isinstance(result, Answer) or result.may_have_cost
        charge = self.spending.settle(self._reserved, result.usage, may_have_cost=may_have_cost)
        if isinstance(result, LanguageModelError) and result.ends_all:
            self.stop_reasons.append(str(result))
        call = Call(
            organization_id=self.subject.organization_id,
            usage_id=self._usage_id,
            post_core_id=self.subject.post_core_id,
            variation=self.subject.variation,
            post_ids=self.subject.post_ids,
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
        self.last_call = call
        results = self.read_results(result, self._usage_id) if isinstance(result, Answer) else []
        self.log.add_call(call, results)

    def _stop_if_told(self) -> None:
        if self.stop_reasons:
            raise UnansweredError(self.stop_reasons[0], is_model_down=True)
