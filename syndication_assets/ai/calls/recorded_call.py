"""One request to a language model, as it is recorded."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syndication_assets.http.recording import CallResult
from syndication_assets.operations.usage.spending import Charge, Price, TokenUsage


@dataclass(frozen=True, slots=True)
class Call:
    """One request, with its answer or its error. Exactly one of `response` and `error_message` is set."""

    organization_id: str
    usage_id: str
    post_core_id: str | None
    variation: int | None
    attempt: int
    model: str
    prompt: str
    response: str | None
    error_message: str | None
    called_at: datetime
    latency_ms: int
    usage: TokenUsage
    charge: Charge
    price: Price | None
    post_ids: tuple[str, ...] = ()
    """The scraped posts that it is about."""


def result_of(call: Call) -> CallResult:
    """What the totals of a run count."""
    tokens = {"input_tokens": call.usage.input_tokens, "output_tokens": call.usage.output_tokens}
    return CallResult(
        is_successful=call.error_message is None,
        units={unit: count for unit, count in tokens.items() if count is not None},
        cost=call.charge.cost,
        currency=None if call.price is None else call.price.currency,
    )


def row_of(call: Call) -> str:
    """The row of ai.llm_calls as JSON, with what the row of operations.api_usage becomes."""
    price = None if call.charge == Charge() else call.price
    row: dict[str, Any] = {
        "organization_id": call.organization_id,
        "usage_id": call.usage_id,
        "post_core_id": call.post_core_id,
        "variation": call.variation,
        "post_ids": list(call.post_ids) or None,
        "attempt": call.attempt,
        "model": call.model,
        "prompt": call.prompt,
        "response": call.response,
        "error_message": call.error_message,
        "called_at": call.called_at.isoformat(),
        "latency_ms": call.latency_ms,
        "input_tokens": call.usage.input_tokens,
        "cached_input_tokens": call.usage.cached_input_tokens,
        "output_tokens": call.usage.output_tokens,
        "reasoning_tokens": call.usage.reasoning_tokens,
        "cost": None if call.charge.cost is None else str(call.charge.cost),
        "expected_cost": None if call.charge.expected_cost is None else str(call.charge.expected_cost),
        "currency": None if price is None else price.currency,
        "price_version": None if price is None else price.version,
    }
    return json.dumps(row)
