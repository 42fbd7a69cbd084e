"""Adds vendors, and says why a vendor cannot be as it was given: what its source allows."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import psycopg

from syndication_assets.catalogue.catalogue_sources import SOURCES
from syndication_assets.catalogue.products.product_facts import read_price
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError

_NO_SHOP_URL = (
    "the URL of a shop is https:// and its host, as in https://shop.example, without a password, a query or "
    "/products.json, which the fetch adds"
)
_NO_API_URL = (
    "the URL of a shop's API is http(s):// with a host, as in https://shop.example/api, without a password or a query"
)


def add_vendor(
    url: str,
    organization: str,
    vendor: str,
    source: str,
    currency: str,
    placeholder_prices: Sequence[str],
    shop_url: str | None = None,
    api_url: str | None = None,
    api_fallback_url: str | None = None,
) -> None:
    """Adds a vendor. SyndicationError if the vendor exists, or a value is invalid."""
    for _, reason in why_no_vendor(source, shop_url, api_url, api_fallback_url):
        raise SyndicationError(f"{reason[:1].upper()}{reason[1:]}.")
    prices = [read_price(text) for text in placeholder_prices]
    if None in prices:
        raise SyndicationError("A placeholder price is a number above 0 with at most two decimals, such as 29.99.")
    with transaction(url) as connection:
        try:
            connection.execute(
                "insert into catalogue.vendors"
                " (organization_id, vendor, source, currency, placeholder_prices, shop_url, api_url, api_fallback_url)"
                " select organization_id, %s, %s, %s, %s::numeric[], %s, %s, %s from tenancy.organizations"
                " where slug = %s",
                [vendor, source, currency, prices, shop_url, api_url, api_fallback_url, organization],
            )
        except psycopg.errors.UniqueViolation:
            raise SyndicationError(
                f"{organization} already has a vendor {vendor!r}. To change it, use `syndication vendor edit {vendor}`."
            ) from None
        except psycopg.errors.CheckViolation:
            raise SyndicationError(
                f"The vendor {vendor!r} with currency {currency!r} is invalid: use lower-case letters, digits and '_' "
                "for the name, beginning with a letter, and an ISO 4217 code such as GBP for the currency."
            ) from None


def why_no_vendor(
    source: str, shop_url: str | None, api_url: str | None, api_fallback_url: str | None
) -> Iterator[tuple[str, str]]:
    """The fields that a vendor of this source cannot have as they are, with the reasons, as ends of sentences."""
    if source not in SOURCES:
        yield "source", f"there is no catalogue source {source!r}. Use one of {', '.join(sorted(SOURCES))}"
        return
    has_open_list = SOURCES[source].is_open_list
    if shop_url is not None and not has_open_list:
        fetched = ", ".join(sorted(name for name, other in SOURCES.items() if other.is_open_list))
        reason = f"vendors of {source} take no shop URL; only vendors of {fetched} are fetched by their own URL"
        yield "shop_url", f"{reason}. They take an API URL"
    elif shop_url is not None and not _is_base_url(shop_url, "https"):
        yield "shop_url", _NO_SHOP_URL
    for field, url in (("api_url", api_url), ("api_fallback_url", api_fallback_url)):
        if url is not None and has_open_list:
            yield field, f"vendors of {source} have no API: give their shop URL"
        elif url is not None and not _is_base_url(url, "http", "https"):
            yield field, _NO_API_URL
    if api_fallback_url is not None and api_url is None:
        yield "api_fallback_url", "a fallback needs an API URL beside it"


def _is_base_url(url: str, *schemes: str) -> bool:
    """Whether requests can be made below the URL."""
    try:
        parts = urlsplit(url)
        has_host = parts.scheme in schemes and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False
    return has_host and not re.search(r"[\s?#]", url)
