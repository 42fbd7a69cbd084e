"""Catalogue quality: the numbers in the metadata of each materialization of `catalogue/products`."""

import dagster as dg

from syndication_assets.database.connection import Connection, run_file
from syndication_assets.text.markdown import markdown_table

_SHOWN_VENDORS = 50


def quality_metadata(connection: Connection) -> dict[str, dg.MetadataValue | int | float]:
    """The totals over all organizations, which the UI plots, and a table of the largest vendors.

    A share is between 0 and 1; it is left out when there is no active product.
    """
    *vendors, total = run_file(connection, "catalogue/product_quality.sql", {}).fetchall()
    metadata = {
        name: number for name, number in total.items() if name not in ("organization", "vendor") and number is not None
    }
    if vendors:
        rows = [[_shown(value) for value in vendor.values()] for vendor in vendors[:_SHOWN_VENDORS]]
        metadata["quality"] = dg.MetadataValue.md(markdown_table(list(total), rows))
    return metadata


def _shown(value: object) -> object:
    """Formats shares with four decimals and counts with thousands separators."""
    if isinstance(value, float):
        return f"{value:.4f}"
    return f"{value:,}" if isinstance(value, int) else value
