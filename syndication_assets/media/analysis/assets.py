"""The assets of the analysis: what was found in each content, and the versions of analyzers that found it."""

import dagster as dg

from syndication_assets.database.connection import database_url, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.media.analysis.analysing import PictureAnalysis
from syndication_assets.media.analysis.analysis_run import AnalysisRun
from syndication_assets.media.analysis.listing import analysis_statuses, list_analyses
from syndication_assets.media.analysis.outcomes import AnalysisState
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import ANALYSE_MEDIA
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.table_specs import external_table
from syndication_assets.text.markdown import markdown_table, shorten

_SHOWN = 12


@dg.asset(
    key=["media", "analyses"],
    group_name="media",
    deps=[dg.AssetKey(["media", "media_files"]), dg.AssetKey(["media", "analyzers"])],
    kinds={"postgres", "python"},
    owners=OWNERS,
    tags=ANALYSE_MEDIA,
    pool="media_analysis",
    metadata={"dagster/table_name": "media.analyses"},
)
def analyses(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """One row is what one version of an analyzer found in one content, or why it found nothing.

    A run lets the analyzers that an organization has chosen (media/analyzers) look at stored pictures that they have
    not seen: the dominant colours, the text in a picture, and what a model says of it. A picture that many posts show
    is looked at once. A failed attempt is repeated after 5 minutes, 1 hour, 6 hours and a day; then it is parked.

    A re-run looks at nothing again. Pictures that an older version has seen are analysed again only by
    `syndication media analyze --again`.
    """
    try:
        settings = Settings.from_environment()
        url = database_url(settings)
        run = PictureAnalysis(url, settings, run_id=context.run.run_id, log=context.log).run()
    except SyndicationError as error:
        raise dg.Failure(str(error)) from None
    for (organization, analyzer), reason in run.unavailable.items():
        context.log.warning(f"{organization}: {analyzer} looked at no picture: {reason}")
    with transaction(url) as connection:
        statuses = analysis_statuses(connection)
        newest = list_analyses(connection, state=AnalysisState.COMPLETED, maximum=_SHOWN)
        ((files,),) = connection.execute("select count(*) from media.media_files").fetchall()
    columns = (
        "organization",
        "analyzer",
        "pending",
        "analyzing",
        "completed",
        "rejected",
        "failed",
        "cost",
        "currency",
    )
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(sum(status[2:7]) for status in statuses),
            "stored_files": files,
            "pictures_queued": run.queued.total(),
            "analysed": run.number(AnalysisState.COMPLETED),
            "rejected": run.number(AnalysisState.REJECTED),
            "waiting": sum(status.pending for status in statuses),
            "failed": sum(status.failed for status in statuses),
            "analyses": dg.MetadataValue.md(markdown_table(columns, statuses)),
            "newest": dg.MetadataValue.md(
                markdown_table(
                    ("post", "analyzer", "text", "colours", "alt text suggestion"),
                    [
                        (
                            each.post_id,
                            each.analyzer,
                            shorten(each.text_in_picture or ""),
                            " ".join(colour["colour"] for colour in each.colours or ()),
                            shorten(each.alt_text or ""),
                        )
                        for each in newest
                    ],
                )
            ),
            **run.calls.metadata(),
            **_reasons(run),
        }
    )


analyzers = external_table(
    "media",
    "analyzers",
    "One row is one analyzer that an organization has chosen for its pictures. User-maintained.",
)
analyzer_versions = external_table(
    "media",
    "analyzer_versions",
    "One row is one version of an analyzer: program, model and prompt. Written with media/analyses when one is new.",
    deps=[dg.AssetKey(["media", "analyses"])],
    tags=ANALYSE_MEDIA,
)


def _reasons(run: AnalysisRun) -> dict[str, dg.MetadataValue[str]]:
    """Why pictures were not analysed, the commonest reasons first, then analyzers that looked at none."""
    rows = [(count, analyzer, reason) for (analyzer, reason), count in run.reasons.most_common(10)]
    rows += [(0, f"{organization}: {analyzer}", reason) for (organization, analyzer), reason in run.unavailable.items()]
    if not rows:
        return {}
    return {"not_analysed": dg.MetadataValue.md(markdown_table(("pictures", "analyzer", "reason"), rows))}
