"""Vendors are rows: adding one, listing them, by the command line."""

import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["vendor", *arguments])

    return invoke


SHOP = ("--source", "clan_catalogue", "--currency", "GBP")


def test_a_vendor_is_added_once_and_listed(run):
    added = run("add", "heritage", *SHOP, "--placeholder-price", "29.99", "--placeholder-price", "0.01")
    assert added.exit_code == 0, added.output
    assert "default/clan_catalogue/<YYYY-MM-DD>/" in added.output
    line = " ".join(run("list").output.split())
    assert line == "default heritage clan_catalogue GBP placeholder prices: 29.99, 0.01"
    again = run("add", "heritage", *SHOP)
    assert again.exit_code == 1
    assert "default already has a vendor 'heritage'" in again.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("Heritage", *SHOP), "The vendor 'Heritage' with currency 'GBP' is invalid"),
        (("heritage", "--source", "clan_catalogue", "--currency", "pounds"), "ISO 4217"),
        (("heritage", "--source", "amazon", "--currency", "GBP"), "Use one of clan_catalogue, shopify_products"),
        (("heritage", *SHOP, "--organization", "acme"), "There is no organization 'acme'"),
        (("heritage", *SHOP, "--placeholder-price", "free"), "A placeholder price is a number above 0"),
    ],
)
def test_what_cannot_be_a_vendor_is_refused_with_what_to_do(run, arguments: tuple[str, ...], message: str):
    refused = run("add", *arguments)
    assert refused.exit_code == 1
    assert message in refused.output
