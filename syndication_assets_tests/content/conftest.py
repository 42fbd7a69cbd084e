"""Fixtures of the content room's tests."""

from collections.abc import Iterator

import pytest

from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets_tests.content.shop_in_tables import Shop
from syndication_assets_tests.documents.blog import Blog


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """A shop with templates, but without channels and products."""
    shop = Shop(database_url)
    shop.load_templates()
    yield shop
    shop.close()


@pytest.fixture
def blog(shop: Shop, zone: LandingZone) -> Blog:
    """A blog of the shop, without posts."""
    return Blog(shop, zone)


@pytest.fixture
def selected(shop: Shop) -> Shop:
    """A channel with one selection and no text."""
    shop.channel()
    shop.product("kilt", shop.category("Kilts"), image_url="https://shop.example/kilt.jpg")
    shop.select()
    return shop
