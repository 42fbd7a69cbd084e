"""A landed catalogue of 100 000 products, loaded first and then unchanged, compared with dlt's `merge` of its pages.

Both sides read the same pages from the same disk into the same server, each into a new database. `load_day` fills seven
tables with history, removes markup from texts, and reads the category tree; dlt's merge fills two tables with the pages
as they are. The second snapshot, a day later, equals the first, so loading it must not write any row of a product.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import psycopg

from benchmarks.dlt_merge import DltMerge, MergedTable, Rows, prepare_dlt, read_json
from benchmarks.measuring import Comparison, Result, Times, seconds_of
from benchmarks.workplace import Workplace
from syndication_assets.catalogue.loading.catalogue_load import load_day
from syndication_assets.catalogue.new_vendors import add_vendor
from syndication_assets.demo.samples.catalogue import CURRENCY, PLACEHOLDER_PRICE, SOURCE, VENDOR
from syndication_assets.demo.samples.catalogue_bulk import bulk_catalogue_files
from syndication_assets.landing.zone.landing_zone import LandingZone

NAME = "catalogue"
FIRST_SNAPSHOT = datetime(2025, 11, 3, 4, 30, tzinfo=UTC)
NEXT_SNAPSHOT = datetime(2025, 11, 4, 4, 30, tzinfo=UTC)
RATIO_OF_UNCHANGED_LOAD = 5.0
DLT_TABLES = 2
_TABLES_OF_PRODUCTS = ("products", "product_observations", "product_prices", "product_categories")


@dataclass(frozen=True, slots=True)
class Landed:
    """The files of both snapshots, in a landing zone."""

    zone: LandingZone
    pages: dict[date, list[Path]]
    products: int
    bytes_per_product: int


def run(workplace: Workplace) -> list[Result]:
    """First load and unchanged re-load compared with dlt, and the rows of products that the re-load wrote."""
    directory = workplace.folder("dlt_catalogue")
    prepare_dlt(directory)
    warm_up = _land(workplace, "catalogue_warm_up", 50)
    _ours(workplace, warm_up)
    _dlt(workplace, warm_up, directory / "warm_up")

    landed = _land(workplace, "catalogue_landing", workplace.sizes.catalogue_products)
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    written = 0
    for repeat in range(workplace.sizes.repeats):
        first, following, rows = _ours(workplace, landed)
        ours.append((first, following))
        written = max(written, rows)
        theirs.append(_dlt(workplace, landed, directory / f"repeat_{repeat}"))
    results = []
    for position, phase in enumerate(("first load", "unchanged re-load")):
        our_times = Times(tuple(repeat[position] for repeat in ours))
        their_times = Times(tuple(repeat[position] for repeat in theirs))
        results.append(
            Result(
                NAME,
                f"{phase} of {landed.products:,} products of {landed.bytes_per_product:,} B, load_day",
                our_times.median,
                "s",
                their_times.median,
                "dlt merge",
                their_times.median / our_times.median,
                Comparison.AT_LEAST,
                # A first load fills seven tables, and dlt two: it is only reported.
                RATIO_OF_UNCHANGED_LOAD if phase == "unchanged re-load" else None,
                f"load_day {our_times.spread()}; dlt {their_times.spread()}, which fills {DLT_TABLES} tables, not 7",
            )
        )
    note = "rows with another writing transaction (xmin) or place, and removed rows"
    unchanged = Result(
        NAME, "rows of products that the re-load wrote", written, "rows", value=written, bound=0, note=note
    )
    return [*results, unchanged]


def _land(workplace: Workplace, name: str, products: int) -> Landed:
    root = workplace.folder(name)
    zone = LandingZone(str(root))
    pages: dict[date, list[Path]] = {}
    size = 0
    for observed_at in (FIRST_SNAPSHOT, NEXT_SNAPSHOT):
        day = pages.setdefault(observed_at.date(), [])
        for file in bulk_catalogue_files("default", products=products, observed_at=observed_at, seed=7):
            path, _ = zone.land("default", file.source, file.landed_on, file.name, file.content)
            if file.name.startswith("products_page_"):
                day.append(root / path)
                size += len(file.content)
    return Landed(zone, pages, products, round(size / products / 2))


def _ours(workplace: Workplace, landed: Landed) -> tuple[float, float, int]:
    """The seconds of both loads, and the number of rows of products that the second one wrote or removed."""
    url = workplace.create_database("catalogue")
    add_vendor(url, "default", VENDOR, SOURCE, CURRENCY, [PLACEHOLDER_PRICE])
    first, following = landed.pages
    first_seconds = _load_day(url, landed, first)
    before = rows_of_products(url)
    following_seconds = _load_day(url, landed, following)
    after = rows_of_products(url)
    with psycopg.connect(url) as connection:
        counts = connection.execute(
            "select (select count(*) from catalogue.products where is_active),"
            " (select count(*) from catalogue.catalogue_snapshots where status = 'accepted')"
        ).fetchone()
    if counts != (landed.products, len(landed.pages)):
        raise RuntimeError(f"load_day wrote {counts} products and snapshots of {landed.products, len(landed.pages)}")
    return first_seconds, following_seconds, len(before ^ after)


def rows_of_products(url: str) -> set[tuple[str, str, str]]:
    """Table, place (ctid) and writing transaction (xmin) of each row in the tables of products."""
    with psycopg.connect(url) as connection:
        return {
            row
            for table in _TABLES_OF_PRODUCTS
            for row in connection.execute(f"select '{table}', ctid::text, xmin::text from catalogue.{table}")
        }


def _load_day(url: str, landed: Landed, day: date) -> float:
    return seconds_of(lambda: load_day(url, landed.zone, day, maximum_file_bytes=10**9))


def _dlt(workplace: Workplace, landed: Landed, directory: Path) -> tuple[float, float]:
    url = workplace.create_database("dlt", template="template0")
    merge = DltMerge(url, directory, "shop")
    first, following = (
        merge.load([MergedTable("products", "sku", partial(_products, files))]) for files in landed.pages.values()
    )
    with psycopg.connect(url) as connection:
        products = connection.execute("select count(*), count(distinct sku) from shop.products").fetchone()
        tables = connection.execute(
            "select count(*) from pg_tables where schemaname = 'shop' and tablename not like '\\_dlt%'"
        ).fetchone()
    if products != (landed.products, landed.products) or tables != (DLT_TABLES,):
        raise RuntimeError(f"dlt wrote {products} products in {tables} tables of {landed.products} in {DLT_TABLES}")
    return first, following


def _products(files: list[Path]) -> Rows:
    for page in read_json(files):
        yield page["data"]
