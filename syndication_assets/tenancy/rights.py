"""The organizations as an asset, with the check that the database still keeps them apart."""

import dagster as dg

from syndication_assets.database.connection import connect
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.database.schema.schema_rights import missing_rights
from syndication_assets.sql_assets.table_specs import external_table
from syndication_assets.text.markdown import markdown_table

_SHOWN = 20

organizations = external_table(
    "tenancy",
    "organizations",
    "One row is one organization: a tenant, whose rows only its own readers see. Added with "
    "`syndication organization add`.",
    # Its check concerns the whole database: once a day is enough.
    tags={},
)


@dg.asset_check(
    asset=organizations.key,
    description="The database has every owner, grant and policy of sql/<room>/schema.sql, and its month partitions are "
    "protected like their tables. A restore into a server without the roles loses them: see docs/backup.md.",
)
def rights_are_complete(postgres: PostgresResource) -> dg.AssetCheckResult:
    with connect(postgres.url()) as connection:
        connection.execute("set transaction read only")
        missing = missing_rights(connection)
    if not missing:
        return dg.AssetCheckResult(passed=True, description="No owner, grant or policy is missing.")
    return dg.AssetCheckResult(
        passed=False,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"{len(missing)} owners, grants and policies are missing. The first is {missing[0]}.",
        metadata={
            "missing": len(missing),
            "first_missing": dg.MetadataValue.md(markdown_table(["missing"], [(line,) for line in missing[:_SHOWN]])),
        },
    )
