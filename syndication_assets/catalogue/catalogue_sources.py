"""The catalogue sources that can be loaded. A new source is a sub-package and an entry here; its vendors are rows."""

from collections.abc import Callable
from dataclasses import dataclass

from syndication_assets.catalogue.clan import clan_parser
from syndication_assets.catalogue.products.product_facts import CategoryTree, ProductFacts, ProductList
from syndication_assets.catalogue.shopify import shopify_parser


@dataclass(frozen=True, slots=True)
class CatalogueSource:
    """One catalogue format. The parsers take a file's bytes and raise FileRejectedError if it has another format."""

    name: str
    version: int
    has_category_tree: bool
    """Whether the shop provides a category tree; if so, a snapshot without one is rejected."""
    parse_products: Callable[[bytes], ProductList]
    parse_whole: Callable[[bytes], tuple[ProductList, CategoryTree | None]]
    """A single file that holds a whole catalogue."""
    parse_detail: Callable[[bytes], ProductFacts] | None = None
    parse_categories: Callable[[bytes], CategoryTree] | None = None
    categories_of: Callable[[ProductList], CategoryTree] | None = None
    """Derives the categories from the products, for sources without a category tree."""
    is_open_list: bool = False
    """Whether such shops publish their products without authentication, at the vendor's `shop_url`."""


SOURCES = {
    source.name: source
    for source in (
        CatalogueSource(
            clan_parser.SOURCE,
            clan_parser.VERSION,
            clan_parser.HAS_CATEGORY_TREE,
            parse_products=clan_parser.parse_products,
            parse_whole=clan_parser.parse_whole,
            parse_detail=clan_parser.parse_detail,
            parse_categories=clan_parser.parse_categories,
        ),
        CatalogueSource(
            shopify_parser.SOURCE,
            shopify_parser.VERSION,
            shopify_parser.HAS_CATEGORY_TREE,
            parse_products=shopify_parser.parse_products,
            parse_whole=shopify_parser.parse_whole,
            categories_of=shopify_parser.categories_of,
            is_open_list=True,
        ),
    )
}
