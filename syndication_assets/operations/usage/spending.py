"""The cost of paid calls, and whether a budget allows another call.

A budget is an amount per UTC day or month, for all providers or for one (operations.budgets); what is used of it is
one function of the database (operations.budgets_used), which alerts, metrics and checks read too. Before a call its
expected cost is reserved; after the call the actual cost replaces the reservation. So concurrent calls cannot spend the
same money: those of one run wait for each other here, and operations.reserve_calls counts those of all processes. If a
call's usage is not reported, or reported as zero, the budget keeps counting the expected cost: an unknown cost is not
zero.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError

_PER_MILLION = Decimal(1_000_000)
_SMALLEST_COST = Decimal("0.00000001")
_LARGEST_COST = Decimal("999999.99999999")
"""What a column of operations.api_usage holds. No call costs a million."""


class BudgetError(SyndicationError):
    """A budget allows no call; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """The tokens used by a call, as reported by the server; None if not reported."""

    input_tokens: int | None = None
    """Includes cached input tokens."""
    cached_input_tokens: int | None = None
    output_tokens: int | None = None
    """Includes reasoning tokens."""
    reasoning_tokens: int | None = None

    @property
    def is_credible(self) -> bool:
        """Whether the server counted: no call of a model is without input or output."""
        return bool(self.input_tokens) and bool(self.output_tokens)


@dataclass(frozen=True, slots=True)
class Price:
    """One row of operations.api_prices: amounts per million tokens."""

    version: int
    currency: str
    input_price: Decimal
    cached_input_price: Decimal
    output_price: Decimal

    def cost(self, usage: TokenUsage) -> Decimal | None:
        """The cost of a call; None if the usage was not reported. Cached tokens have their own price."""
        if usage.input_tokens is None or usage.output_tokens is None:
            return None
        cached = min(usage.cached_input_tokens or 0, usage.input_tokens)
        cost = (
            (usage.input_tokens - cached) * self.input_price
            + cached * self.cached_input_price
            + usage.output_tokens * self.output_price
        )
        return (cost / _PER_MILLION).quantize(_SMALLEST_COST)


@dataclass(frozen=True, slots=True)
class Charge:
    """The cost of a call, or its expected cost if the cost is unknown. Both are None if it was free or has no price."""

    cost: Decimal | None = None
    expected_cost: Decimal | None = None


@dataclass(slots=True)
class Budget:
    """The amount that may be spent in a period, and how much of it is spent, expected and reserved."""

    period: str
    provider: str
    """`all` for the calls of every provider."""
    amount: Decimal
    currency: str
    spent: Decimal
    expected: Decimal = Decimal(0)
    """Expected cost of finished calls whose actual cost is unknown."""
    reserved: Decimal = Decimal(0)
    """Expected cost of calls in progress."""

    @property
    def name(self) -> str:
        """The period and, if it is not all of them, the provider."""
        return self.period if self.provider == "all" else f"{self.period} for {self.provider}"

    @property
    def used(self) -> Decimal:
        return self.spent + self.expected

    def __str__(self) -> str:
        expected = f" and {self.expected:.4f} expected for calls of unknown cost" if self.expected else ""
        return f"{self.spent:.4f} spent{expected} of {self.amount:f} {self.currency}"


