"""A rejected catalogue is a problem until a newer one is accepted."""

import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.operations.conditions import find_conditions
from syndication_assets_tests.rows import DatabaseRows


class Shop(DatabaseRows):
    def __init__(self, url: str) -> None:
        self.url = url
        self.organization_id = self.value("select organization_id from tenancy.organizations")
        self.insert("catalogue.vendors", "vendor", vendor="shop", source="clan_catalogue", currency="GBP")

    def snapshot(self, hour: int, reason: str | None = None) -> None:
        self.insert(
            "catalogue.catalogue_snapshots",
            "vendor",
            vendor="shop",
            observed_at=f"2026-03-02 {hour:02}:00Z",
            landed_on="2026-03-02",
            manifest_path=f"{hour}.json",
            status="rejected" if reason else "accepted",
            is_complete=True,
            content_hash=b"",
            has_category_tree=False,
            products=1,
            products_rejected=0,
            categories=0,
            reason=reason,
        )

    def problems(self) -> list[tuple[str, int, str]]:
        with transaction(self.url) as connection:
            found = find_conditions(connection, {}).conditions
        return [(c.subject, int(c.value or 0), c.message) for c in found if c.kind == "catalogue_rejected"]


@pytest.mark.both_servers
def test_rejected_snapshots_are_a_problem_until_a_newer_one_is_accepted(database_url: str):
    shop = Shop(database_url)
    shop.snapshot(1)
    assert shop.problems() == []
    shop.snapshot(2, "It lost half of its products.")
    shop.snapshot(3, "It is empty.")
    ((subject, rejected, message),) = shop.problems()
    assert (subject, rejected) == ("shop", 2)
    assert "It is empty." in message
    shop.snapshot(4)
    assert shop.problems() == []
