"""Fixtures of the pages' tests."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from syndication_assets.tenancy.people import passwords
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY, Shop
from syndication_assets_tests.web.desk import Desk


@pytest.fixture
def desk(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The pages over an empty database. Hashes of passwords are cheap here."""
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr(passwords, "_of_nobody", [])
    return Desk(database_url)


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """The default organization, with three texts that wait for a decision."""
    shop = Shop(database_url)
    shop.load_templates()
    shop.channel()
    for sku in ("kilt", "scarf", "cap"):
        shop.product(sku, shop.category(sku.title()))
    shop.select(days=3)
    for number in range(3):
        shop.write(FIRST_DAY + timedelta(number))
        shop.decide(FIRST_DAY + timedelta(number))
    yield shop
    shop.close()
