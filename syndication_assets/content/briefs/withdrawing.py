"""Withdraws the texts of a brief that is cancelled, so that none of them is published."""

from syndication_assets.content.review.text_decisions import reject
from syndication_assets.database.connection import transaction


def withdraw_brief(url: str, organization_id: str, request_id: str, person: str) -> int:
    """Rejects the texts of a brief that are not sent; returns how many. A target that is scheduled loses its approval,
    and is not sent.
    """
    with transaction(url) as connection:
        rows = connection.execute(
            "select p.content_id from content.brief_posts as p"
            " where p.organization_id = %s and p.request_id = %s"
            " and p.state in ('generated', 'needs_review', 'approved')"
            " and not exists (select from publishing.post_targets as t where t.organization_id = p.organization_id"
            " and t.content_id = p.content_id"
            " and (t.state in ('publishing', 'published', 'needs_reconcile') or t.is_in_doubt))",
            [organization_id, request_id],
        ).fetchall()
    return sum(reject(url, content_id, person, "its brief was cancelled") for (content_id,) in rows)
