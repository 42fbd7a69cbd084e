"""Lets rules decide on the texts of briefs: of those that a run wrote, or of one that a person has looked at before."""

from collections.abc import Iterable
from datetime import date, timedelta

from syndication_assets.content.rounds.text_rounds import decide_by_rule
from syndication_assets.database.connection import transaction


def decide_on_days(url: str, days: Iterable[date]) -> None:
    """Begins the rounds of the texts of these days, and lets workflows and rules decide: one day is one transaction."""
    for day in sorted(set(days)):
        with transaction(url, lock="content.approvals") as connection:
            connection.execute("select set_config('app.actor', 'content/approvals', true)")
            decide_by_rule(connection, day, day + timedelta(days=1))


def decide_on_brief(url: str, organization_id: str, request_id: str) -> None:
    """As `decide_on_days`, on the days that the texts of the brief are for."""
    with transaction(url) as connection:
        rows = connection.execute(
            "select distinct planned_on from content.posts_core where organization_id = %s and request_id = %s",
            [organization_id, request_id],
        ).fetchall()
    decide_on_days(url, (day for (day,) in rows))
