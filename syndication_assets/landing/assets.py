"""The landing zone, its ledger and its quarantine as assets. The loads of the rooms write both tables."""

import dagster as dg

from syndication_assets.sql_assets.cadence import CADENCE
from syndication_assets.sql_assets.descriptions import OWNERS, description_of
from syndication_assets.sql_assets.table_specs import external_table

_WRITTEN_BY_LOADS = {CADENCE: "written-by-loads"}

# External: people and other tools land files too, so loads depend on the files and not on our fetches.
landing_zone = dg.AssetSpec(
    key=["landing", "landing_zone"],
    group_name="landing",
    description=(
        "One file is the untouched response of a source at one time, at `<organization>/<source>/<YYYY-MM-DD>/…` in "
        "SYNDICATION_LANDING_URL. The fetch assets and `syndication land` write files here. A landed file never "
        "changes, and every table can be rebuilt from the landed files."
    ),
    kinds={"json"},
    owners=OWNERS,
)
files = external_table(
    "landing", "files", description_of("landing/files/merge.sql"), deps=[landing_zone], tags=_WRITTEN_BY_LOADS
)
quarantine = external_table(
    "landing", "quarantine", description_of("landing/quarantine/merge.sql"), deps=[landing_zone], tags=_WRITTEN_BY_LOADS
)
