"""Parquet files of months: writes the rows that PostgreSQL copies out, and reads them back. Needs constant memory.

Rows travel as CSV in both directions, which PostgreSQL and pyarrow write and read in C, in the transaction of the
caller: a driver of its own would need a connection of its own, with another role and another snapshot.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from syndication_assets.operations.archive.month_totals import NULL, SEPARATOR, DayTotals, MonthTotals
from syndication_assets.operations.archive.numbered_ids import ids_of, numbered_field, numbers_of, prefix_of, with_ids
from syndication_assets.operations.archive.table_shape import Column, Kind, TableShape

Buffer = bytes | bytearray | memoryview
_CHUNK_BYTES = 8 * 1024 * 1024
_ROW_GROUP = 128 * 1024
_READ_ROWS = 64 * 1024
_COMPRESSION = {"compression": "zstd", "compression_level": 3}

_TYPES: dict[Kind, pa.DataType] = {
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "moment": pa.timestamp("us", tz="UTC"),
    "text": pa.string(),
}
DamagedFile = (pa.ArrowException, OSError, EOFError)
"""What reading a damaged file raises."""


def schema_of(shape: TableShape) -> pa.Schema:
    """The columns of the file, in the order of the table."""
    return pa.schema([_field(column) for column in shape.columns])


def _field(column: Column) -> pa.Field:
    if column.id_prefix is not None:
        return numbered_field(column.name, column.id_prefix)
    return pa.field(column.name, _TYPES[column.kind])


def write_month(stream: IO[bytes], shape: TableShape, rows: Iterable[Buffer]) -> int:
    """Writes CSV rows, each whole, to a file; returns the number of rows. OddIdError if an id was chosen by hand."""
    schema = schema_of(shape)
    count = 0
    with pq.ParquetWriter(stream, schema, **_COMPRESSION, **_encodings(shape)) as writer:
        pending: list[pa.Table] = []
        for chunk in _chunks(rows):
            table = _parsed(chunk, shape, schema)
            count += table.num_rows
            pending.append(table)
            if sum(each.num_rows for each in pending) >= _ROW_GROUP:
                writer.write_table(pa.concat_tables(pending), row_group_size=_ROW_GROUP)
                pending = []
        if pending:
            writer.write_table(pa.concat_tables(pending), row_group_size=_ROW_GROUP)
    return count


def _encodings(shape: TableShape) -> dict[str, Any]:
    """Counters and moments of one post grow slowly, and rows get their ids in turn, so the differences are small. Other
    ids repeat. A hash does neither.
    """
    hashes = [column.name for column in shape.columns if column.is_hash]
    differing = [
        column.name
        for column in shape.columns
        if (column.kind in {"integer", "moment", "date"} or column.id_prefix is not None) and not column.is_hash
    ]
    return {
        "use_dictionary": [column.name for column in shape.columns if column.name not in {*differing, *hashes}],
        "column_encoding": dict.fromkeys(differing, "DELTA_BINARY_PACKED") | dict.fromkeys(hashes, "PLAIN"),
    }


def _chunks(rows: Iterable[Buffer]) -> Iterator[bytes]:
    chunk, size = [], 0
    for row in rows:
        chunk.append(bytes(row))
        size += len(row)
        if size >= _CHUNK_BYTES:
            yield b"".join(chunk)
            chunk, size = [], 0
    if chunk:
        yield b"".join(chunk)


def _parsed(chunk: bytes, shape: TableShape, schema: pa.Schema) -> pa.Table:
    read_types = {
        column.name: pa.int64() if column.kind == "moment" else _TYPES[column.kind] for column in shape.columns
    }
    table: pa.Table = pa_csv.read_csv(
        pa.BufferReader(chunk),
        read_options=pa_csv.ReadOptions(
            column_names=schema.names, block_size=len(chunk) + 1, use_threads=False, encoding="utf8"
        ),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=pa_csv.ConvertOptions(
            column_types=read_types,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
    for place, column in enumerate(shape.columns):
        if column.id_prefix is not None:
            numbers = numbers_of(table.column(place).combine_chunks(), column.id_prefix)
            table = table.set_column(place, schema.field(place), numbers)
    return table.cast(schema)


def read_batches(stream: IO[bytes]) -> Iterator[pa.RecordBatch]:
    """The rows of a file in batches, with ids as texts."""
    with pq.ParquetFile(stream) as file:
        for batch in file.iter_batches(batch_size=_READ_ROWS):
            yield _with_ids(batch, file.schema_arrow)


def _with_ids(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch with ids in place of their numbers. `schema` is that of the file, whose fields say which they are."""
    fields = [schema.field(name) for name in batch.schema.names]
    columns = [
        values if (prefix := prefix_of(field)) is None else ids_of(values, prefix)
        for field, values in zip(fields, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(list(map(with_ids, fields))))


def totals_of_file(stream: IO[bytes], time_column: str, counters: Sequence[str]) -> MonthTotals:
    """The totals of the rows of a file, by day: the same that PostgreSQL computed of the table when it was written.

    The file says which columns it has, because later migrations may have changed the table. Raises one of
    `DamagedFile`, or KeyError if a column is missing.
    """
    days: MonthTotals = {}
    for batch in read_batches(stream):
        for day, totals in _totals_of(batch, time_column, counters).items():
            days.setdefault(day, DayTotals()).add(totals)
    return days


def _totals_of(batch: pa.RecordBatch, time_column: str, counters: Sequence[str]) -> MonthTotals:
    joined = pc.binary_join_element_wise(
        *map(_as_text, batch.columns), SEPARATOR, null_handling="replace", null_replacement=NULL
    )
    checksums = [int.from_bytes(hashlib.md5(row, usedforsecurity=False).digest()[:4]) for row in _bytes_of(joined)]
    table = pa.table(
        {
            "day": pc.cast(batch.column(time_column), pa.date32()),
            "checksum": pa.array(checksums, pa.int64()),
            **{name: batch.column(name) for name in counters},
        }
    )
    summed = table.group_by("day").aggregate(
        [("checksum", "count"), ("checksum", "sum"), *((name, "sum") for name in counters)]
    )
    return {
        row["day"].isoformat(): DayTotals(
            row["checksum_count"], row["checksum_sum"], {name: row[f"{name}_sum"] or 0 for name in counters}
        )
        for row in summed.to_pylist()
    }


def _as_text(values: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(values.type):
        values = pc.cast(values, pa.int64())
    return pc.cast(values, pa.string())


def _bytes_of(texts: pa.Array) -> list[bytes]:
    values: list[bytes] = pc.cast(texts, pa.binary()).to_pylist()
    return values


@contextmanager
def csv_writer(sink: Any, schema: pa.Schema, *, header: bool) -> Iterator[pa_csv.CSVWriter]:
    """Writes batches as CSV: NULL is empty, and every other value is in quotes."""
    options = pa_csv.WriteOptions(include_header=header, quoting_style="all_valid")
    with pa_csv.CSVWriter(sink, schema, write_options=options) as writer:
        yield writer


def copy_as_csv(stream: IO[bytes], sink: Any, columns: Sequence[str] | None = None, *, header: bool = False) -> int:
    """Writes the rows of a file to `sink` as CSV; returns their number. `columns` chooses some, in this order."""
    rows = 0
    with pq.ParquetFile(stream) as file:
        names = file.schema_arrow.names if columns is None else list(columns)
        schema = pa.schema([with_ids(file.schema_arrow.field(name)) for name in names])
        with csv_writer(sink, schema, header=header) as writer:
            for batch in file.iter_batches(batch_size=_READ_ROWS, columns=names):
                writer.write_batch(_with_ids(batch.select(names), file.schema_arrow))
                rows += batch.num_rows
    return rows


def columns_of(stream: IO[bytes]) -> list[str]:
    """The names of the columns of a file."""
    names: list[str] = pq.read_schema(stream).names
    stream.seek(0)
    return names
