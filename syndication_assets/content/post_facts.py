"""The facts about the product or section that a text is about. A text may claim only these."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

CURRENCIES_OF_SYMBOL = {
    "£": frozenset({"GBP"}),
    "€": frozenset({"EUR"}),
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"}),
    "¥": frozenset({"JPY", "CNY"}),
}
_SYMBOL_OF_CURRENCY = {"GBP": "£", "EUR": "€", "USD": "$"}
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Facts:
    """One product, or one section of a document. None means unknown; unknown facts are never replaced by a guess."""

    name: str
    url: str | None = None
    description: str | None = None
    categories: tuple[str, ...] = ()
    """Category names, the most specific first."""
    price: Decimal | None = None
    currency: str | None = None
    image_url: str | None = None
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Lists of words: sizes, materials, designs, discounts."""
    title: str | None = None
    """The title of the section's document; None for a product."""
    is_available: bool = True
    """Whether the product can still be bought, or the section still be read."""
    highest_price: Decimal | None = None
    """The highest price of the variants; None if they all have the same."""

    @property
    def category(self) -> str | None:
        return self.categories[0] if self.categories else None

    @property
    def price_text(self) -> str | None:
        """The price with its currency, such as £1,252.00 or 1,252.00 SEK; None if unknown."""
        if self.price is None or self.currency is None:
            return None
        symbol = _SYMBOL_OF_CURRENCY.get(self.currency)
        return f"{symbol}{self.price:,.2f}" if symbol else f"{self.price:,.2f} {self.currency}"

    def sentences(self) -> list[str]:
        """The sentences of the description."""
        return [part.strip() for part in _SENTENCE_END.split(self.description or "") if part.strip()]

    def known(self) -> frozenset[str]:
        """The template placeholders that these facts can fill."""
        return frozenset(name for name, value in self.placeholders().items() if value)

    def placeholders(self) -> dict[str, str | None]:
        """The value of each placeholder. Sections and products have different placeholders."""
        if self.title is not None:
            return {
                "section_heading": self.name,
                # A section without a heading is named after its document: the title must not appear twice.
                "document_title": self.title if self.title != self.name else None,
                "description": self.description,
                "section_url": self.url,
            }
        return {
            "product_name": self.name,
            "description": self.description,
            "category": self.category,
            "price": self.price_text,
            "product_url": self.url,
        }

    def words(self) -> str:
        """Everything that the catalogue states in words, normalized and case folded: claims are looked up here."""
        return normalized(" \n ".join(self._texts())).casefold()

    def _texts(self) -> Iterator[str]:
        yield self.name
        yield self.title or ""
        yield self.description or ""
        yield from self.categories
        for values in self.attributes.values():
            yield from values


@lru_cache(maxsize=256)
def normalized(text: str) -> str:
    """Unifies compatibility forms, dashes, quotation marks and spaces, and removes invisible characters.

    Cached, because every rule normalizes the same texts.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(
            character for character in text if character.isprintable() or unicodedata.category(character) != "Cf"
        )
        text = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
        text = re.sub(r"[\u2018-\u201b\u2032]", "'", text)
        text = re.sub(r"[\u201c-\u201f\u2033]", '"', text)
    return re.sub(r"[^\S\n]+", " ", text)