@dataclass(slots=True)
class Spending:
    """The budgets of one organization for the calls of one model."""

    organization: str
    model: str
    price: Price | None
    budgets: list[Budget]
    warn_from: Decimal | None
    """Share of a budget from which on people are warned; None never warns."""
    warnings: list[str] = field(default_factory=list)
    """One warning per budget, when that share of it is used."""
    _warned: set[str] = field(default_factory=set)
    _in_progress: int = 0
    """Calls that are reserved and not settled."""
    _is_measured: bool = False
    """Whether a call of this run was settled with a cost."""
    _dearest: Decimal = Decimal(0)
    _settled: asyncio.Event = field(default_factory=asyncio.Event)

    async def reserve(self, estimate: Decimal, unlimited: Decimal) -> Decimal:
        """Reserves the cost of a call, as soon as the budgets have room for it, and returns the amount.

        A server may ignore the limit of its answers; then a call costs `unlimited` at most. So as long as no call of
        the run is settled, there are only as many calls at a time as the budgets can pay without the limit, but at
        least one; afterwards, calls at the same time reserve the dearest cost so far. BudgetError if there is no room
        although no call is in progress.
        """
        while True:
            expected = max(estimate, self._dearest) if self._in_progress else estimate
            problem = self._rejection(expected)
            if problem is None and (self._is_measured or not self._in_progress or self._can_pay_all(unlimited)):
                break
            if problem is not None and not self._in_progress:
                raise BudgetError(problem)
            self._settled.clear()
            await self._settled.wait()
        self._in_progress += 1
        for budget in self.budgets:
            budget.reserved += expected
        return expected

    def settle(self, reserved: Decimal, usage: TokenUsage, *, may_have_cost: bool = True) -> Charge:
        """Replaces a reservation with the actual cost, or with the reserved cost if the actual cost is unknown."""
        cost = None
        if self.price is not None and usage.is_credible:
            cost = self.price.cost(usage)
        if cost is not None and cost > _LARGEST_COST:
            cost = None
        is_expected = self.price is not None and cost is None and may_have_cost
        charge = Charge(cost, reserved if is_expected else None)
        self._in_progress -= 1
        self._is_measured = self._is_measured or charge != Charge()
        self._dearest = max(self._dearest, charge.cost or Decimal(0))
        for budget in self.budgets:
            budget.reserved -= reserved
            budget.spent += charge.cost or 0
            budget.expected += charge.expected_cost or 0
            is_high = self.warn_from is not None and budget.used >= self.warn_from * budget.amount
            if is_high and budget.name not in self._warned:
                self._warned.add(budget.name)
                self.warnings.append(
                    f"At least {100 * (self.warn_from or 0):.0f} % of the budget of {self.organization} for the "
                    f"{budget.name} are used: {budget}."
                )
        self._settled.set()
        return charge

    async def settlement(self) -> bool:
        """Waits until a call of this run is settled; False if none is in progress."""
        if not self._in_progress:
            return False
        self._settled.clear()
        await self._settled.wait()
        return True

    def release(self, reserved: Decimal) -> None:
        """Returns the reservation of a call that was not made."""
        self.settle(reserved, TokenUsage(), may_have_cost=False)

    def expected_cost(self, input_tokens: int, output_tokens: int) -> Decimal:
        """The cost of a call with so many tokens at most."""
        estimate = TokenUsage(input_tokens, 0, output_tokens)
        cost = Decimal(0) if self.price is None else self.price.cost(estimate) or Decimal(0)
        return min(cost, _LARGEST_COST)

    def _can_pay_all(self, unlimited: Decimal) -> bool:
        """Whether the budgets can pay another call and those in progress if the server ignores the limit of each."""
        calls = self._in_progress + 1
        return all(budget.used + calls * unlimited <= budget.amount for budget in self.budgets)

    def _rejection(self, expected: Decimal) -> str | None:
        """Why a call with this expected cost is not allowed; None if it is."""
        if self.budgets and self.price is None:
            return (
                f"{self.organization} has a budget, but the price of {self.model} is unknown: add it with "
                "`syndication price add`."
            )
        for budget in self.budgets:
            if self.price is not None and budget.currency != self.price.currency:
                return (
                    f"{self.organization} has a budget in {budget.currency}, but {self.model} is paid in "
                    f"{self.price.currency}: set the amount for the {budget.name} in {self.price.currency} in "
                    "operations.budgets."
                )
            if budget.used + budget.reserved + expected > budget.amount:
                return (
                    f"The budget of {self.organization} for the {budget.name} is used up: {budget}. Raise it in "
                    f"operations.budgets, or wait for the next {budget.period}."
                )
        return None


def price_on(connection: Connection, provider: str, model: str, day: date) -> Price | None:
    """The price of a model on a day; None if it has none."""
    row = connection.execute(
        "select price_version, currency, input_price, cached_input_price, output_price from operations.api_prices"
        " where provider = %s and model = %s and valid_from <= %s"
        " order by valid_from desc, price_version desc limit 1",
        [provider, model, day],
    ).fetchone()
    return None if row is None else Price(*row)


def read_spending(connection: Connection, organization_id: str, provider: str, model: str, today: date) -> Spending:
    """The price of the model on the day, and the organization's budgets with their spent amounts."""
    price = price_on(connection, provider, model, today)
    # The last moment of the day, because whatever is left of the day counts for it.
    moment = datetime.combine(today, time.max, tzinfo=UTC)
    budgets = connection.execute(
        "select period, provider, amount, currency, spent, expected from operations.budgets_used(%s)"
        " where organization_id = %s and provider in ('all', %s) order by period, provider",
        [moment, organization_id, provider],
    ).fetchall()
    ((slug, warn_from),) = connection.execute(
        "select o.slug, (select min(threshold) / 100 from operations.condition_levels where kind = 'budget_used')"
        " from tenancy.organizations as o where o.organization_id = %s",
        [organization_id],
    ).fetchall()
    return Spending(slug, model, price, [Budget(*row) for row in budgets], warn_from)
