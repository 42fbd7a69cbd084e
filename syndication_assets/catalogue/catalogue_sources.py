"""The shapes of shops that can be loaded. A new one is one module here, and a row of `catalogue.vendors`."""

from collections.abc import Callable
from dataclasses import dataclass

from syndication_assets.catalogue.clan import clan_parser
from syndication_assets.catalogue.product_facts import CategoryTree, ProductFacts, ProductList
from syndication_assets.catalogue.shopify import shopify_parser


@dataclass(frozen=True, slots=True)
class CatalogueSource:
    """One vendor shape. Every function takes a file's bytes, and raises FileRejectedError if it is none of its kind."""

    name: str
    version: int
    has_category_tree: bool
    """Whether the shop tells a tree; a catalogue of such a shop is not believed without one."""
    parse_products: Callable[[bytes], ProductList]
    parse_whole: Callable[[bytes], tuple[ProductList, CategoryTree | None]]
    """A single file that holds a whole catalogue."""
    parse_detail: Callable[[bytes], ProductFacts] | None = None
    parse_categories: Callable[[bytes], CategoryTree] | None = None
    categories_of: Callable[[ProductList], CategoryTree] | None = None
    """The categories that the products themselves name, where there is no tree."""
    is_open_list: bool = False
    """Whether a shop of this shape shows its products to everybody, at the URL of the vendor."""


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
