"""What paid calls cost, and whether an organization may make one more.

A budget is an amount for a UTC day or month (operations.budgets). Before a call, what it is expected to cost is set
aside; after it, what it did cost takes its place. So calls at the same time cannot spend the same money. Where nobody
says what a call used, the budget goes on counting what was expected: a call that is not known is not free.
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
    """What a call used, as the server says; None where it does not say."""

    input_tokens: int | None = None
    """The cached ones included."""
    cached_input_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """One row of operations.api_prices: amounts for a million tokens."""

    version: int
    currency: str
    input_price: Decimal
    cached_input_price: Decimal
    output_price: Decimal

    def cost(self, usage: TokenUsage) -> Decimal | None:
        """What a call cost; None if the server did not say what it used. Cached tokens have their own price."""
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
    """What one call cost, or was expected to cost if that is not known; neither where it was free or has no price."""

    cost: Decimal | None = None
    expected_cost: Decimal | None = None


@dataclass(slots=True)
class Budget:
    """What may be spent in one period, and what is spent, expected and set aside of it."""

    period: str
    amount: Decimal
    currency: str
    spent: Decimal
    expected: Decimal = Decimal(0)
    """Of calls whose cost is not known."""
    set_aside: Decimal = Decimal(0)
    """Of calls that are being made."""

    @property
    def used(self) -> Decimal:
        return self.spent + self.expected

    def __str__(self) -> str:
        guessed = f" and {self.expected:.4f} expected of calls whose cost is not known" if self.expected else ""
        return f"{self.spent:.4f} spent{guessed} of {self.amount:f} {self.currency}"


@dataclass(slots=True)
class Spending:
    """The budgets of one organization for the calls of one model."""

    organization: str
    model: str
    price: Price | None
    budgets: list[Budget]
    warnings: list[str] = field(default_factory=list)
    """Said once for each budget, when 80 % of it are used."""
    _warned: set[str] = field(default_factory=set)

    def refusal(self, expected: Decimal) -> str | None:
        """Why a call that is expected to cost so much must not be made; None if it may."""
        if self.budgets and self.price is None:
            return (
                f"{self.organization} has a budget, and the price of {self.model} is not known: add it to "
                "operations.api_prices."
            )
        for budget in self.budgets:
            if self.price is not None and budget.currency != self.price.currency:
                return (
                    f"{self.organization} has a budget in {budget.currency}, and {self.model} is paid in "
                    f"{self.price.currency}: name the amount for the {budget.period} in {self.price.currency} in "
                    "operations.budgets."
                )
            if budget.used + budget.set_aside + expected > budget.amount:
                return (
                    f"The budget of {self.organization} for the {budget.period} is used up: {budget}. Raise it in "
                    f"operations.budgets, or wait for the next {budget.period}."
                )
        return None

    def set_aside(self, expected: Decimal) -> None:
        for budget in self.budgets:
            budget.set_aside += expected

    def settle(self, expected: Decimal, usage: TokenUsage, *, may_have_cost: bool = True) -> Charge:
        """Puts what the call cost in the place of what was expected; what was expected stays if that is not known."""
        cost = None if self.price is None else self.price.cost(usage)
        is_expected = self.price is not None and cost is None and may_have_cost
        charge = Charge(cost, expected if is_expected else None)
        for budget in self.budgets:
            budget.set_aside -= expected
            budget.spent += charge.cost or 0
            budget.expected += charge.expected_cost or 0
            if budget.used >= WARN_FROM * budget.amount and budget.period not in self._warned:
                self._warned.add(budget.period)
                self.warnings.append(f"The budget of {self.organization} for the {budget.period}: {budget}.")
        return charge

    def expected_cost(self, prompt_letters: int, output_tokens: int) -> Decimal:
        """A guess on the safe side, before the call: three letters a token."""
        guess = TokenUsage(prompt_letters // 3 + 1, 0, output_tokens)
        return Decimal(0) if self.price is None else self.price.cost(guess) or Decimal(0)


def read_spending(connection: Connection, organization_id: str, provider: str, model: str, today: date) -> Spending:
    """The price of the model on a day, and the organization's budgets with what is spent of them."""
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
