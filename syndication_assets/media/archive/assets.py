"""The asset of the archive of media."""

import dagster as dg

from syndication_assets.database.connection import database_url
from syndication_assets.errors import SyndicationError
from syndication_assets.media.archive.media_archiving import MediaArchiving
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import ARCHIVE
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.text.markdown import markdown_table

_SHOWN = 20


@dg.asset(
    key=["media", "archived_files"],
    group_name="media",
    deps=[dg.AssetKey(["media", "media_files"])],
    kinds={"postgres"},
    owners=OWNERS,
    tags=ARCHIVE,
)
def archived_files(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Files of posts that are older than the setting `media.archive_after_days` says: they move to
    SYNDICATION_MEDIA_ARCHIVE_URL, each copied, read back and compared with its SHA-256 before it is removed from
    SYNDICATION_MEDIA_URL. Without that place nothing moves.

    A re-run continues where a killed run stopped. The run fails if a file is missing or damaged; the others have moved.
    """
    settings = Settings.from_environment()
    if settings.media_archive_url is None:
        context.log.info("SYNDICATION_MEDIA_ARCHIVE_URL is not set: nothing moves.")
        return dg.MaterializeResult(metadata={"files_moved": 0, "bytes_moved": 0})
    try:
        run = MediaArchiving(database_url(settings), settings, log=context.log).run()
    except SyndicationError as error:
        raise dg.Failure(str(error)) from None
    metadata: dict[str, dg.MetadataValue | str | int] = {
        "place": settings.media_archive_url,
        "files_moved": run.files,
        "bytes_moved": run.bytes,
    }
    if run.problems:
        rows = [(file.media_file_id, problem) for file, problem in run.problems[:_SHOWN]]
        raise dg.Failure(
            f"{len(run.problems):,} files are missing or damaged and stay as they are: `syndication media repair`.",
            metadata={**metadata, "problems": dg.MetadataValue.md(markdown_table(("file", "problem"), rows))},
        )
    return dg.MaterializeResult(metadata=metadata)
