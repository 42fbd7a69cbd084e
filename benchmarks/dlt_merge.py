"""The dlt side of the benchmarks that load files: dlt merges the same files into the same PostgreSQL server.

dlt has its fastest settings for this case: one process (at this size, a second one for `normalize` costs more than it
saves on two cores), multi-row inserts over psycopg2 (its default; its CSV writer is not faster for the whole load),
files read with orjson, no telemetry.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measuring import seconds_of

Rows = Iterator[list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class MergedTable:
    """The rows of one table in batches, merged by their key. dlt puts lists in a row into tables of their own."""

    name: str
    key: str | list[str]
    rows: Callable[[], Rows]


def prepare_dlt(directory: Path) -> None:
    """Configures dlt before its first import: it sends nothing, and writes below `directory` only."""
    os.environ.update(
        DLT_DATA_DIR=str(directory / "data"),
        DLT_PROJECT_DIR=str(directory),
        RUNTIME__DLTHUB_TELEMETRY="false",
        RUNTIME__LOG_LEVEL="ERROR",
    )
    try:
        import dlt  # noqa: F401, PLC0415
    except ModuleNotFoundError:
        raise SystemExit("dlt is not installed: `make bench` installs it from requirements/benchmarks.lock.") from None


class DltMerge:
    """One dlt pipeline, for a first load and the loads after it."""

    def __init__(self, url: str, directory: Path, schema: str) -> None:
        import dlt  # noqa: PLC0415
        from dlt.destinations import postgres  # noqa: PLC0415

        # dlt requires a host and a password in the URL; libpq uses the socket named in its query.
        credentials = url.replace("postgres@/", "postgres:unused@localhost/")
        self._pipeline = dlt.pipeline(
            "benchmark", destination=postgres(credentials), dataset_name=schema, pipelines_dir=str(directory)
        )

    def load(self, tables: Iterable[MergedTable]) -> float:
        """Merges the rows of these tables; returns the seconds."""
        import dlt  # noqa: PLC0415

        resources = [
            dlt.resource(table.rows(), name=table.name, primary_key=table.key, write_disposition="merge")
            for table in tables
        ]
        return seconds_of(lambda: self._pipeline.run(resources, loader_file_format="insert_values"))


def read_json(files: Iterable[Path]) -> Iterator[Any]:
    """The parsed content of each file."""
    import orjson  # noqa: PLC0415 - comes with dlt

    for file in files:
        yield orjson.loads(file.read_bytes())
