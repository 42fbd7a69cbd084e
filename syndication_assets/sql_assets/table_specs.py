"""Assets that no run materializes: user-maintained tables, and logs that other assets write."""

from collections.abc import Iterable, Mapping

import dagster as dg

from syndication_assets.sql_assets.cadence import USER_MAINTAINED
from syndication_assets.sql_assets.descriptions import OWNERS


def external_table(
    room: str,
    table: str,
    description: str,
    *,
    deps: Iterable[dg.AssetKey | dg.AssetSpec] = (),
    tags: Mapping[str, str] = USER_MAINTAINED,
) -> dg.AssetSpec:
    """The asset `<room>/<table>`, as a target of checks and a dependency of other assets."""
    return dg.AssetSpec(
        key=[room, table],
        group_name=room,
        description=description,
        deps=list(deps),
        kinds={"postgres"},
        owners=OWNERS,
        tags=tags,
        metadata={"dagster/table_name": f"{room}.{table}"},
    )
