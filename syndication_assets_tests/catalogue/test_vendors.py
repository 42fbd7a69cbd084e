"""Adding and listing vendors on the command line."""

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
def test_an_invalid_vendor_is_rejected_with_advice(run, arguments: tuple[str, ...], message: str):
    rejected = run("add", *arguments)
    assert rejected.exit_code == 1
    assert message in rejected.output
