"""Exports an organization from one moment of the database, and its landed files.

It must be paused: then nothing of it is sent here any more, and the copy can go on where this database has stopped.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from psycopg import sql

from syndication_assets.database.connection import Connection, transaction
from syndication_assets.database.migrating import migrations
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.operations.backup.database_content import COUNT_AND_CHECKSUM, ROWS_AS_TEXT
from syndication_assets.operations.backup.progress import Report
from syndication_assets.relocation.exported_organization import (
    LANDING_DIRECTORY,
    TABLES_DIRECTORY,
    ExportedFile,
    ExportedOrganization,
    ExportedTable,
    ExportError,
    new_directory,
    write_file,
    write_manifest,
)
from syndication_assets.tenancy.organization_tables import referring_first, require_quiet, tables_of_organizations
from syndication_assets.tenancy.organizations import require_organization

_USERS = ("tenancy", "users")
_MEMBERS = "user_id in (select user_id from tenancy.organization_members where organization_id = {})"
_OWN = "organization_id = {}"
_COLUMNS = """
select attname from pg_attribute
where attrelid = format('%%I.%%I', %s::text, %s::text)::regclass and attnum > 0 and not attisdropped
and attgenerated = ''
order by attnum
"""
_PARTITION_KEY = """
select a.attname from pg_partitioned_table as p
inner join pg_attribute as a on p.partrelid = a.attrelid and a.attnum = p.partattrs[0]
where p.partrelid = format('%%I.%%I', %s::text, %s::text)::regclass
"""
_SEQUENCES = """
select schemaname || '.' || sequencename, last_value from pg_sequences
where last_value is not null and schemaname not in ('pg_catalog', 'public') order by 1
"""
_KEYS = "select distinct key_id from channels.credentials where organization_id = %s order by 1"


def export_organization(
    url: str, zone: LandingZone, slug: str, directory: Path, report: Report
) -> ExportedOrganization:
    """Writes the organization into a new or empty directory.

    ExportError, or SyndicationError, if it is not paused, if something works for it, or if the directory is not empty.
    """
    organization = require_organization(url, slug)
    if organization.is_active:
        raise ExportError(
            f"{slug!r} is not paused, and might send while it is copied: run `syndication organization pause {slug}` "
            "first, and resume it in the other database."
        )
    new_directory(directory)
    with transaction(url) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute(ROWS_AS_TEXT)
        organization_id = organization.organization_id
        require_quiet(connection, slug, organization_id)
        tables = tables_of_organizations(connection)
        names = [name.split(".") for name in reversed(referring_first(connection, tables))]
        users = _export_table(connection, directory, *_USERS, _MEMBERS, organization_id)
        exported = []
        for schema, table in names:
            report(f"exporting {schema}.{table}")
            exported.append(_export_table(connection, directory, schema, table, _OWN, organization_id))
        manifest = ExportedOrganization(
            slug=slug,
            organization_id=organization_id,
            project_version=version("syndication-assets"),
            migrations=applied_migrations(url),
            exported_at=datetime.now(UTC),
            users=users,
            tables=exported,
            sequences=dict(connection.execute(_SEQUENCES).fetchall()),
            secret_key_ids=[key_id for (key_id,) in connection.execute(_KEYS, [organization_id])],
            files=list(_export_files(zone, slug, directory, report)),
        )
    write_manifest(directory, manifest)
    return manifest


def applied_migrations(url: str) -> list[str]:
    """The names of the migrations of a database, in order."""
    return [entry.migration.name for entry in migrations.status(url) if entry.applied_at is not None]


def rows_of(schema: str, table: str, condition: str, organization_id: str) -> sql.Composed:
    """The rows of a table that belong to the organization, as a relation."""
    return sql.SQL("(select * from {} where {})").format(
        sql.Identifier(schema, table), sql.SQL(condition).format(sql.Literal(organization_id))
    )


def count_and_checksum(connection: Connection, rows: sql.Composed) -> tuple[int, int]:
    """The number of the rows, and their checksum, whatever their order."""
    count, checksum = connection.execute(sql.SQL(COUNT_AND_CHECKSUM).format(rows)).fetchall()[0]
    return count, checksum


def _export_table(
    connection: Connection, directory: Path, schema: str, table: str, condition: str, organization_id: str
) -> ExportedTable:
    columns = [column for (column,) in connection.execute(_COLUMNS, [schema, table])]
    rows = rows_of(schema, table, condition, organization_id)
    file = f"{schema}.{table}.copy"
    statement = sql.SQL("copy (select {} from {} as own) to stdout").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), rows
    )
    _, sha256 = write_file(directory / TABLES_DIRECTORY / file, _copied(connection, statement))
    count, checksum = count_and_checksum(connection, rows)
    first_day, last_day = _days(connection, schema, table, rows)
    return ExportedTable(
        schema=schema,
        table=table,
        columns=columns,
        file=file,
        sha256=sha256,
        rows=count,
        checksum=checksum,
        first_day=first_day,
        last_day=last_day,
    )


def _copied(connection: Connection, statement: sql.Composed) -> Iterator[bytes]:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for chunk in copy:
            yield bytes(chunk)


def _days(connection: Connection, schema: str, table: str, rows: sql.Composed) -> tuple[str | None, str | None]:
    key = connection.execute(_PARTITION_KEY, [schema, table]).fetchone()
    if key is None:
        return None, None
    column = sql.Identifier(key[0])
    found: tuple[Any, ...] = connection.execute(
        sql.SQL("select min({column})::date::text, max({column})::date::text from {rows} as own").format(
            column=column, rows=rows
        )
    ).fetchall()[0]
    return found[0], found[1]


def _export_files(zone: LandingZone, slug: str, directory: Path, report: Report) -> Iterator[ExportedFile]:
    for path in zone.stored_below(slug):
        report(f"copying {path}")
        size, sha256 = write_file(directory / LANDING_DIRECTORY / path, [zone.stored(path)])
        yield ExportedFile(path=path, size_bytes=size, sha256=sha256)
