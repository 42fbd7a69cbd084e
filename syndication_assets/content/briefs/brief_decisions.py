"""Lets rules decide on the texts of one brief, which a person has looked at before."""

from datetime import timedelta

from syndication_assets.content.rounds.text_rounds import decide_by_rule
from syndication_assets.database.connection import transaction


def decide_on_brief(url: str, organization_id: str, request_id: str) -> None:
    """Begins the rounds of its texts, and lets workflows and approval rules decide on the days that they are for."""
    with transaction(url, lock="content.approvals") as connection:
        connection.execute("select set_config('app.actor', 'content/approvals', true)")
        days = connection.execute(
            "select distinct planned_on from content.posts_core where organization_id = %s and request_id = %s"
            " order by planned_on",
            [organization_id, request_id],
        ).fetchall()
        for (day,) in days:
            decide_by_rule(connection, day, day + timedelta(days=1))
