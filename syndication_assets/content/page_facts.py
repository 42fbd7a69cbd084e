"""The facts about what a post shows: a page of the shop with its variants, or a section of a document.

Pure: the rows of `content/facts_of_posts.sql` in, facts out.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import takewhile
from typing import Any

from syndication_assets.content.compliance.amounts import amounts_in
from syndication_assets.content.post_facts import Facts

_BETWEEN_TITLES = ", "
_OF_BRIEF = "the list of facts of the brief"


def stated_facts(stated: Sequence[str], url: str | None, language: str) -> Facts:
    """What the requester of a brief states, and nothing else; with their price, if they state exactly one."""
    lines = "\n".join(stated)
    prices = {
        (amount.value, *(amount.currencies or ()))
        for amount in amounts_in(lines, language)
        if amount.kind == "money" and amount.value is not None and len(amount.currencies or ()) == 1
    }
    price, currency = next(iter(prices)) if len(prices) == 1 else (None, None)
    return Facts(name="", url=url, description=lines or None, price=price, currency=currency, source=_OF_BRIEF)


def facts_of_page(values: Mapping[str, Any]) -> Facts:
    """The facts of one row. A page's name, price range and attributes are those of its variants that are not sold out.

    If all are sold out or gone, they are those of all variants. The price is unknown if that of any variant is, or if
    the currencies differ.
    """
    if values.get("stated") is not None:
        return stated_facts(values["stated"], values["url"] or None, values["language"])
    variants: Sequence[Mapping[str, Any]] = values.get("variants") or []
    shown = [variant for variant in variants if variant["is_available"]] or variants
    prices = [Decimal(variant["price"]) for variant in shown if variant["price"] is not None]
    currencies = {variant["currency"] for variant in shown}
    is_priced = len(prices) == len(shown) > 0 and len(currencies) == 1
    lowest, highest = (min(prices), max(prices)) if is_priced else (None, None)
    return Facts(
        name=_shared_name([variant["name"] for variant in shown]) or values["name"],
        url=values["url"] or None,
        description=values["description"] or None,
        categories=tuple(values["categories"]),
        price=lowest,
        currency=next(iter(currencies)) if is_priced else None,
        highest_price=highest if highest != lowest else None,
        image_url=values["image_url"] or None,
        attributes=_all_attributes([variant["attributes"] or {} for variant in shown]),
        title=values.get("title"),
        is_available=any(variant["is_available"] for variant in variants) if variants else values["is_available"],
    )


def _shared_name(names: Sequence[str]) -> str:
    """What the names of all variants begin with: Tweed kilt of "Tweed kilt, Red" and "Tweed kilt, Blue"."""
    parts = [name.split(_BETWEEN_TITLES) for name in names]
    shared = takewhile(lambda column: len(set(column)) == 1, zip(*parts, strict=False))
    return _BETWEEN_TITLES.join(column[0] for column in shared)


def _all_attributes(attributes: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """The words of all variants, each once."""
    words: dict[str, dict[str, None]] = {}
    for of_variant in attributes:
        for name, values in of_variant.items():
            if isinstance(values, list):
                words.setdefault(name, {}).update(dict.fromkeys(map(str, values)))
    return {name: tuple(values) for name, values in words.items()}
