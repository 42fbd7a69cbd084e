"""Whether a response of the shop is what the request was for."""

from syndication_assets.catalogue.clan.clan_parser import parse_categories, parse_detail, parse_products
from syndication_assets.landing.loading.rejections import FileRejectedError


def is_list(content: bytes) -> bool:
    try:
        parse_products(content)
    except FileRejectedError:
        return False
    return True


def is_detail_of(content: bytes, sku: str) -> bool:
    try:
        return parse_detail(content).sku == sku
    except FileRejectedError:
        return False


def is_tree(content: bytes) -> bool:
    try:
        return bool(parse_categories(content).categories)
    except FileRejectedError:
        return False
