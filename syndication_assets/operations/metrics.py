"""Numbers for monitoring: `sql/<room>/metrics/<what>_<unit>.sql` is the metric `syndication_<room>_<what>_<unit>`.

A file selects one row a sample: the number as `value`, every other column as a label. Its opening comment is the help
text. `syndication metrics` prints all of them in Prometheus' text format, `syndication status` for people.
"""

from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from syndication_assets.database.connection import SQL_DIRECTORY, Connection, load_sql
from syndication_assets.sql_assets.descriptions import description_of

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class Sample(NamedTuple):
    """One number with its labels."""

    labels: dict[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Metric:
    """All samples of one metric."""

    name: str
    help: str
    samples: list[Sample]


def metric_files(directory: Path = SQL_DIRECTORY) -> dict[str, str]:
    """Name of the metric → its file below `sql/`."""
    return {
        f"syndication_{path.parent.parent.name}_{path.stem}": str(path.relative_to(directory))
        for path in sorted(directory.glob("*/metrics/*.sql"))
    }


def read_metrics(connection: Connection, names: Set[str] | None = None) -> list[Metric]:
    """Every metric of every room, or those of these names, ordered by name. KeyError for a name that is none."""
    files = metric_files()
    return [
        Metric(name, description_of(files[name]), _samples(connection, files[name]))
        for name in sorted(files if names is None else names)
    ]


def _samples(connection: Connection, file: str) -> list[Sample]:
    cursor = connection.execute(load_sql(file))
    names = [column.name for column in cursor.description or ()]
    rows: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in cursor]
    return [
        Sample({name: str(value) for name, value in row.items() if name != "value"}, float(row["value"]))
        for row in rows
        if row["value"] is not None
    ]


def as_prometheus(metrics: list[Metric]) -> str:
    """The text format of Prometheus, version 0.0.4. Every metric is a gauge, and named even without samples."""
    lines = []
    for metric in metrics:
        lines += [f"# HELP {metric.name} {' '.join(metric.help.split())}", f"# TYPE {metric.name} gauge"]
        lines += [f"{metric.name}{_labels(sample.labels)} {sample.value!r}" for sample in metric.samples]
    return "\n".join(lines) + "\n"


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels.items()) + "}"
