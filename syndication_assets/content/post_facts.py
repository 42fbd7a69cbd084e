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
_ABOUT_THE_OFFER = frozenset({"tags", "availability"})
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True, slots=True)
class Facts:
    """One product, or one section of a document. None means unknown; unknown facts are never replaced by a guess."""

    name: str
    url: str | None = None
    description: str | None = None
    categories: tuple[str, ...] = ()
    """Category names, the most specific first."""
    price: Decimal | None = None
    """The price, or the lowest one of the variants on its page."""
    currency: str | None = None
    image_url: str | None = None
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Lists of words: sizes, materials, designs, discounts, tags."""
    title: str | None = None
    """The title of the section's document; None for a product."""
    is_available: bool = True
    """Whether the product can still be bought, or the section still be read."""
    highest_price: Decimal | None = None
    """The highest price of the variants; None if they all have the same."""
    source: str = "the catalogue"
    """Where the facts are from, as a sentence names it."""
    _statements: str = field(default="", init=False, repr=False, compare=False)
    """What `statements` returns, kept because every check of a text asks for it."""

    @property
    def category(self) -> str | None:
        return self.categories[0] if self.categories else None

    @property
    def price_text(self) -> str | None:
        """The price with its currency, such as £1,252.00, 1,252.00 SEK or £20.00 to £30.00; None if unknown."""
        if self.price is None or self.currency is None:
            return None
        symbol = _SYMBOL_OF_CURRENCY.get(self.currency)
        prices = [self.price] if self.highest_price is None else [self.price, self.highest_price]
        return "\u2013".join(f"{symbol}{price:,.2f}" if symbol else f"{price:,.2f} {self.currency}" for price in prices)

    def sentences(self) -> list[str]:
        """The sentences of the description; a first one that only repeats the name is left out.

        Lines that end without a stop, such as the items of a list, get one, because texts join them.
        """
        lines = [line.strip() for line in (self.description or "").split("\n") if line.strip()]
        if len(lines) > 1:
            lines = [f"{line}." if line[-1].isalnum() else line for line in lines]
        sentences = [part for line in lines for part in _SENTENCE_END.split(line) if part]
        return sentences[1:] if sentences and _words(sentences[0]) == _words(self.name) else sentences

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
            "description": " ".join(self.sentences()) or None,
            # A product that is named after its category: the name must not appear twice.
            "category": self.category if self.category != self.name else None,
            "price": self.price_text,
            "product_url": self.url,
        }

    @property
    def stated_attributes(self) -> Mapping[str, tuple[str, ...]]:
        """The attributes that state something about the product; tags only help to find it (cashmere-care)."""
        return {name: values for name, values in self.attributes.items() if name not in _ABOUT_THE_OFFER}

    def statements(self) -> str:
        """Everything that the source states in words, normalized: claims are looked up here."""
        if not self._statements:
            object.__setattr__(self, "_statements", normalized(" \n ".join(self._texts())))
        return self._statements

    def _texts(self) -> Iterator[str]:
        yield self.name
        yield self.title or ""
        yield self.description or ""
        yield from self.categories
        for values in self.stated_attributes.values():
            yield from values


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


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
        text = re.sub(r"[\u2018-\u201b\u2032\u02bc\u00b4]", "'", text)
        text = re.sub(r"[\u201c-\u201f\u2033]", '"', text).replace("\u2044", "/")
    # Not every single space, of which a text has many.
    return re.sub(r"[^\S\n ][^\S\n]*| [^\S\n]+", " ", text)
