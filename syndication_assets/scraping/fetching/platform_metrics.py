"""Which of a platform's metrics are asked for on a day: the rows of engagement.platform_metrics."""

from datetime import date

from syndication_assets.database.connection import transaction


def metrics_on(url: str, platform: str, day: date) -> list[str]:
    """The platform's names of the post metrics that are valid on the day."""
    with transaction(url) as connection:
        rows = connection.execute(
            "select source_name from engagement.platform_metrics where platform = %s"
            " and valid_from <= %s and (valid_to is null or valid_to > %s) order by source_name",
            [platform, day, day],
        ).fetchall()
    return [name for (name,) in rows]
