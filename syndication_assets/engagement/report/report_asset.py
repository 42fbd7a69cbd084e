"""The weekly pages as an asset, which renders them again when one of its rollups has changed."""

from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.engagement.report.report_values import WeekReport
from syndication_assets.operations.replica import current_place
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import ROLLUP
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.partitions import daily_partitions
from syndication_assets.sql_assets.windows import window_of

# Every process that loads the definitions would import matplotlib, which takes a third of that time: only a run that
# renders pages imports it.
if TYPE_CHECKING:
    from syndication_assets.engagement.report.report_files import RenderedPages

# A chart is stored in the event log as base64, a third larger than its bytes: charts of three organizations suffice.
_CHARTS_SHOWN = 3
_CHART_BYTES = 100_000
_PATHS_SHOWN = 20

_UPSTREAM = (
    "post_engagement_daily",
    "profile_engagement_daily",
    "platform_engagement_daily",
    "hashtag_engagement_daily",
    "post_cohorts",
)


@dg.asset(
    key=["engagement", "engagement_report"],
    group_name="engagement",
    deps=[dg.AssetKey(["engagement", table]) for table in _UPSTREAM],
    partitions_def=daily_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"python", "html"},
    owners=OWNERS,
    tags=ROLLUP,
    # For every day, not only the newest, because a late file changes an old page. A day without a run waits for one.
    automation_condition=(
        dg.AutomationCondition.any_deps_updated().since_last_handled()
        & ~dg.AutomationCondition.any_deps_missing()
        & ~dg.AutomationCondition.any_deps_in_progress()
        & ~dg.AutomationCondition.in_progress()
    ).with_label("a rollup of the day changed, and none is running"),
)
def engagement_report(context: dg.AssetExecutionContext, postgres: PostgresResource) -> dg.MaterializeResult[None]:
    """One HTML page per organization and ISO week, in `SYNDICATION_REPORTS_DIR/<organization>`, with an index.

    A page is self-contained: it embeds its charts, loads nothing and has no scripts. Its tables are CSV files in the
    folder beside it. Its values are read as `syndication_reader`, so row-level security decides what it shows. A run
    renders each week of its days once, and the later weeks whose pages show these days too. The same data gives the
    same bytes. A week without observations has no page.
    """
    from syndication_assets.engagement.report.report_files import render_range  # noqa: PLC0415

    settings = Settings.from_environment()
    directory = settings.reports_directory
    first_day, end_day = window_of(context)
    url = postgres.url()
    place = current_place(settings, url)
    context.log.info(place.sentence)
    rendered = render_range(url, directory, first_day, end_day, reading_url=place.url)
    for reason in rendered.skipped:
        context.log.info(f"{reason}: no page")
    for page in rendered.pages_removed:
        context.log.info(f"removed {page}: its week has no observations any more")
    context.log.info(
        f"engagement_report: {len(rendered.pages)} pages of {len(rendered.weeks)} weeks, "
        f"{rendered.pages_changed} changed, in {directory}"
    )
    # The metadata of the result is stored with every partition; the chart is stored with the last one only.
    context.add_asset_metadata(
        main_chart(rendered), asset_key=context.asset_key, partition_key=max(context.partition_keys)
    )
    return dg.MaterializeResult(metadata=_metadata(rendered, directory) | {"read_from": place.sentence})


def main_chart(rendered: "RenderedPages") -> dict[str, dg.MetadataValue]:
    """The main chart of the newest week as Markdown, for the organizations with the most observed posts."""
    reports = sorted((report for _, report in rendered.newest), key=lambda report: -report.posts_observed)
    shown = reports[:_CHARTS_SHOWN]
    blocks = [_chart_block(report, _CHART_BYTES // len(shown)) for report in shown]
    return {"main_chart": dg.MetadataValue.md("\n\n".join(blocks))} if blocks else {}


def _chart_block(report: WeekReport, maximum_bytes: int) -> str:
    from syndication_assets.engagement.report.report_charts import png  # noqa: PLC0415
    from syndication_assets.engagement.report.report_page import platform_chart  # noqa: PLC0415

    title = f"{report.organization.slug}, {report.week.name}: public engagement by platform and day"
    image = b64encode(png(platform_chart(report, title), maximum_bytes)).decode()
    return f"![{title}](data:image/png;base64,{image})"


def _metadata(rendered: "RenderedPages", directory: Path) -> dict[str, dg.MetadataValue]:
    newest = dict(rendered.newest)
    metadata: dict[str, dg.MetadataValue] = {
        "weeks_rendered": dg.MetadataValue.int(len(rendered.weeks)),
        "pages": dg.MetadataValue.int(len(rendered.pages)),
        "pages_changed": dg.MetadataValue.int(rendered.pages_changed),
        "pages_removed": dg.MetadataValue.int(len(rendered.pages_removed)),
        "posts": dg.MetadataValue.int(sum(report.posts_observed for report in newest.values())),
        "weeks": dg.MetadataValue.text(
            ", ".join(week.name for week in sorted(rendered.weeks)[-_PATHS_SHOWN:]) or "none"
        ),
        "skipped": dg.MetadataValue.text("; ".join(rendered.skipped[:_PATHS_SHOWN]) or "none"),
        "dagster/uri": dg.MetadataValue.text(next(iter(newest), directory).as_uri()),
    }
    for path, report in list(rendered.newest)[:_PATHS_SHOWN]:
        metadata[f"page_{report.organization.slug}"] = dg.MetadataValue.path(path)
    return metadata
