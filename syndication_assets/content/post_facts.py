"""What is known of the thing that a text is about. A text may claim this and nothing else."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

CURRENCY_SIGNS = {
    "£": frozenset({"GBP"}),
    "€": frozenset({"EUR"}),
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"}),
    "¥": frozenset({"JPY", "CNY"}),
}
_SIGN_OF = {"GBP": "£", "EUR": "€", "USD": "$"}
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Facts:
    """One product, or one section of a document. None is not known: nothing is put in its place."""

    name: str
    url: str | None = None
    description: str | None = None
    categories: tuple[str, ...] = ()
    """Names, the most specific first."""
    price: Decimal | None = None
    currency: str | None = None
    image_url: str | None = None
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Lists of words: sizes, materials, designs, discounts."""
    title: str | None = None
    """The document that a section is of; None for a product."""
    is_available: bool = True
    """Whether it can still be bought, or read."""

    @property
    def category(self) -> str | None:
        return self.categories[0] if self.categories else None

    @property
    def price_text(self) -> str | None:
        """The price with its currency, as people write it; None if it is not known."""
        if self.price is None or self.currency is None:
            return None
        sign = _SIGN_OF.get(self.currency)
        return f"{sign}{self.price:,.2f}" if sign else f"{self.price:,.2f} {self.currency}"

    def sentences(self) -> list[str]:
        """The sentences of the description."""
        return [part.strip() for part in _SENTENCE_END.split(self.description or "") if part.strip()]

    def known(self) -> frozenset[str]:
        """The placeholders of a template that these facts can fill."""
        return frozenset(name for name, value in self.placeholders().items() if value)

    def placeholders(self) -> dict[str, str | None]:
        """What each placeholder stands for; a section's are other ones than a product's."""
        if self.title is not None:
            return {
                "section_heading": self.name,
                # A document whose section has no heading of its own is named once.
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
        """Everything the catalogue says in words, normalized: what a claim may be found in."""
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
    """One form for what reads the same: compatibility forms, dashes, quotes and spaces; invisible signs are gone.

    Remembered for a while: each rule asks for the same texts.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(sign for sign in text if sign.isprintable() or unicodedata.category(sign) != "Cf")
        text = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
        text = re.sub(r"[\u2018-\u201b\u2032]", "'", text)
        text = re.sub(r"[\u201c-\u201f\u2033]", '"', text)
    return re.sub(r"[^\S\n]+", " ", text)
