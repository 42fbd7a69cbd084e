"""A table as it is archived: its columns from the system catalogue, and the SQL that reads a month of it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from psycopg import sql

from syndication_assets.database.connection import Connection
from syndication_assets.operations.archive.month_totals import NULL, SEPARATOR, DayTotals, MonthTotals

Kind = Literal["integer", "boolean", "date", "moment", "text"]
"""How a file stores a column. Everything else is text, as PostgreSQL writes it."""

_KINDS: dict[str, Kind] = {
    "bigint": "integer",
    "integer": "integer",
    "smallint": "integer",
    "boolean": "boolean",
    "date": "date",
    "timestamp with time zone": "moment",
}
_COLUMNS = r"""
select
    a.attname,
    format_type(a.atttypid, null),
    a.attgenerated <> '',
    k.place,
    substring(pg_get_expr(d.adbin, d.adrelid) from '^tenancy\.public_id\(''([a-z]+)''::text, nextval')
from pg_attribute as a
left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum and a.attgenerated = '' and a.attnotnull
left join lateral (
    select array_position(i.indkey::smallint[], a.attnum) as place
    from pg_index as i
    where i.indrelid = a.attrelid and i.indisprimary and a.attnum = any(i.indkey)
) as k on true
where a.attrelid = %(table)s::regclass and a.attnum > 0 and not a.attisdropped
order by a.attnum
"""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table and its file."""

    name: str
    type_name: str
    kind: Kind
    is_generated: bool
    key_place: int | None
    """Its place in the primary key; None outside of it."""
    id_prefix: str | None
    """The prefix of the ids that the column makes; None for any other column."""

    @property
    def is_counter(self) -> bool:
        """Whether its sums are compared: a key is a number that means nothing, and its sum may not fit."""
        return self.kind == "integer" and self.key_place is None and not self.is_hash

    @property
    def is_hash(self) -> bool:
        """Whether its numbers are random: nothing makes them shorter."""
        return self.kind == "integer" and self.name.endswith("_key")

    def exported(self) -> sql.Composable:
        """Its value as a file gets it: a moment as the microseconds since 1970."""
        name = sql.Identifier(self.name)
        if self.kind == "moment":
            return sql.SQL("(extract(epoch from {}) * 1000000)::bigint").format(name)
        return name if self.kind != "text" else sql.SQL("{}::text").format(name)


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table with an organization_id and a column of time."""

    table: str
    time_column: str
    columns: tuple[Column, ...]

    @property
    def time_kind(self) -> Kind:
        return next(column.kind for column in self.columns if column.name == self.time_column)

    @property
    def counters(self) -> list[Column]:
        return [column for column in self.columns if column.is_counter]

    @property
    def name(self) -> sql.Identifier:
        return sql.Identifier(*self.table.split("."))

    @property
    def with_texts(self) -> "TableShape":
        """The same table, whose file has all ids as they are."""
        return replace(self, columns=tuple(replace(column, id_prefix=None) for column in self.columns))

    @property
    def day(self) -> sql.Composable:
        """The UTC day of a row."""
        column = sql.Identifier(self.time_column)
        return column if self.time_kind == "date" else sql.SQL("({} at time zone 'utc')::date").format(column)

    @property
    def in_month(self) -> sql.Composable:
        """The condition of one month. Parameters: first_day, end_day (exclusive)."""
        moment = "" if self.time_kind == "date" else "::timestamp at time zone 'utc'"
        return sql.SQL("{column} >= %(first_day)s::date{moment} and {column} < %(end_day)s::date{moment}").format(
            column=sql.Identifier(self.time_column), moment=sql.SQL(moment)
        )

    def select(self) -> sql.Composable:
        """The rows of one organization and month as a file gets them, sorted by the primary key.

        Parameters: organization_id, first_day, end_day.
        """
        key = sorted(
            (column for column in self.columns if column.key_place is not None), key=lambda c: c.key_place or 0
        )
        return sql.SQL("select {} from {} where organization_id = %(organization_id)s and {} order by {}").format(
            sql.SQL(", ").join(column.exported() for column in self.columns),
            self.name,
            self.in_month,
            sql.SQL(", ").join(sql.Identifier(column.name) for column in key),
        )

    def totals(self, connection: Connection, organization_id: str, month: date) -> MonthTotals:
        """The totals of one organization and month as the table has them now."""
        row_text = sql.SQL("concat_ws({}, {})").format(
            SEPARATOR,
            sql.SQL(", ").join(sql.SQL("coalesce({}::text, {})").format(c.exported(), NULL) for c in self.columns),
        )
        sums = [sql.SQL("coalesce(sum({}), 0)").format(sql.Identifier(column.name)) for column in self.counters]
        query = sql.SQL(
            "select {day}::text, count(*), sum(('x' || left(md5({row}), 8))::bit(32)::bigint)::bigint{sums}"
            " from {table} where organization_id = %(organization_id)s and {in_month} group by 1"
        ).format(
            day=self.day,
            row=row_text,
            sums=sql.SQL("").join(sql.SQL(", ") + each for each in sums),
            table=self.name,
            in_month=self.in_month,
        )
        names = [column.name for column in self.counters]
        return {
            day: DayTotals(rows, checksum, {name: int(value) for name, value in zip(names, values, strict=True)})
            for day, rows, checksum, *values in connection.execute(query, month_parameters(organization_id, month))
        }


def month_parameters(organization_id: str, month: date) -> dict[str, str | date]:
    """The parameters of the statements about one organization and month."""
    return {"organization_id": organization_id, "first_day": month, "end_day": end_of(month)}


def end_of(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def shape_of(connection: Connection, table: str, time_column: str) -> TableShape:
    """The columns of a table as they are now."""
    rows = connection.execute(_COLUMNS, {"table": table})
    columns = tuple(
        Column(name, type_name, _KINDS.get(type_name, "text"), is_generated, place, id_prefix)
        for name, type_name, is_generated, place, id_prefix in rows
    )
    return TableShape(table, time_column, columns)
