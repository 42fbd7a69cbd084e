"""One request to a model as a row of operations.api_usage: reserved within the budgets before it, settled after it.

For requests that are no part of a log of their own: each is reserved and settled in a transaction of the caller. The
lock of the organization's budgets is held until the reservation is committed, so any number of processes together stay
within them.
"""

from dataclasses import dataclass
from decimal import Decimal

from psycopg.types.json import Jsonb

from syndication_assets.database.connection import Connection
from syndication_assets.http.http_errors import WithheldError
from syndication_assets.operations.usage.api_usage import Reservation, reserve
from syndication_assets.operations.usage.spending import BudgetError, Price, TokenUsage

_LOCK = "select pg_advisory_xact_lock(hashtext('api usage'), hashtext('budget of ' || %s))"
_PROBLEM = "select operations.budget_problem(%s, %s, %s, now())"
_SETTLE = """
update operations.api_usage
set
    latency_ms = %(latency_ms)s,
    input_tokens = %(input_tokens)s,
    cached_input_tokens = %(cached_input_tokens)s,
    output_tokens = %(output_tokens)s,
    reasoning_tokens = %(reasoning_tokens)s,
    cost = %(cost)s,
    expected_cost = case when %(cost)s::numeric is null and %(may_have_cost)s then expected_cost end,
    is_successful = %(is_successful)s
where organization_id = %(organization_id)s and usage_id = %(usage_id)s and is_successful is null
"""


@dataclass(frozen=True, slots=True)
class SettledCall:
    """What became of a request. A `cost` of None is not known."""

    organization_id: str
    usage_id: str
    latency_ms: int
    usage: TokenUsage
    cost: Decimal | None
    is_successful: bool
    may_have_cost: bool


def reserve_within_budgets(connection: Connection, reservation: Reservation, run_id: str | None) -> str:
    """The id of the request's row; the request may be made once this is committed.

    BudgetError if a budget has no room for it, WithheldError if a quota of the provider does not allow it now.
    """
    connection.execute(_LOCK, [reservation.organization_id])
    price = reservation.price
    call = {"organization_id": reservation.organization_id, "provider": reservation.provider, "operation": "model"}
    expected = (None, None) if price is None else (reservation.expected_cost, price.currency)
    ((problem,),) = connection.execute(_PROBLEM, [Jsonb(call), *expected]).fetchall()
    if problem is not None and price is None:
        raise BudgetError(
            f"There is a budget, but the price of {reservation.model} is unknown: add it with `syndication price add`."
        )
    if problem is not None:
        raise BudgetError(str(problem))
    (usage_id,) = reserve(connection, [reservation], run_id)
    if isinstance(usage_id, WithheldError):
        raise usage_id
    return usage_id


def settle(connection: Connection, call: SettledCall) -> None:
    """Replaces the reservation with the cost, or keeps it if the cost is unknown. A settled request stays as it is."""
    connection.execute(
        _SETTLE,
        {
            "organization_id": call.organization_id,
            "usage_id": call.usage_id,
            "latency_ms": call.latency_ms,
            "input_tokens": call.usage.input_tokens,
            "cached_input_tokens": call.usage.cached_input_tokens,
            "output_tokens": call.usage.output_tokens,
            "reasoning_tokens": call.usage.reasoning_tokens,
            "cost": call.cost,
            "may_have_cost": call.may_have_cost,
            "is_successful": call.is_successful,
        },
    )


def price_of(connection: Connection, provider: str, model: str) -> Price | None:
    """The price of a model today; None if it has none."""
    rows = connection.execute(
        "select price_version, currency, input_price, cached_input_price, output_price from operations.api_prices"
        " where provider = %s and model = %s and valid_from <= (now() at time zone 'utc')::date"
        " order by valid_from desc, price_version desc limit 1",
        [provider, model],
    ).fetchall()
    return Price(*rows[0]) if rows else None
