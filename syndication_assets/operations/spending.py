"""The cost of paid calls, and whether a budget allows another call.

A budget is an amount per UTC day or month (operations.budgets). Before a call its expected cost is reserved; after the
call the actual cost replaces the reservation. So concurrent calls cannot spend the same money. If a call's usage is not
reported, the budget keeps counting the expected cost: an unknown cost is not zero.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from syndication_assets.database.connection import Connection

WARN_FROM = Decimal("0.8")
_PER_MILLION = Decimal(1_000_000)
_SMALLEST_COST = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """The tokens used by a call, as reported by the server; None if not reported."""

    input_tokens: int | None = None
    """Includes cached input tokens."""
    cached_input_tokens: int | None = None
    output_tokens: int | None = None


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
    amount: Decimal
    currency: str
    spent: Decimal
    expected: Decimal = Decimal(0)
    """Expected cost of finished calls whose actual cost is unknown."""
    reserved: Decimal = Decimal(0)
    """Expected cost of calls in progress."""

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
    warnings: list[str] = field(default_factory=list)
    """One warning per budget, when 80 % of it are used."""
    _warned: set[str] = field(default_factory=set)

    def rejection(self, expected: Decimal) -> str | None:
        """Why a call with this expected cost is not allowed; None if it is."""
        if self.budgets and self.price is None:
            return (
                f"{self.organization} has a budget, but the price of {self.model} is unknown: add it to "
                "operations.api_prices."
            )
        for budget in self.budgets:
            if self.price is not None and budget.currency != self.price.currency:
                return (
                    f"{self.organization} has a budget in {budget.currency}, but {self.model} is paid in "
                    f"{self.price.currency}: set the amount for the {budget.period} in {self.price.currency} in "
                    "operations.budgets."
                )
            if budget.used + budget.reserved + expected > budget.amount:
                return (
                    f"The budget of {self.organization} for the {budget.period} is used up: {budget}. Raise it in "
                    f"operations.budgets, or wait for the next {budget.period}."
                )
        return None

    def reserve(self, expected: Decimal) -> None:
        for budget in self.budgets:
            budget.reserved += expected

    def settle(self, expected: Decimal, usage: TokenUsage, *, may_have_cost: bool = True) -> Charge:
        """Replaces the reservation with the actual cost, or with the expected cost if the actual cost is unknown."""
        cost = None if self.price is None else self.price.cost(usage)
        is_expected = self.price is not None and cost is None and may_have_cost
        charge = Charge(cost, expected if is_expected else None)
        for budget in self.budgets:
            budget.reserved -= expected
            budget.spent += charge.cost or 0
            budget.expected += charge.expected_cost or 0
            if budget.used >= WARN_FROM * budget.amount and budget.period not in self._warned:
                self._warned.add(budget.period)
                self.warnings.append(
                    f"At least 80 % of the budget of {self.organization} for the {budget.period} are used: {budget}."
                )
        return charge

    def expected_cost(self, prompt_characters: int, output_tokens: int) -> Decimal:
        """A conservative estimate before the call: three characters per token."""
        estimate = TokenUsage(prompt_characters // 3 + 1, 0, output_tokens)
        return Decimal(0) if self.price is None else self.price.cost(estimate) or Decimal(0)


def read_spending(connection: Connection, organization_id: str, provider: str, model: str, today: date) -> Spending:
    """The price of the model on the day, and the organization's budgets with their spent amounts."""
    prices = connection.execute(
        "select price_version, currency, input_price, cached_input_price, output_price from operations.api_prices"
        " where provider = %s and model = %s and valid_from <= %s"
        " order by valid_from desc, price_version desc limit 1",
        [provider, model, today],
    ).fetchall()
    budgets = connection.execute(
        "select b.period, b.amount, b.currency, coalesce(sum(u.cost), 0), coalesce(sum(u.expected_cost), 0)"
        " from operations.budgets as b"
        " left join operations.api_usage as u on b.organization_id = u.organization_id and b.currency = u.currency"
        " and u.used_at >= date_trunc(b.period, %(today)s::timestamp) at time zone 'utc'"
        " and u.used_at < (date_trunc(b.period, %(today)s::timestamp) + ('1 ' || b.period)::interval)"
        " at time zone 'utc'"
        " where b.organization_id = %(organization_id)s group by b.period, b.amount, b.currency order by b.period",
        {"organization_id": organization_id, "today": today},
    ).fetchall()
    slugs = connection.execute(
        "select slug from tenancy.organizations where organization_id = %s", [organization_id]
    ).fetchall()
    return Spending(slugs[0][0], model, Price(*prices[0]) if prices else None, [Budget(*row) for row in budgets])
