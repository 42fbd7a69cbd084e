"""The assets of the channels room: the reference tables, loaded from the CSV files in `reference/`."""

import hashlib
from collections.abc import Iterator
from typing import Any

import dagster as dg
from psycopg import sql

from syndication_assets.channels.reference import load_reference
from syndication_assets.channels.reference_changes import Changes
from syndication_assets.channels.reference_files import REFERENCE_DIRECTORY, read_reference
from syndication_assets.channels.reference_tables import TABLES
from syndication_assets.database.connection import transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.sql_assets.cadence import REFERENCE
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.table_metadata import table_metadata
from syndication_assets.sql_assets.table_specs import external_table
from syndication_assets.text.markdown import markdown_table, shorten

_SHOWN_KEPT_ROWS = 50
_RE_RUN = (
    " A load inserts missing rows and updates rows that nobody edited; it never deletes. Edited rows are kept and "
    "named in the log and the metadata. Delete an edited row to restore the file's version. To remove a rule, "
    "deactivate its row: a deleted row is inserted again."
)
_ROW_OF = {
    "platforms": "One row is one platform, from platforms.csv.",
    "channel_types": "One row is one kind of publication, independent of the platform, from channel_types.csv.",
    "platform_channels": "One row is one channel of one platform, from platform_channels.csv.",
    "channel_requirements": (
        "One row is one rule of one channel, from channel_requirements.csv. Prompts are built from these rows and "
        "texts are validated against them."
    ),
    "publisher_channels": (
        "One row is one kind of publication that a publisher can make, from publisher_channels.csv. Nothing is "
        "selected or written for channels that no account of an organization can publish in."
    ),
    "picture_formats": (
        "One row is one size of pictures in one channel, with the limits of their files and what the platform covers, "
        "from picture_formats.csv."
    ),
}


def _reference_version() -> str:
    """A hash of the files, so that the UI and the automation condition notice a change."""
    digest = hashlib.blake2b(digest_size=8)
    for table in TABLES:
        digest.update((REFERENCE_DIRECTORY / f"{table.name}.csv").read_bytes())
    return digest.hexdigest()


def _upstream(references: tuple[tuple[tuple[str, ...], str], ...]) -> list[dg.AssetKey]:
    return [dg.AssetKey(["channels", other]) for _, other in references]


@dg.multi_asset(
    name="load_reference",
    specs=[
        dg.AssetSpec(
            key=["channels", table.name],
            group_name="channels",
            description=_ROW_OF[table.name] + _RE_RUN,
            deps=_upstream(table.references),
            code_version=_reference_version(),
            automation_condition=dg.AutomationCondition.on_missing() | dg.AutomationCondition.code_version_changed(),
            kinds={"postgres", "csv"},
            owners=OWNERS,
            tags=REFERENCE,
            metadata={"dagster/table_name": f"channels.{table.name}"},
        )
        for table in TABLES
    ],
)
def reference(context: dg.AssetExecutionContext, postgres: PostgresResource) -> Iterator[dg.MaterializeResult[None]]:
    """Loads all files in one transaction: if one of them is invalid, nothing changes."""
    rows = read_reference()
    with transaction(postgres.url(), lock="channels.reference") as connection:
        changes = load_reference(connection, rows)
        metadata = {
            table.name: {
                **table_metadata(connection, "channels", table.name),
                "dagster/row_count": connection.execute(
                    sql.SQL("select count(*) from {}").format(sql.Identifier("channels", table.name))
                ).fetchall()[0][0],
            }
            for table in TABLES
        }
    for table in TABLES:
        _log(context, table.name, changes[table.name])
        yield dg.MaterializeResult(
            asset_key=["channels", table.name],
            metadata={**metadata[table.name], **_change_metadata(changes[table.name])},
        )


def _log(context: dg.AssetExecutionContext, table: str, changes: Changes) -> None:
    context.log.info(
        f"{table}: {len(changes.to_insert)} rows inserted, {len(changes.to_update)} updated, "
        f"{len(changes.unchanged)} unchanged, kept {len(changes.kept)} edited rows"
    )
    for key, differences in changes.kept.items():
        summary = ", ".join(
            f"{column} {shorten(current)} (file: {shorten(new)})" for column, (current, new) in differences.items()
        )
        context.log.warning(f"{table}: kept the edited row {'/'.join(key)}: {summary}")
    if changes.no_longer_in_file:
        names = ", ".join("/".join(key) for key in changes.no_longer_in_file)
        context.log.warning(f"{table}: kept rows that left the file: {names}. Deactivate those that must not apply.")


def _change_metadata(changes: Changes) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "rows_inserted": len(changes.to_insert),
        "rows_updated": len(changes.to_update),
        "rows_unchanged": len(changes.unchanged),
        "edited_rows_kept": len(changes.kept),
    }
    if changes.kept:
        cells = [
            ("/".join(key), column, current, new)
            for key, differences in changes.kept.items()
            for column, (current, new) in differences.items()
        ]
        table = markdown_table(("row", "column", "kept", "file"), cells[:_SHOWN_KEPT_ROWS])
        metadata["edited_rows"] = dg.MetadataValue.md(table)
    if changes.no_longer_in_file:
        metadata["no_longer_in_file"] = [["/".join(key)] for key in changes.no_longer_in_file]
    return metadata


credentials = external_table(
    "channels",
    "credentials",
    (
        "One row is one secret, encrypted with a key that only the environment holds. User-maintained: `syndication "
        "credentials set` writes the rows, and no asset shows a secret."
    ),
)

social_accounts = external_table(
    "channels",
    "social_accounts",
    (
        "One row is one page or profile that we may publish to, with its publisher; the default, dry_run, sends "
        "nothing. User-maintained: `syndication account add` writes the rows."
    ),
    deps=[dg.AssetKey(["channels", "platforms"]), credentials],
)
