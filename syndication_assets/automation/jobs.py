"""The jobs. They select assets by tag, so that the definition of a new asset alone adds it to its job."""

from collections.abc import Mapping, Sequence

import dagster as dg

from syndication_assets.automation.rooms import rooms
from syndication_assets.sql_assets import cadence


def _tagged(tags: Mapping[str, str]) -> dg.AssetSelection:
    """The assets that carry all of these tags, and their checks."""
    first, *others = (dg.AssetSelection.tag(key, value) for key, value in tags.items())
    for other in others:
        first &= other
    return first


def _checks_of_external_tables(*cadences: Mapping[str, str]) -> dg.AssetSelection:
    """The checks of tables that no run materializes, which a selection of assets leaves out.

    Of those with one of these tags, or of all.
    """
    external = [spec for spec in rooms.assets or () if isinstance(spec, dg.AssetSpec)]
    return dg.AssetSelection.checks_for_assets(
        *(spec.key for spec in external if not cadences or _has_one_of(spec, cadences))
    )


def _checks_of_reference_rows() -> dg.AssetSelection:
    """The checks of reference rows, which ship with the project and which users edit between runs of their asset."""
    return dg.AssetSelection.checks_for_assets(
        *(
            spec.key
            for definition in rooms.assets or ()
            if isinstance(definition, dg.AssetsDefinition)
            for spec in definition.specs
            if _has_one_of(spec, [cadence.REFERENCE])
        )
    )


def _has_one_of(spec: dg.AssetSpec, cadences: Sequence[Mapping[str, str]]) -> bool:
    return any(spec.tags.get(cadence.CADENCE) == tags[cadence.CADENCE] for tags in cadences)


daily_job = dg.define_asset_job(
    "daily_graph",
    _tagged(cadence.LOAD) | _checks_of_external_tables() | _checks_of_reference_rows(),
    description="Loads the landed files of a day or a range of days in one run, and computes the rollups.",
)
fetch_job = dg.define_asset_job(
    "fetch",
    _tagged(cadence.FETCH_PROFILES),
    description="Fetches today's posts of the tracked profiles and channels into the landing zone.",
)
insights_job = dg.define_asset_job(
    "insights",
    _tagged(cadence.FETCH_INSIGHTS),
    description="Fetches the insights of our own posts into the landing zone.",
)
feeds_job = dg.define_asset_job(
    "feeds",
    _tagged(cadence.FETCH_FEEDS),
    description="Fetches the current entries of blog feeds into the landing zone.",
)
catalogue_job = dg.define_asset_job(
    "catalogue",
    _tagged(cadence.FETCH_CATALOGUES) | _tagged(cadence.LOAD_CATALOGUES),
    description="Fetches the current catalogues of the shops, and loads them.",
)
reference_job = dg.define_asset_job(
    "reference",
    _tagged(cadence.REFERENCE) | _checks_of_external_tables(cadence.USER_MAINTAINED),
    description="Loads the reference rows of this version: platforms, rules, templates. Your own edits are kept.",
)
content_job = dg.define_asset_job(
    "content",
    _tagged(cadence.CONTENT)
    | _tagged(cadence.LOAD_DOCUMENTS)
    | _checks_of_external_tables(cadence.USER_MAINTAINED, cadence.CALL_LOG),
    description="Selects a product for each channel of a day, writes, checks and approves its text, and queues it.",
)
write_job = dg.define_asset_job(
    "write",
    _tagged(cadence.WRITING),
    description="Writes, checks, approves and queues the missing texts of a day, without a new selection.",
)
queue_job = dg.define_asset_job(
    "queue", _tagged(cadence.QUEUE), description="Assigns slots to the approved texts of a day."
)
accounts_job = dg.define_asset_job(
    "accounts",
    _tagged(cadence.CHECK_ACCOUNTS),
    description="Asks the platforms whether our accounts are connected, and renews their credentials.",
)
media_job = dg.define_asset_job(
    "media",
    _tagged(cadence.CACHE_MEDIA),
    description="Stores pictures, videos and documents of scraped posts before their URLs expire.",
)
media_analysis_job = dg.define_asset_job(
    "media_analysis",
    _tagged(cadence.ANALYSE_MEDIA),
    description="Lets the chosen analyzers look at stored pictures that they have not seen.",
)
studio_job = dg.define_asset_job(
    "studio",
    _tagged(cadence.MAKE_VISUALS),
    description="Makes the visuals that briefs ask for, and writes their posts.",
)
tagging_job = dg.define_asset_job(
    "tag_posts",
    _tagged(cadence.TAG_POSTS),
    description="Asks a language model for the tags of the posts that were observed on a day or a range of days.",
)
publish_job = dg.define_asset_job("publish", _tagged(cadence.PUBLISH), description="Publishes what is due now.")
backup_job = dg.define_asset_job(
    "backup",
    _tagged(cadence.BACKUP),
    description="Backs up both databases to SYNDICATION_BACKUP_URL, and copies backups.",
)
backup_integrity_job = dg.define_asset_job(
    "backup_integrity",
    _tagged(cadence.BACKUP_INTEGRITY),
    description="Reads all files of all backups and of their copies again.",
)
backup_proof_job = dg.define_asset_job(
    "backup_proof",
    _tagged(cadence.BACKUP_PROOF),
    description="Restores the newest backup into a scratch server, and compares it with what was backed up.",
)

health_job = dg.define_asset_job(
    "health",
    _tagged(cadence.HEALTH),
    description="Measures the project's own database, and renders the page on it.",
)
archive_job = dg.define_asset_job(
    "archive",
    _tagged(cadence.ARCHIVE),
    description="Archives and deletes what is no longer kept, as operations.retention_policies says.",
)

JOBS = [
    daily_job,
    fetch_job,
    insights_job,
    feeds_job,
    catalogue_job,
    reference_job,
    content_job,
    write_job,
    queue_job,
    media_job,
    media_analysis_job,
    studio_job,
    tagging_job,
    publish_job,
    backup_job,
    backup_integrity_job,
    backup_proof_job,
    archive_job,
    accounts_job,
    health_job,
]
