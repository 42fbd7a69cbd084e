"""Imports an exported organization into another database: its landed files, then all its rows in one transaction.

Ids stay, so that what was sent is known here and what is encrypted can be opened. The rows are compared with the export
before the transaction is committed. Triggers that would log or reject rows as if they were new are off meanwhile, for
which the tables are locked: others wait. Foreign keys are checked.
"""

from pathlib import Path

import psycopg
from psycopg import sql

from syndication_assets.database.connection import Connection, describe, transaction
from syndication_assets.database.secret_box import SecretBox
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.operations.backup.database_content import ROWS_AS_TEXT
from syndication_assets.operations.backup.progress import Report
from syndication_assets.relocation.exported_organization import (
    LANDING_DIRECTORY,
    TABLES_DIRECTORY,
    ExportedOrganization,
    ExportedTable,
    ExportError,
    read_file,
    read_manifest,
)
from syndication_assets.relocation.exporting import applied_migrations, count_and_checksum, rows_of
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organization_tables import tables_of_organizations

_OWNER, _PIPELINE = "syndication_owner", "syndication_pipeline"
_TRIGGERS = """
select tgrelid::regclass::text, tgname, tgenabled = 'A' from pg_trigger
where tgrelid = any(%s::regclass[]) and not tgisinternal and tgenabled in ('O', 'A')
    and (tgtype & 1 = 1 or tgtype & 4 = 4)  -- of each row, or of an insert
"""
_OTHER_PEOPLE = """
select i.user_id from imported as i inner join tenancy.users as u
on (i.user_id = u.user_id) <> (lower(i.email) = lower(u.email))
where i.user_id = u.user_id or lower(i.email) = lower(u.email) order by 1
"""
_SEQUENCE_FOLLOWS = "select setval(%(sequence)s::regclass, %(value)s) where %(value)s >= (select last_value from {})"
_AUDIT_ENTRY = """
insert into tenancy.audit_log (organization_id, actor, action, table_name, row_key)
values (%s, tenancy.current_actor(), 'import', 'tenancy.organizations', jsonb_build_object('organization_id', %s::text))
"""


def import_organization(settings: Settings, url: str, directory: Path, report: Report) -> ExportedOrganization:
    """Imports the organization of the directory; ExportError, and no row is written, if it does not fit here.

    It is paused afterwards, as it was when it was exported.
    """
    report("checking the files")
    manifest = read_manifest(directory)
    with transaction(url) as connection:
        _require_fit(connection, url, manifest)
    _require_keys(settings, manifest)
    zone = LandingZone(settings.landing_url)
    for file in manifest.files:
        report(f"copying {file.path}")
        zone.store(file.path, b"".join(read_file(directory / LANDING_DIRECTORY / file.path)))
    with transaction(url, role=_OWNER) as connection:
        connection.execute(ROWS_AS_TEXT)
        try:
            _import_rows(connection, manifest, directory / TABLES_DIRECTORY, report)
        except psycopg.errors.ForeignKeyViolation as error:
            raise ExportError(
                f"{error.diag.table_name} refers to rows that all organizations share and that are missing here "
                f"({error.diag.constraint_name}): load the reference rows (docs/operate.md, Upgrade), copy the shared "
                "rows of your own with `syndication export --shared` and `apply`, and import again."
            ) from None
        except psycopg.errors.IntegrityError as error:
            raise ExportError(f"{describe(error)}. Nothing was imported.") from None
    return manifest


def _require_fit(connection: Connection, url: str, manifest: ExportedOrganization) -> None:
    existing = connection.execute(
        "select slug from tenancy.organizations where slug = %s or organization_id = %s",
        [manifest.slug, manifest.organization_id],
    ).fetchone()
    if existing is not None:
        raise ExportError(
            f"The organization {existing[0]!r} of this database has the slug {manifest.slug!r} or the id "
            f"{manifest.organization_id}: an import replaces nothing. Nothing was imported."
        )
    tables = {table.name for table in manifest.tables}
    if applied_migrations(url) != manifest.migrations or tables != tables_of_organizations(connection).keys():
        raise ExportError(
            f"The export has the migrations up to {manifest.migrations[-1]}, and this database others: bring both to "
            "the same version with `syndication migrate`, and export again."
        )


