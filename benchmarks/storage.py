"""The bytes per point in `scraping.snapshots`, the table behind `data_downloads`, with indexes and TOAST.

A point is a measured (not NULL) canonical counter. Snapshots of LinkedIn also contain reactions by kind, which
`engagement.time_series_metrics` shows as separate points; they count as points only where the line says so. The bytes
of the rollups are reported separately.
"""

from dataclasses import dataclass

import psycopg

from benchmarks.history import History, history, rolled_up_history, run_script
from benchmarks.measuring import Comparison, Result
from benchmarks.rollup_sides import ROLLUPS
from benchmarks.workplace import Workplace

NAME = "storage"
BYTES_PER_POINT = 60.0

_COUNTERS = ("reactions", "comments", "shares", "saves", "clicks", "views", "impressions", "reach")


@dataclass(frozen=True, slots=True)
class Size:
    """The size of the snapshots in a database, in bytes."""

    snapshots: int
    points: int
    kinds: int
    heap: int
    indexes: int
    toast: int
    widths: dict[str, float]
    """Mean bytes by column."""

    @property
    def total(self) -> int:
        return self.heap + self.indexes + self.toast

    def describe(self) -> str:
        widest = sorted(self.widths.items(), key=lambda item: -item[1])[:4]
        columns = ", ".join(f"{name} {width:.0f}" for name, width in widest)
        return (
            f"{self.total / self.snapshots:.0f} B a snapshot: heap {self.heap / self.snapshots:.0f}, indexes "
            f"{self.indexes / self.snapshots:.0f}, toast {self.toast / self.snapshots:.0f}; widest columns: {columns}"
        )


def run(workplace: Workplace) -> list[Result]:
    """The snapshots of the year, which have the bound, the mix of counters of each platform, and the rollups."""
    year = rolled_up_history(workplace, workplace.sizes.days)
    four = measure(year.url)
    per_point = four.total / four.points
    results = [
        Result(
            NAME,
            f"data_downloads, {four.points:,} points, 4 counters a snapshot",
            per_point,
            "B/point",
            value=per_point,
            comparison=Comparison.AT_MOST,
            bound=BYTES_PER_POINT,
            note=four.describe(),
        )
    ]
    linkedin = _variant(workplace, "linkedin")
    youtube = _variant(workplace, "youtube")
    for name, size, points in (
        ("YouTube: views, reactions, comments", youtube, youtube.points),
        ("LinkedIn: reactions, comments, shares; kinds in stats not counted", linkedin, linkedin.points),
        ("LinkedIn, kinds counted", linkedin, linkedin.points + linkedin.kinds),
    ):
        results.append(Result(NAME, f"data_downloads, {name}", size.total / points, "B/point", note=size.describe()))
    return [*results, *_rollups(year)]


def measure(url: str) -> Size:
    """The contents and the size of `scraping.data_downloads`, over all partitions."""
    points = " + ".join(f"count({counter})" for counter in _COUNTERS)
    with psycopg.connect(url) as connection:
        snapshots, points_found, kinds = _row(
            connection,
            f"select count(*), {points}, coalesce(sum(k.kinds), 0)::bigint from scraping.data_downloads d"
            " left join lateral (select count(*) as kinds from jsonb_object_keys(d.stats -> 'reactions')) k"
            " on d.stats is not null",
        )
        heap, indexes, toast = _row(
            connection,
            "select sum(pg_relation_size(relid))::bigint, sum(pg_indexes_size(relid))::bigint,"
            " sum(pg_table_size(relid) - pg_relation_size(relid))::bigint"
            " from pg_partition_tree('scraping.snapshots') where isleaf",
        )
        columns = [
            row[0]
            for row in connection.execute(
                "select attname from pg_attribute where attrelid = 'scraping.snapshots'::regclass"
                " and attnum > 0 and not attisdropped order by attnum"
            )
        ]
        sizes = ", ".join(f"coalesce(avg(coalesce(pg_column_size({column}), 0)), 0)::float8" for column in columns)
        sample = "select * from scraping.snapshots limit 10000"
        widths = dict(zip(columns, _row(connection, f"select {sizes} from ({sample}) d"), strict=True))
    return Size(snapshots, points_found, kinds, heap, indexes, toast, widths)


def _variant(workplace: Workplace, platform: str) -> Size:
    """A history of a few weeks with snapshots like those of one platform."""
    source = history(workplace, workplace.sizes.few_days)
    url = workplace.create_database(f"storage_{platform}", template=source.url.split("?")[0].rsplit("/", 1)[-1])
    run_script(url, "snapshots_of_platform.sql", {"platform": platform})
    return measure(url)


def _rollups(year: History) -> list[Result]:
    results = []
    with psycopg.connect(year.url) as connection:
        for table in ROLLUPS:
            size, rows = _row(
                connection,
                f"select pg_total_relation_size('engagement.{table}'), (select count(*) from engagement.{table})",
            )
            results.append(
                Result(
                    NAME,
                    f"{table}, bytes per point of the year",
                    size / year.points,
                    "B/point",
                    note=f"{rows:,} rows, {size / 1024**2:,.0f} MiB, {size / rows:,.0f} B a row",
                )
            )
    return results


def _row(connection: "psycopg.Connection[tuple[int, ...]]", statement: str) -> "tuple[int, ...]":
    row = connection.execute(statement).fetchone()
    if row is None:
        raise RuntimeError(f"no row: {statement}")
    return row
