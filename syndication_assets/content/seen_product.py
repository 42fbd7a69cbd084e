"""What the author of a text was told about its product: stored with the text, and compared when the text is sent."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from syndication_assets.content.post_facts import Facts


@dataclass(frozen=True, slots=True)
class SeenProduct:
    """A version of a product, with the prices that a text may state."""

    version: str | None = None
    """Hash of an observation of the product, hexadecimal; None if there was none, and for a section."""
    prices: tuple[Decimal, ...] = ()
    """The price, or the lowest and the highest one on its page."""
    currency: str | None = None

    @classmethod
    def of(cls, facts: Facts, version: str | None) -> Self:
        if facts.price is None or facts.currency is None:
            return cls(version)
        prices = (facts.price,) if facts.highest_price is None else (facts.price, facts.highest_price)
        return cls(version, prices, facts.currency)