def _require_keys(settings: Settings, manifest: ExportedOrganization) -> None:
    """ExportError if the credentials could not be opened here."""
    if not manifest.secret_key_ids:
        return
    missing = set(manifest.secret_key_ids) - SecretBox(settings.secret_keys).key_ids
    if missing:
        raise ExportError(
            f"Its credentials are encrypted with the keys {', '.join(sorted(missing))}: add them to "
            "SYNDICATION_SECRET_KEYS here, after the first, and import again."
        )


def _import_rows(connection: Connection, manifest: ExportedOrganization, directory: Path, report: Report) -> None:
    triggers = connection.execute(_TRIGGERS, [[table.name for table in manifest.tables]]).fetchall()
    _switch(connection, [(table, trigger, "disable trigger") for table, trigger, _ in triggers])
    _import_users(connection, manifest.users, directory)
    for table in manifest.tables:
        report(f"importing {table.name}")
        _import_table(connection, table, directory)
        found = count_and_checksum(
            connection, rows_of(table.schema, table.table, "organization_id = {}", manifest.organization_id)
        )
        if found != (table.rows, table.checksum):
            raise ExportError(f"The imported rows of {table.name} are not those of the export. Nothing was imported.")
    connection.execute("set constraints all immediate")
    _act_as(connection, _OWNER)
    _switch(
        connection,
        [
            (table, trigger, "enable always trigger" if is_always else "enable trigger")
            for table, trigger, is_always in triggers
        ],
    )
    for sequence, value in manifest.sequences.items():
        # Ids of new rows of the organization must not be ids of its imported ones.
        statement = sql.SQL(_SEQUENCE_FOLLOWS).format(sql.Identifier(*sequence.split(".")))
        connection.execute(statement, {"sequence": sequence, "value": value})
    connection.execute(_AUDIT_ENTRY, [manifest.organization_id, manifest.organization_id])


def _switch(connection: Connection, triggers: list[tuple[str, str, str]]) -> None:
    """Runs `alter table` for each (table as the catalogue prints it, trigger, clause)."""
    for table, trigger, clause in triggers:
        connection.execute(
            sql.SQL("alter table {} {} {}").format(sql.SQL(table), sql.SQL(clause), sql.Identifier(trigger))
        )


def _import_users(connection: Connection, users: ExportedTable, directory: Path) -> None:
    """Adds the people who are not here yet. ExportError if an id or an address belongs to somebody else."""
    _act_as(connection, _PIPELINE)
    _stage(connection, users, directory)
    others = [user_id for (user_id,) in connection.execute(_OTHER_PEOPLE)]
    if others:
        raise ExportError(
            f"{', '.join(others)} of the export and another user of this database have the same id or address: change "
            "the address of the one here (`syndication user edit`), or erase it. Nothing was imported."
        )
    _insert(connection, users, on_conflict="on conflict do nothing")


def _import_table(connection: Connection, table: ExportedTable, directory: Path) -> None:
    _act_as(connection, _PIPELINE)
    if table.first_day is not None:
        connection.execute(
            "select operations.ensure_month_partitions(%s::regclass, %s::date, %s::date)",
            [table.name, table.first_day, table.last_day],
        )
    _stage(connection, table, directory)
    (may_insert,) = connection.execute("select has_table_privilege(%s, 'insert')", [table.name]).fetchall()[0]
    if not may_insert:  # the audit log, which only its owner may append to
        connection.execute(sql.SQL("grant select on imported to {}").format(sql.Identifier(_OWNER)))
        _act_as(connection, _OWNER)
    _insert(connection, table)
    _act_as(connection, _PIPELINE)


def _stage(connection: Connection, table: ExportedTable, directory: Path) -> None:
    """Copies the file into the temporary table `imported`: row-level security allows no COPY into the table itself."""
    connection.execute(
        sql.SQL(
            "drop table if exists pg_temp.imported;"
            " create temporary table imported on commit drop as select {} from {} with no data"
        ).format(_columns(table), sql.Identifier(table.schema, table.table))
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("copy imported ({}) from stdin").format(_columns(table))) as copy,
    ):
        for chunk in read_file(directory / table.file):
            copy.write(chunk)


def _insert(connection: Connection, table: ExportedTable, on_conflict: str = "") -> None:
    connection.execute(
        sql.SQL("insert into {} ({columns}) select {columns} from pg_temp.imported {conflict}").format(
            sql.Identifier(table.schema, table.table), columns=_columns(table), conflict=sql.SQL(on_conflict)
        )
    )


def _columns(table: ExportedTable) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, table.columns))


def _act_as(connection: Connection, role: str) -> None:
    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
